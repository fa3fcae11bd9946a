import type * as tf from "@tensorflow/tfjs-core";

/** The number of a scalar, which it frees. */
export async function numberOf(scalar: tf.Tensor): Promise<number> {
  const [number] = await scalar.data();
  scalar.dispose();
  return number;
}
