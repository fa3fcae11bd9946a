import * as tf from "@tensorflow/tfjs-core";
import { hostKernel, isOnHost } from "./host.ts";
import { hasKernels, layerNormGradientKernel, layerNormKernel } from "./kernels.ts";
import { layer } from "./layer.ts";
import { columnSums } from "./linear.ts";
import { type NamedTensors, vector } from "./parameters.ts";
import { ofSum } from "./squared_norms.ts";
import { hasWasmKernels, wasmLayerNorm, wasmLayerNormGradient } from "./wasm_kernels.ts";

/** Value, normalised rows [rows, width] and 1 / deviation [rows, 1]. */
type Normalized = [y: tf.Tensor2D, normal: tf.Tensor2D, scale: tf.Tensor2D];

function forward(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  epsilon: number,
): Normalized {
  if (hasKernels()) return layerNormKernel(x, gain, bias, epsilon);
  if (hasWasmKernels()) return wasmLayerNorm(x, gain, bias, epsilon);
  const [rows, width] = x.shape;
  if (isOnHost()) {
    const shapes = [[rows, width], [rows, width], [rows, 1]] as const;
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
    });
  }
  const centered = tf.sub(x, tf.mean(x, 1, true));
  const scale: tf.Tensor2D = tf.rsqrt(tf.add(tf.mean(tf.square(centered), 1, true), epsilon));
  const normal: tf.Tensor2D = tf.mul(centered, scale);
  return [tf.add(tf.mul(normal, gain), bias), normal, scale];
}

/** dx = scale (g - mean(g) - normal mean(g normal)) with g = dy gain, means over the row. */
function backward(
  dy: tf.Tensor2D,
  normal: tf.Tensor2D,
  scale: tf.Tensor2D,
  gain: tf.Tensor1D,
): tf.Tensor[] {
  if (hasKernels()) return layerNormGradientKernel(dy, normal, scale, gain);
  if (hasWasmKernels()) return wasmLayerNormGradient(dy, normal, scale, gain);
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
  return layer(
    [x],
    [gain, bias],
    () => {
      const [value, normal, scale] = forward(x, gain, bias, epsilon);
      return { value, saved: [normal, scale, gain] };
    },
    {
      inputs: (dy, saved) => backward(dy, ...saved).slice(0, 1),
      parameters: (dy, saved) => backward(dy, ...saved).slice(1),
      all: (dy, saved) => backward(dy, ...saved),
      squaredNorms: (dy, [normal], records) =>
        tf.add(ofSum(tf.mul(dy, normal), records), ofSum(dy, records)),
    },
  );
}

/**
 * {@link layerNorm} by the parameters `NAME.weight` and `NAME.bias`.
 *
 * @param name of the layer
 * @param x [rows, width]
 * @param epsilon added to the variance
 */
export function normed(
  parameters: NamedTensors,
  name: string,
  x: tf.Tensor2D,
  epsilon: number,
): tf.Tensor2D {
  const gain = vector(parameters, `${name}.weight`);
  return layerNorm(x, gain, vector(parameters, `${name}.bias`), epsilon);
}
