import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import { hostKernel, isOnHost } from "./host.ts";
import { dense, type MultiHot, rowsFrom } from "./multi_hot.ts";

/**
 * Negative log-likelihood, in nats, of one choice a row under the softmax of its logits, summed over
 * the rows. Computed from logits, so it is finite for any of them.
 *
 * @param logits [rows, columns]
 * @param targets the column chosen in each row; a row without one does not count
 * @returns a scalar
 */
export function categoricalNll(logits: tf.Tensor2D, targets: MultiHot): tf.Scalar {
  return isOnHost() ? hostNll(logits, targets) : deviceNll(logits, targets);
}

function hostNll(logits: tf.Tensor2D, { offsets, columns: chosen }: MultiHot): tf.Scalar {
  const [rows, columns] = logits.shape;
  return differentiable<tf.Scalar>(
    [logits],
    (save) => {
      const shapes = [[], [rows, columns]];
      const [sum, gradient] = hostKernel([logits], shapes, ([logits], [sum, gradient]) => {
        let total = 0;
        for (let r = 0; r < rows; r++) {
          const from = r * columns;
          if (offsets[r] === offsets[r + 1]) {
            gradient.fill(0, from, from + columns);
            continue;
          }
          let max = -Infinity;
          for (let i = from; i < from + columns; i++) if (logits[i] > max) max = logits[i];
          let mass = 0;
          for (let i = from; i < from + columns; i++) {
            mass += gradient[i] = Math.exp(logits[i] - max);
          }
          for (let i = from; i < from + columns; i++) gradient[i] /= mass;
          const target = from + chosen[offsets[r]];
          total += Math.log(mass) + max - logits[target];
          gradient[target] -= 1;
        }
        sum[0] = total;
      });
      save([gradient]);
      return sum as tf.Scalar;
    },
    (dy, [gradient]) => [tf.mul(gradient, dy)],
  );
}

function deviceNll(logits: tf.Tensor2D, targets: MultiHot): tf.Scalar {
  const [, columns] = logits.shape;
  return differentiable<tf.Scalar>(
    [logits],
    (save) => {
      const on = dense(targets, columns);
      const shifted = tf.sub(logits, tf.max(logits, 1, true));
      const logMass = tf.log(tf.sum(tf.exp(shifted), 1, true));
      const counts = tf.sum(on, 1, true); // 1 for rows that count
      save([logits, on, counts]);
      return tf.sub(tf.sum(tf.mul(logMass, counts)), tf.sum(tf.mul(on, shifted))) as tf.Scalar;
    },
    (dy, [logits, on, counts]) => {
      const gradient = tf.sub(tf.mul(tf.softmax(logits as tf.Tensor2D), counts), on);
      return [tf.mul(gradient, dy)];
    },
  );
}

/**
 * Draws one column a row from the softmax of its logits: the number of columns whose cumulative
 * probability is at most the uniform number.
 *
 * @param logits [rows, columns]
 * @param uniforms [rows] in [0, 1)
 */
export async function categoricalRows(
  logits: tf.Tensor2D,
  uniforms: Float32Array,
): Promise<MultiHot> {
  const [rows, columns] = logits.shape;
  const softmax = tf.softmax(logits);
  const probabilities = await softmax.data();
  softmax.dispose();
  return rowsFrom(Array.from({ length: rows }, (_, r) => {
    let cumulative = 0;
    for (let c = 0; c < columns - 1; c++) {
      cumulative += probabilities[r * columns + c];
      if (cumulative > uniforms[r]) return [c];
    }
    return [columns - 1]; // rounding may leave the whole just below a uniform number close to 1
  }));
}
