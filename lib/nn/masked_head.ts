import * as tf from "@tensorflow/tfjs-core";
import { linear, transposed } from "./linear.ts";
import { bag, type MultiHot } from "./multi_hot.ts";
import { matrix, type NamedTensors, vector } from "./parameters.ts";
import { relu } from "./relu.ts";
import type { RowHead } from "./row_head.ts";
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
  const hidden = relu(triangularFirst(history, targets, weight1, bias1));
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

/** The head prepared for sampling, with its weights for samplers that go column by column. */
export interface MaskedHead extends RowHead {
  /** Width of a history. */
  readonly width: number;
  /** [columns, size] what each column that is on adds to the first layer. */
  readonly codeTable: tf.Tensor2D;
  /** [size, size] weight of the second layer, [out, in]. */
  readonly weight2: tf.Tensor2D;
  /** [size] bias of the second layer. */
  readonly bias2: tf.Tensor1D;
}

/**
 * Prepares the head for sampling; keeps transposed copies until it is disposed of. What histories give
 * is what they add to the first layer, bias included: [rows, size].
 */
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
    logits(base, rows) {
      const hidden = tf.relu<tf.Tensor2D>(tf.add(base, bag(rows, codeTable, width)));
      return triangular(hidden, weight2, bias2, width - 1, columns);
    },
    dispose: () => tf.dispose([historyWeight, codeTable]),
  };
}
