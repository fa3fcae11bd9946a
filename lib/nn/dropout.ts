import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../random.ts";

/** Gives what tensors of a shape are multiplied by: 0 at a share of places, what evens it elsewhere. */
export type Dropout = (shape: number[]) => tf.Tensor;

/**
 * Dropout from a stream.
 *
 * @param rate share of zeros, at least 0 and below 1
 */
export function dropoutFrom(rate: number, draws: Random): Dropout {
  return (shape) => {
    const numbers = new Float32Array(tf.util.sizeFromShape(shape));
    draws.fillUniform(numbers);
    for (let i = 0; i < numbers.length; i++) numbers[i] = numbers[i] < rate ? 0 : 1 / (1 - rate);
    return tf.tensor(numbers, shape);
  };
}
