import * as tf from "@tensorflow/tfjs-core";
import { product } from "./linear.ts";

/**
 * The peak speed of the chosen backend: that of a large matrix product, with which training speed is
 * compared.
 *
 * @param size rows and columns of both factors; 2048 is large enough to be limited by arithmetic
 * @returns floating-point operations per second, the best of several products after a warm-up
 */
export async function peakFlops(size = 2048): Promise<number> {
  const a = tf.randomNormal<tf.Rank.R2>([size, size]);
  const b = tf.randomNormal<tf.Rank.R2>([size, size]);
  let best = Infinity;
  for (let round = 0; round < 6; round++) {
    const start = performance.now();
    const c = product(a, b);
    const corner = tf.slice(c, [0, 0], [1, 1]);
    await corner.data(); // WebGPU works asynchronously: reading waits for the product
    if (round > 0) best = Math.min(best, performance.now() - start);
    tf.dispose([c, corner]);
  }
  tf.dispose([a, b]);
  return 2 * size ** 3 / (best / 1000);
}
