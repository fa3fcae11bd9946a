/**
 * What a network sees of a wait: its logarithm, in standard units, and waves of it, of which the finest
 * tell a year from a year and a week.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { WaitStart } from "./wait_start.ts";

/** Waves of the logarithm; each is twice as fine as the one before. */
const waves = 6;

/** Numbers by which a wait is seen: whether there is one, its logarithm, and a sine and a cosine a wave. */
export const waitFeatureCount = 2 + 2 * waves;

/** Mean and standard deviation of the log waits of a mixture. */
function momentsOf({ weights, means, deviations }: WaitStart): [mean: number, deviation: number] {
  const mean = weights.reduce((sum, weight, k) => sum + weight * means[k], 0);
  const variance = weights.reduce(
    (sum, weight, k) => sum + weight * (deviations[k] ** 2 + (means[k] - mean) ** 2),
    0,
  );
  return [mean, Math.sqrt(variance)];
}

/**
 * The features of waits.
 *
 * @param waits [rows] days; NaN for a row without one
 * @returns [rows, features] zeros for a row without one
 */
export function waitFeatures(waits: Float64Array, start: WaitStart): tf.Tensor2D {
  const [mean, deviation] = momentsOf(start);
  const features = new Float32Array(waits.length * waitFeatureCount);
  for (const [row, wait] of waits.entries()) {
    if (Number.isNaN(wait)) continue;
    const log = (Math.log(Math.max(wait, start.step / 2)) - mean) / deviation;
    const own = Array.from({ length: waves }, (_, wave) => 2 ** wave * log);
    features.set(
      [1, log, ...own.flatMap((angle) => [Math.sin(angle), Math.cos(angle)])],
      row * waitFeatureCount,
    );
  }
  return tf.tensor2d(features, [waits.length, waitFeatureCount]);
}
