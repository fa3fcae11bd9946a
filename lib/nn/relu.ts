import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import { isOnTensorflow, reluGradient } from "./tensorflow_ops.ts";

/**
 * The rectified linear unit, of any shape. On TensorFlow with its own gradient: tfjs makes one of seven
 * operations there, and of ones that JavaScript writes number by number.
 */
export function relu<T extends tf.Tensor>(x: T): T {
  if (!isOnTensorflow()) return tf.relu(x);
  return differentiable(
    [x],
    () => {
      const value: T = tf.relu(x);
      return { value, saved: [value] };
    },
    (dy, [value]) => [reluGradient(dy, value)],
  );
}
