import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import { hostKernel, isOnHost } from "./host.ts";
import { geluGradientKernel, geluKernel, hasKernels } from "./kernels.ts";
import { hasWasmKernels, wasmGelu, wasmGeluGradient } from "./wasm_kernels.ts";

// 0.5 x (1 + tanh(√(2/π)(x + 0.044715 x³))) = x σ(x (A + B x²)), since (1 + tanh z) / 2 = σ(2z);
// every engine has a fast σ, while wasm's tanh takes 16 times as long
const A = 2 * Math.sqrt(2 / Math.PI);
const B = A * 0.044715;

/** The Gaussian error linear unit in its tanh form, of any shape (Hendrycks & Gimpel 2016). */
export function gelu<T extends tf.Tensor>(x: T): T {
  if (hasKernels()) {
    return differentiable(
      [x],
      () => ({ value: geluKernel(x), saved: [x] }),
      (dy, [x]) => [geluGradientKernel(dy, x)],
    );
  }
  if (hasWasmKernels()) {
    return differentiable(
      [x],
      () => ({ value: wasmGelu(x), saved: [x] }),
      (dy, [x]) => [wasmGeluGradient(dy, x)],
    );
  }
  return differentiable(
    [x],
    () => {
      const square = tf.square(x);
      const gate = tf.sigmoid(tf.mul(x, tf.add(tf.mul(square, B), A)));
      const value: T = tf.mul(x, gate);
      return { value, saved: [x, square, gate] };
    },
    (dy, [x, square, gate]) => {
      const slope = tf.mul(tf.mul(x, tf.sub(1, gate)), tf.add(tf.mul(square, 3 * B), A));
      return [tf.mul(dy, tf.mul(gate, tf.add(slope, 1)))];
    },
  );
}

/** The error function to 1.5e-7, by Abramowitz & Stegun 7.1.26. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 +
    t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

/** x Φ(x) and Φ(x), the share of a normal variable's values below x. */
function gated<T extends tf.Tensor>(x: T): [y: T, below: T] {
  if (isOnHost()) {
    return hostKernel([x], [x.shape, x.shape], ([x], [y, below]) => {
      for (let i = 0; i < x.length; i++) {
        below[i] = 0.5 * (1 + erf(x[i] * Math.SQRT1_2));
        y[i] = x[i] * below[i];
      }
    }) as [T, T];
  }
  const below: T = tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
  return [tf.mul(x, below), below];
}

/** The Gaussian error linear unit as it is defined, x Φ(x), of any shape; BERT has this one. */
export function exactGelu<T extends tf.Tensor>(x: T): T {
  return differentiable(
    [x],
    () => {
      const [value, below] = gated(x);
      return { value, saved: [x, below] };
    },
    (dy, [x, below]) => {
      const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return [tf.mul(dy, tf.add(below, tf.mul(x, density)))];
    },
  );
}
