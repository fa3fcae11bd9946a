import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import type { Forbidden } from "./forbidden.ts";
import { hostKernel, isOnHost } from "./host.ts";
import { dense, type MultiHot, rowsFrom } from "./multi_hot.ts";

/**
 * Negative log-likelihood, in nats, of one choice a row under the softmax of its logits, summed over
 * the rows. Computed from logits, so it is finite for any of them.
 *
 * @param logits [rows, columns]
 * @param targets the column chosen in each row; a row without one does not count
 * @param weights [entries of targets] where given, a row may have several columns, and its loss is the
 * mean of theirs by weights, which add up to 1: the cross-entropy with a soft target
 * @returns a scalar
 */
export function categoricalNll(
  logits: tf.Tensor2D,
  targets: MultiHot,
  weights?: Float32Array,
): tf.Scalar {
  return isOnHost() ? hostNll(logits, targets, weights) : deviceNll(logits, targets, weights);
}

function hostNll(
  logits: tf.Tensor2D,
  { offsets, columns: chosen }: MultiHot,
  weights?: Float32Array,
): tf.Scalar {
  const [rows, columns] = logits.shape;
  return differentiable(
    [logits],
    () => {
      const shapes = [[], [rows, columns]] as const;
      const [value, gradient] = hostKernel([logits], shapes, ([logits], [sum, gradient]) => {
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
          total += Math.log(mass) + max;
          for (let i = offsets[r]; i < offsets[r + 1]; i++) {
            const weight = weights === undefined ? 1 : weights[i];
            total -= weight * logits[from + chosen[i]];
            gradient[from + chosen[i]] -= weight;
          }
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
  weights?: Float32Array,
): tf.Scalar {
  const [, columns] = logits.shape;
  return differentiable(
    [logits],
    () => {
      const on = dense(targets, columns, weights);
      const shifted = tf.sub(logits, tf.max(logits, 1, true));
      const logMass = tf.log(tf.sum(tf.exp(shifted), 1, true));
      const counts = tf.sum(on, 1, true); // 1 for rows that count
      const value: tf.Scalar = tf.sub(
        tf.sum(tf.mul(logMass, counts)),
        tf.sum(tf.mul(on, shifted)),
      );
      return { value, saved: [logits, on, counts] };
    },
    (dy, [logits, on, counts]) => {
      const gradient = tf.sub(tf.mul(tf.softmax(logits), counts), on);
      return [tf.mul(gradient, dy)];
    },
  );
}

/**
 * Draws one column a row from the softmax of its logits: the number of columns whose cumulative
 * probability is at most the uniform number.
 *
 * Where that column is forbidden, what the number says within the column's share, uniform again,
 * chooses among the permitted ones by the softmax of their logits alone. Either way a permitted column
 * comes up with its probability given that no forbidden one does.
 *
 * @param logits [rows, columns]
 * @param uniforms [rows] in [0, 1)
 * @param forbidden [rows] what each row may not hold
 * @throws {Error} If a row may hold no column at all
 */
export async function categoricalRows(
  logits: tf.Tensor2D,
  uniforms: Float32Array,
  forbidden?: readonly (Forbidden | undefined)[],
): Promise<MultiHot> {
  const [rows, columns] = logits.shape;
  const softmax = tf.softmax(logits);
  const probabilities = await softmax.data<"float32">();
  softmax.dispose();
  const drawn = Array.from(
    { length: rows },
    (_, r) => chosen(probabilities.subarray(r * columns, (r + 1) * columns), uniforms[r]),
  );
  if (drawn.some(({ column }, r) => forbidden?.[r]?.columns[column] === 1)) {
    const numbers = await logits.data<"float32">();
    for (let r = 0; r < rows; r++) {
      const { column, within } = drawn[r];
      const own = forbidden?.[r];
      if (own?.columns[column] !== 1) continue;
      own.onMasked?.(column);
      const row = numbers.subarray(r * columns, (r + 1) * columns);
      drawn[r] = chosen(permittedShares(row, own.columns), within);
    }
  }
  return rowsFrom(drawn.map(({ column }) => [column]));
}

/**
 * {@link categoricalRows} among the likeliest permitted columns of each row alone ("top-k").
 *
 * @param most how many; of equal ones the first
 */
export async function likeliestRows(
  logits: tf.Tensor2D,
  most: number,
  uniforms: Float32Array,
  forbidden?: readonly (Forbidden | undefined)[],
): Promise<MultiHot> {
  const [rows, columns] = logits.shape;
  const numbers = await logits.data<"float32">();
  return rowsFrom(Array.from({ length: rows }, (_, r) => {
    const row = numbers.subarray(r * columns, (r + 1) * columns);
    const left = forbidden?.[r]?.columns.slice() ?? new Uint8Array(columns);
    const permitted = Array.from(row.keys()).filter((column) => left[column] === 0);
    const rest = permitted.sort((a, b) => row[b] - row[a]).slice(most);
    for (const column of rest) left[column] = 1;
    return [chosen(permittedShares(row, left), uniforms[r]).column];
  }));
}

/** The column whose share of [0, 1) a number falls into, and where within it: in [0, 1) too. */
function chosen(shares: Float32Array, number: number): { column: number; within: number } {
  let before = 0;
  let last = 0; // rounding may leave the whole just below a number close to 1
  for (let column = 0; column < shares.length; column++) {
    const share = shares[column];
    if (before + share > number) return { column, within: (number - before) / share };
    before += share;
    if (share > 0) last = column;
  }
  return { column: last, within: 0 };
}

/** The softmax of the logits that are not forbidden; 0 for those that are. */
function permittedShares(logits: Float32Array, forbidden: Uint8Array): Float32Array {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    if (forbidden[i] === 0 && logits[i] > largest) largest = logits[i];
  }
  if (largest === -Infinity) {
    throw new Error("Cannot draw a step: all of its columns are forbidden");
  }
  const shares = new Float32Array(logits.length);
  let mass = 0;
  for (let i = 0; i < logits.length; i++) {
    if (forbidden[i] === 0) mass += shares[i] = Math.exp(logits[i] - largest);
  }
  for (let i = 0; i < logits.length; i++) shares[i] /= mass;
  return shares;
}
