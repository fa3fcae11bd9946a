/**
 * A bound of gradients that follows the median of their norms, found with noise: each patient tells
 * whether its gradient is within the bound, as plus or minus one half, and the sum gets noise of its own.
 * Both sums are one Gaussian mechanism, so the accountant sees nothing but the noise multiplier.
 *
 * @see Andrew et al. 2021, "Differentially private learning with adaptive clipping"
 * @module
 */

/** How fast the bound follows: its logarithm moves by this times the share that is too much. */
const speed = 0.2;

/**
 * Divides a noise multiplier z between gradients and count: 1 / z² = 1 / gradients² + 1 / count².
 *
 * The deviation of the count is a twentieth of the batch, as in the paper; in small batches it is
 * more, so that the gradients' noise rises by at most 2.1%.
 *
 * @param expected patients in a batch
 * @returns `gradients`, their noise multiplier, and `share`, the standard deviation of the count's noise
 */
export function splitNoise(
  noiseMultiplier: number,
  expected: number,
): { gradients: number; share: number } {
  const sensitivity = 1 / 2;
  const share = Math.max(expected / 20, sensitivity * 5 * noiseMultiplier);
  const count = share / sensitivity;
  return { gradients: 1 / Math.sqrt(noiseMultiplier ** -2 - count ** -2), share };
}

/**
 * The bound of the next step.
 *
 * @param above how much more than half of the patients are within the bound, as a share of the batch
 */
export function adaptedClip(clip: number, above: number): number {
  return clip * Math.exp(-speed * above);
}
