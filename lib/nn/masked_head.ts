import * as tf from "@tensorflow/tfjs-core";
import { linear, transposed } from "./linear.ts";
import { bag, type MultiHot } from "./multi_hot.ts";
import { matrix, type NamedTensors, vector } from "./parameters.ts";
import { triangular, triangularFirst } from "./triangular.ts";

/**
 * HALO's code-level head: two triangular layers over [history, row], so that the logit of a column
 * sees the history and the row's earlier columns only.
 *
 * Output o of such a layer sees inputs 0 to o. Column c of the row is input width + c, which its
 * own logit must not see; so its logit is output width + c - 1, and the logits begin at output
 * width - 1, the last one that sees no more than the history.
 *
 * @param parameters `ehr_head.auto1.weight` [size, size] and so on, size = width + columns, lower
 * triangular
 * @param history [rows, width]
 * @param targets the rows to be predicted, sparse over the columns
 * @returns [rows, columns] logits
 * @see docs/specs/halo.md section 3
 */
export function maskedHead(
  parameters: NamedTensors,
  history: tf.Tensor2D,
  targets: MultiHot,
): tf.Tensor2D {
  const width = history.shape[1];
  const { weight1, bias1, weight2, bias2 } = headTensors(parameters);
  const hidden = tf.relu(triangularFirst(history, targets, weight1, bias1));
  return triangular(hidden, weight2, bias2, width - 1, weight1.shape[0] - width);
}

function headTensors(parameters: NamedTensors) {
  return {
    weight1: matrix(parameters, "ehr_head.auto1.weight"), // [size, size]
    bias1: vector(parameters, "ehr_head.auto1.bias"), // [size]
    weight2: matrix(parameters, "ehr_head.auto2.weight"), // [size, size]
    bias2: vector(parameters, "ehr_head.auto2.bias"), // [size]
  };
}

/** The head's weights as samplers want them. */
export interface MaskedHead {
  /** Width of a history. */
  readonly width: number;
  /** Number of columns of a row. */
  readonly columns: number;
  /** [rows, width] histories → [rows, size] what they add to the first layer, bias included. */
  fromHistory(history: tf.Tensor2D): tf.Tensor2D;
  /** [columns, size] what each column that is on adds to the first layer. */
  readonly codeTable: tf.Tensor2D;
  /** [size, size] weight of the second layer, [out, in]. */
  readonly weight2: tf.Tensor2D;
  /** [size] bias of the second layer. */
  readonly bias2: tf.Tensor1D;
  /** Frees the tables. */
  dispose(): void;
}

/** Prepares the head for sampling; keeps transposed copies until it is disposed of. */
export function samplingHead(parameters: NamedTensors, width: number): MaskedHead {
  const { weight1, bias1, weight2, bias2 } = headTensors(parameters);
  const columns = weight1.shape[0] - width;
  const [historyWeight, codeTable] = tf.tidy(() => {
    const inOut = transposed(weight1);
    return [tf.slice(inOut, 0, width), tf.slice(inOut, width, columns)];
  });
  return {
    width,
    columns,
    codeTable,
    weight2,
    bias2,
    fromHistory: (history) => linear(history, historyWeight, bias1),
    dispose: () => tf.dispose([historyWeight, codeTable]),
  };
}

/**
 * The logits of rows given their codes, by the head prepared for sampling.
 *
 * @param head as {@link samplingHead} made it
 * @param base [rows, size] from `head.fromHistory`
 * @param rows the codes that are on
 * @returns [rows, columns]
 */
export function headLogits(head: MaskedHead, base: tf.Tensor2D, rows: MultiHot): tf.Tensor2D {
  const hidden = tf.relu<tf.Tensor2D>(tf.add(base, bag(rows, head.codeTable, head.width)));
  return triangular(hidden, head.weight2, head.bias2, head.width - 1, head.columns);
}
