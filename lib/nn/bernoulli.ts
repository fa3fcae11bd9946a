import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import { drawnAlone, type Forbidden } from "./forbidden.ts";
import { hostKernel, isOnHost } from "./host.ts";
import { bernoulliKernel, hasKernels } from "./kernels.ts";
import { dense, type MultiHot, rowOf, rowsFrom } from "./multi_hot.ts";
import { softplus } from "./sigmoid.ts";
import { hasWasmKernels, linkWasmKernels, wasmOffRow } from "./wasm_kernels.ts";

/** How cells count in {@link bernoulliNll}. */
interface CellWeights {
  readonly positiveWeight?: number;
  readonly leftOut?: MultiHot | undefined;
}

/**
 * Negative log-likelihood, in nats, of multi-hot rows under independent logits per cell, summed
 * over all cells of the rows that count. Computed from logits, so it is finite for any of them.
 *
 * @param logits [rows, columns]
 * @param targets sparse rows
 * @param mask [rows] 1 for rows that count, 0 for padding; or another factor on the row's part
 * @param how.positiveWeight factor on the cells that are on; default 1, the plain likelihood
 * @param how.leftOut cells of these rows that do not count, whether they are on or off; default none
 * @returns a scalar
 */
export function bernoulliNll(
  logits: tf.Tensor2D,
  targets: MultiHot,
  mask: Float32Array,
  how: CellWeights = {},
): tf.Scalar {
  if (hasKernels()) return kernelNll(logits, targets, mask, how);
  return isOnHost() ? hostNll(logits, targets, mask, how) : deviceNll(logits, targets, mask, how);
}

function kernelNll(
  logits: tf.Tensor2D,
  targets: MultiHot,
  mask: Float32Array,
  { positiveWeight = 1, leftOut = rowsFrom(Array(targets.rows).fill([])) }: CellWeights,
): tf.Scalar {
  return differentiable(
    [logits],
    () => {
      const [value, gradient] = bernoulliKernel(logits, targets, leftOut, mask, positiveWeight);
      return { value, saved: [gradient] };
    },
    (dy, [gradient]) => [tf.mul(gradient, dy)],
  );
}

/** Fills in σ of a row of logits, and adds up their softplus: gradient and loss where nothing is on. */
function offRowByLoop(logits: Float32Array, gradient: Float32Array): number {
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const l = logits[i];
    const e = Math.exp(-Math.abs(l)); // softplus(l) = max(l, 0) + log(1 + e^-|l|)
    total += (l > 0 ? l : 0) + Math.log(1 + e);
    gradient[i] = (l > 0 ? 1 : e) / (1 + e);
  }
  return total;
}

function hostNll(
  logits: tf.Tensor2D,
  targets: MultiHot,
  mask: Float32Array,
  { positiveWeight = 1, leftOut }: CellWeights,
): tf.Scalar {
  const [rows, columns] = logits.shape;
  const hasOwn = hasWasmKernels();
  if (hasOwn) linkWasmKernels();
  const offRow = hasOwn ? wasmOffRow : offRowByLoop;
  return differentiable(
    [logits],
    () => {
      const shapes = [[], [rows, columns]] as const;
      const [value, gradient] = hostKernel([logits], shapes, ([logits], [sum, gradient]) => {
        let total = 0;
        const isLeftOut = new Uint8Array(columns); // in the row
        for (let r = 0; r < rows; r++) {
          const from = r * columns;
          if (mask[r] === 0) {
            gradient.fill(0, from, from + columns);
            continue;
          }
          const before = total;
          total += offRow(
            logits.subarray(from, from + columns),
            gradient.subarray(from, from + columns),
          );
          const out = leftOut === undefined ? [] : rowOf(leftOut, r);
          for (const column of out) {
            isLeftOut[column] = 1;
            total -= softplus(logits[from + column]);
            gradient[from + column] = 0;
          }
          for (const column of rowOf(targets, r)) {
            if (isLeftOut[column] === 1) continue;
            const at = from + column;
            const l = logits[at];
            const e = Math.exp(-Math.abs(l));
            const offNll = (l > 0 ? l : 0) + Math.log(1 + e);
            total += positiveWeight * (offNll - l) - offNll;
            gradient[at] = positiveWeight * (gradient[at] - 1);
          }
          for (const column of out) isLeftOut[column] = 0;
          if (mask[r] === 1) continue;
          total = before + mask[r] * (total - before);
          for (let i = from; i < from + columns; i++) gradient[i] *= mask[r];
        }
        sum[0] = total;
      });
      return { value, saved: [gradient] };
    },
    (dy, [gradient]) => [tf.mul(gradient, dy)],
  );
}

function deviceNll(
  logits: tf.Tensor2D,
  targets: MultiHot,
  mask: Float32Array,
  { positiveWeight = 1, leftOut }: CellWeights,
): tf.Scalar {
  const [rows, columns] = logits.shape;
  return differentiable(
    [logits],
    () => {
      const counted = tf.tensor2d(mask, [rows, 1]);
      const counts = leftOut === undefined
        ? counted
        : tf.mul(counted, tf.sub(1, dense(leftOut, columns))); // [rows, 1] or [rows, columns]
      const on = tf.mul(dense(targets, columns), counts);
      const softplus = tf.softplus(logits);
      const off = leftOut === undefined
        ? tf.sum(tf.matMul(counted, softplus, true)) // Σ over counted rows
        : tf.sum(tf.mul(counts, softplus));
      const weighted = positiveWeight === 1 ? tf.neg(tf.sum(tf.mul(on, logits))) : tf.sum(tf.mul(
        on,
        tf.sub(tf.mul(softplus, positiveWeight - 1), tf.mul(logits, positiveWeight)),
      ));
      const value: tf.Scalar = tf.add(off, weighted);
      return { value, saved: [logits, on, counts] };
    },
    (dy, [logits, on, counts]) => {
      const p = tf.sigmoid(logits);
      const weight = positiveWeight === 1 ? counts : tf.add(counts, tf.mul(on, positiveWeight - 1));
      const gradient = tf.sub(tf.mul(p, weight), tf.mul(on, positiveWeight));
      return [tf.mul(gradient, dy)];
    },
  );
}

/**
 * Rows whose columns are drawn independently: on where the uniform number is below the probability.
 *
 * @param logits [rows, columns]
 * @param uniforms [rows × columns] in [0, 1)
 * @param forbidden [rows] what each row may not hold
 */
export async function bernoulliRows(
  logits: tf.Tensor2D,
  uniforms: Float32Array,
  forbidden?: readonly (Forbidden | undefined)[],
): Promise<MultiHot> {
  const [rows, columns] = logits.shape;
  const numbers = await logits.data();
  return rowsFrom(Array.from({ length: rows }, (_, r) => {
    const from = r * columns;
    return drawnAlone(
      columns,
      (column) => 1 / (1 + Math.exp(-numbers[from + column])),
      (column) => uniforms[from + column],
      forbidden?.[r],
    );
  }));
}
