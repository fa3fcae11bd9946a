import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import { hostKernel, isOnHost } from "./host.ts";

// 0.5 x (1 + tanh(√(2/π)(x + 0.044715 x³))) = x σ(x (A + B x²)), since (1 + tanh z) / 2 = σ(2z)
const A = 2 * Math.sqrt(2 / Math.PI);
const B = A * 0.044715;

function forward(x: tf.Tensor): tf.Tensor {
  if (isOnHost()) {
    return hostKernel([x], [x.shape], ([x], [y]) => {
      for (let i = 0; i < x.length; i++) {
        const v = x[i];
        y[i] = v / (1 + Math.exp(-v * (A + B * v * v)));
      }
    })[0];
  }
  return tf.mul(x, tf.sigmoid(tf.mul(x, tf.add(tf.mul(tf.square(x), B), A))));
}

function backward(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  if (isOnHost()) {
    return hostKernel([dy, x], [x.shape], ([dy, x], [dx]) => {
      for (let i = 0; i < x.length; i++) {
        const v = x[i];
        const s = 1 / (1 + Math.exp(-v * (A + B * v * v)));
        dx[i] = dy[i] * s * (1 + v * (1 - s) * (A + 3 * B * v * v));
      }
    })[0];
  }
  const square = tf.square(x);
  const s = tf.sigmoid(tf.mul(x, tf.add(tf.mul(square, B), A)));
  const slope = tf.mul(tf.mul(x, tf.sub(1, s)), tf.add(tf.mul(square, 3 * B), A));
  return tf.mul(dy, tf.mul(s, tf.add(slope, 1)));
}

/** The Gaussian error linear unit in its tanh form, of any shape (Hendrycks & Gimpel 2016). */
export function gelu<T extends tf.Tensor>(x: T): T {
  return differentiable<T>(
    [x],
    (save) => {
      save([x]);
      return forward(x) as T;
    },
    (dy, [x]) => [backward(dy, x)],
  );
}
