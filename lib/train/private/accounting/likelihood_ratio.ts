/**
 * How much likelier a noisy sum of gradients is with a patient than without.
 *
 * In units of the clipping bound, and along the patient's gradient, the sum without the patient is
 * N(0, σ²). With the patient it is N(1, σ²) where the patient is sampled, so the mixture
 * (1 - q) N(0, σ²) + q N(1, σ²). This pair is the worst case (Mironov, Talwar & Zhang 2019; Zhu,
 * Dong & Wang 2022).
 *
 * @module
 */
import type { NoisyStep } from "./noisy_steps.ts";

/** Natural logarithm of the ratio of both densities at z; it increases with z. */
export function logRatio(
  { samplingRate: q, noiseMultiplier: sigma }: NoisyStep,
  z: number,
): number {
  const x = (2 * z - 1) / (2 * sigma ** 2); // of N(1, σ²) and N(0, σ²)
  if (q === 1) return x;
  if (x > 30) return x + Math.log(q) + Math.log1p((1 - q) / q * Math.exp(-x));
  const change = q * Math.expm1(x);
  return change < -0.5 ? Math.log(1 - q + q * Math.exp(x)) : Math.log1p(change);
}

/** Where {@link logRatio} has a value; -Infinity where it never falls so low. */
export function whereLogRatio(
  { samplingRate: q, noiseMultiplier: sigma }: NoisyStep,
  value: number,
): number {
  const x = value > 30
    ? value - Math.log(q) + Math.log1p((q - 1) * Math.exp(-value))
    : Math.log1p(Math.max(-1, Math.expm1(value) / q));
  return sigma ** 2 * (q === 1 ? value : x) + 0.5;
}
