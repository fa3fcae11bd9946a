/**
 * Convolutions over the rows of records, in PyTorch's layout of weights, as matrix products.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import { linear } from "./linear.ts";

/** Moves the rows of each record down (or up, where negative), zeros coming in: [records, rows, width]. */
function moved(x: tf.Tensor3D, by: number): tf.Tensor3D {
  const [records, rows, width] = x.shape;
  if (by === 0) return tf.clone(x);
  const distance = Math.abs(by);
  if (distance >= rows) return tf.zeros([records, rows, width]);
  const zeros = tf.zeros<tf.Rank.R3>([records, distance, width]);
  const kept = tf.slice(x, [0, by > 0 ? 0 : distance, 0], [records, rows - distance, width]);
  return tf.concat(by > 0 ? [zeros, kept] : [kept, zeros], 1);
}

/**
 * Causal dilated convolution: row t is made of the rows t, t - dilation, t - 2 dilation and so on;
 * rows before the first are zeros.
 *
 * @param x [records × rows, in]
 * @param records how many records the rows belong to, equally many each
 * @param weight [out, in, taps] the last tap being for the row itself
 * @param bias [out]
 * @param dilation rows between taps
 * @returns [records × rows, out]
 */
export function causalConvolution(
  x: tf.Tensor2D,
  records: number,
  weight: tf.Tensor3D,
  bias: tf.Tensor1D,
  dilation: number,
): tf.Tensor2D {
  const [total, width] = x.shape;
  const [out, , taps] = weight.shape;
  const rows = total / records;
  const distances = Array.from({ length: taps }, (_, tap) => (taps - 1 - tap) * dilation);
  const seen = differentiable( // [records × rows, in × taps]
    [x],
    () => {
      const value = tf.tidy(() => {
        const byRecord = tf.reshape<tf.Rank.R3>(x, [records, rows, width]);
        const each = distances.map((distance) => moved(byRecord, distance));
        return tf.reshape<tf.Rank.R2>(tf.stack(each, 3), [total, width * taps]);
      });
      return { value, saved: [] };
    },
    (dy) => {
      const each = tf.unstack(tf.reshape(dy, [records, rows, width, taps]), 3) as tf.Tensor3D[];
      const back = each.map((part, tap) => moved(part, -distances[tap]));
      return [tf.reshape(tf.addN(back), [total, width])];
    },
  );
  const flat = tf.reshape<tf.Rank.R2>(weight, [out, width * taps]);
  return linear(seen, flat, bias, "out-in");
}

/** Which input row and tap goes to which output row: [rows out, rows in × taps] of 0 and 1. */
function placement(rows: number, taps: number, stride: number): tf.Tensor2D {
  const rowsOut = (rows - 1) * stride + taps;
  const ones = new Float32Array(rowsOut * rows * taps);
  for (let row = 0; row < rows; row++) {
    for (let tap = 0; tap < taps; tap++) {
      ones[(row * stride + tap) * rows * taps + row * taps + tap] = 1;
    }
  }
  return tf.tensor2d(ones, [rowsOut, rows * taps]);
}

/**
 * Transposed convolution: each row spreads over `taps` rows that begin `stride` rows after those of
 * the row before; where they overlap they add up.
 *
 * @param x [records × rows, in]
 * @param records how many records the rows belong to, equally many each
 * @param weight [in, out, taps]
 * @param bias [out]
 * @param stride rows between beginnings
 * @returns [records × ((rows - 1) × stride + taps), out]
 */
export function transposedConvolution(
  x: tf.Tensor2D,
  records: number,
  weight: tf.Tensor3D,
  bias: tf.Tensor1D,
  stride: number,
): tf.Tensor2D {
  const [width, out, taps] = weight.shape;
  const rows = x.shape[0] / records;
  const rowsOut = (rows - 1) * stride + taps;
  const spread = linear(x, tf.reshape<tf.Rank.R2>(weight, [width, out * taps]), null);
  const placed = differentiable( // [records × rows out, out]
    [spread],
    () => {
      const value = tf.tidy(() => {
        const byTap = tf.transpose(tf.reshape(spread, [records, rows, out, taps]), [1, 3, 0, 2]);
        const flat = tf.reshape<tf.Rank.R2>(byTap, [rows * taps, records * out]);
        const sums = tf.matMul(placement(rows, taps, stride), flat);
        const byRecord = tf.transpose(tf.reshape(sums, [rowsOut, records, out]), [1, 0, 2]);
        return tf.reshape<tf.Rank.R2>(byRecord, [records * rowsOut, out]);
      });
      return { value, saved: [] };
    },
    (dy) => {
      const byRow = tf.transpose(tf.reshape(dy, [records, rowsOut, out]), [1, 0, 2]);
      const flat = tf.reshape<tf.Rank.R2>(byRow, [rowsOut, records * out]);
      const back = tf.matMul(tf.transpose(placement(rows, taps, stride)), flat);
      const byTap = tf.reshape(back, [rows, taps, records, out]);
      return [tf.reshape(tf.transpose(byTap, [2, 0, 3, 1]), [records * rows, out * taps])];
    },
  );
  return tf.add(placed, bias);
}
