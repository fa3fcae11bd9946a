/**
 * HALO's code-level head for large vocabularies. That of `masked_head.ts` has a weight for each pair of
 * columns in each of its two layers; this one has them for pairs within a block of columns, and what
 * columns see of earlier blocks goes through a summary of few numbers (`block_layer.ts`):
 *
 * u_j = ReLU(first layer's output j of the history)        j < width, lower triangular
 * h_c = ReLU(block layer of [history | row's columns])     sees columns up to c
 * logit_c = block layer of [u | h]                         sees h of columns before c
 *
 * So the logit of a column depends on the history and on the row's earlier columns alone, whatever the
 * weights: the probabilities of all rows sum to 1, one pass gives the likelihood of a known row, and
 * what can be drawn by the exact head can be drawn by this one. With a single block it is the exact
 * head.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { blockLayer, type BlockWeights } from "./block_layer.ts";
import { type Initial, type Initials, masked, uniform, upToDiagonal } from "./initial.ts";
import type { MultiHot } from "./multi_hot.ts";
import { matrix, type NamedTensors, vector } from "./parameters.ts";
import { relu } from "./relu.ts";
import type { RowHead } from "./row_head.ts";
import { triangular } from "./triangular.ts";

/** Sizes of the head. */
export interface BlockHeadSizes {
  /** Width of a history. */
  readonly width: number;
  /** Columns of a row. */
  readonly columns: number;
  /** Numbers of the summary of earlier blocks. */
  readonly rank: number;
  /** Columns to a block; the last block may have fewer. */
  readonly block: number;
}

/** Name of the logits' biases, [columns]. */
export const blockHeadBias = "block_head.layer2.bias";

/**
 * The head's parameters to begin with, spread evenly over ±1/√inputs as those of linear layers are.
 *
 * @param biases the start of the logits' biases, [columns]
 */
export function initialBlockHead(
  { width, columns, rank, block }: BlockHeadSizes,
  biases: Initial,
): Initials {
  const ofHistory = 1 / Math.sqrt(width);
  const size = Math.min(block, columns);
  const inputs = width + rank + size;
  const bound = 1 / Math.sqrt(inputs);
  const summary = uniform([columns, rank], 1 / Math.sqrt(columns));
  const weight = (own: number) =>
    masked(uniform([columns, inputs], bound), (row) => width + rank + row % size + own);
  return {
    "block_head.history.weight": masked(uniform([width, width], ofHistory), upToDiagonal),
    "block_head.history.bias": uniform([width], ofHistory),
    "block_head.layer1.weight": weight(1),
    "block_head.layer1.bias": uniform([columns], bound),
    "block_head.layer1.summary": summary,
    "block_head.layer2.weight": weight(0),
    [blockHeadBias]: biases,
    "block_head.layer2.summary": summary,
  };
}

function weightsOf(parameters: NamedTensors, name: string): BlockWeights {
  return {
    weight: matrix(parameters, `block_head.${name}.weight`),
    bias: vector(parameters, `block_head.${name}.bias`),
    summary: matrix(parameters, `block_head.${name}.summary`),
  };
}

/** [rows, width] The hidden units that see the history alone. */
function historyUnits(parameters: NamedTensors, history: tf.Tensor2D): tf.Tensor2D {
  const weight = matrix(parameters, "block_head.history.weight");
  const bias = vector(parameters, "block_head.history.bias");
  return relu(triangular(history, weight, bias, 0, history.shape[1]));
}

function logitsOf(
  parameters: NamedTensors,
  history: tf.Tensor2D,
  units: tf.Tensor2D,
  row: MultiHot,
): tf.Tensor2D {
  const first = blockLayer(history, row, weightsOf(parameters, "layer1"), true);
  return blockLayer(units, relu(first), weightsOf(parameters, "layer2"), false);
}

/**
 * The logits of all columns of rows.
 *
 * @param parameters of {@link initialBlockHead}
 * @param history [rows, width]
 * @param targets the rows to be predicted, sparse over the columns
 * @returns [rows, columns]
 */
export function blockHead(
  parameters: NamedTensors,
  history: tf.Tensor2D,
  targets: MultiHot,
): tf.Tensor2D {
  return logitsOf(parameters, history, historyUnits(parameters, history), targets);
}

/**
 * The head for sampling. What histories give is themselves and the units that see them alone:
 * [rows, 2 width].
 */
export function blockSamplingHead(parameters: NamedTensors, width: number): RowHead {
  return {
    columns: vector(parameters, blockHeadBias).shape[0],
    fromHistory: (history) =>
      tf.tidy(() => tf.concat([history, historyUnits(parameters, history)], 1)),
    logits: (base, rows) =>
      tf.tidy(() => {
        const [history, units] = [0, width].map((from) =>
          tf.slice(base, [0, from], [base.shape[0], width])
        );
        return logitsOf(parameters, history, units, rows);
      }),
    dispose: () => {},
  };
}
