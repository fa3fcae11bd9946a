import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";

// 0.5 x (1 + tanh(√(2/π)(x + 0.044715 x³))) = x σ(x (A + B x²)), since (1 + tanh z) / 2 = σ(2z);
// every engine has a fast σ, while wasm's tanh takes 16 times as long
const A = 2 * Math.sqrt(2 / Math.PI);
const B = A * 0.044715;

/** The Gaussian error linear unit in its tanh form, of any shape (Hendrycks & Gimpel 2016). */
export function gelu<T extends tf.Tensor>(x: T): T {
  return differentiable<T>(
    [x],
    (save) => {
      const square = tf.square(x);
      const gate = tf.sigmoid(tf.mul(x, tf.add(tf.mul(square, B), A)));
      save([x, square, gate]);
      return tf.mul(x, gate) as T;
    },
    (dy, [x, square, gate]) => {
      const slope = tf.mul(tf.mul(x, tf.sub(1, gate)), tf.add(tf.mul(square, 3 * B), A));
      return [tf.mul(dy, tf.mul(gate, tf.add(slope, 1)))];
    },
  );
}
