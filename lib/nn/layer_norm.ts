import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import { hostKernel, isOnHost } from "./host.ts";
import { columnSums } from "./linear.ts";

/** Value, normalised rows [rows, width] and 1 / deviation [rows, 1]. */
type Normalized = [y: tf.Tensor2D, normal: tf.Tensor2D, scale: tf.Tensor2D];

function forward(x: tf.Tensor2D, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number) {
  const [rows, width] = x.shape;
  if (isOnHost()) {
    const shapes = [[rows, width], [rows, width], [rows, 1]];
    return hostKernel([x, gain, bias], shapes, ([x, gain, bias], [y, normal, scale]) => {
      for (let r = 0; r < rows; r++) {
        const from = r * width;
        let mean = 0;
        for (let i = 0; i < width; i++) mean += x[from + i];
        mean /= width;
        let variance = 0;
        for (let i = 0; i < width; i++) variance += (x[from + i] - mean) ** 2;
        const s = 1 / Math.sqrt(variance / width + epsilon);
        scale[r] = s;
        for (let i = 0; i < width; i++) {
          const n = (x[from + i] - mean) * s;
          normal[from + i] = n;
          y[from + i] = n * gain[i] + bias[i];
        }
      }
    }) as Normalized;
  }
  const centered = tf.sub(x, tf.mean(x, 1, true));
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centered), 1, true), epsilon));
  const normal = tf.mul(centered, scale);
  return [tf.add(tf.mul(normal, gain), bias), normal, scale] as Normalized;
}

/** dx = scale (g - mean(g) - normal mean(g normal)) with g = dy gain, means over the row. */
function backward(
  dy: tf.Tensor2D,
  normal: tf.Tensor2D,
  scale: tf.Tensor2D,
  gain: tf.Tensor1D,
): tf.Tensor[] {
  const [rows, width] = dy.shape;
  if (isOnHost()) {
    const shapes = [[rows, width], [width], [width]];
    return hostKernel(
      [dy, normal, scale, gain],
      shapes,
      ([dy, normal, scale, gain], [dx, dGain, dBias]) => {
        dGain.fill(0);
        dBias.fill(0);
        for (let r = 0; r < rows; r++) {
          const from = r * width;
          let mean = 0;
          let projection = 0;
          for (let i = 0; i < width; i++) {
            const d = dy[from + i];
            const n = normal[from + i];
            const g = d * gain[i];
            mean += g;
            projection += g * n;
            dGain[i] += d * n;
            dBias[i] += d;
          }
          mean /= width;
          projection /= width;
          for (let i = 0; i < width; i++) {
            dx[from + i] = scale[r] *
              (dy[from + i] * gain[i] - mean - normal[from + i] * projection);
          }
        }
      },
    );
  }
  const g = tf.mul(dy, gain);
  const projection = tf.mean(tf.mul(g, normal), 1, true);
  const centered = tf.sub(g, tf.mean(g, 1, true));
  const dx = tf.mul(scale, tf.sub(centered, tf.mul(normal, projection)));
  return [dx, columnSums(tf.mul(dy, normal)), columnSums(dy)];
}

/**
 * Layer norm over the last axis, with the population variance and epsilon inside the square root.
 *
 * @param x [rows, width]
 * @param gain [width]
 * @param bias [width]
 * @param epsilon added to the variance
 * @see Ba, Kiros & Hinton 2016
 */
export function layerNorm(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  epsilon: number,
): tf.Tensor2D {
  return differentiable<tf.Tensor2D>(
    [x, gain, bias],
    (save) => {
      const [y, normal, scale] = forward(x, gain, bias, epsilon);
      save([normal, scale, gain]);
      return y;
    },
    (dy, saved) => {
      const [normal, scale, gain] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
      return backward(dy, normal, scale, gain);
    },
  );
}
