/**
 * How closely do synthetic probabilities follow the real ones: the coefficient of determination
 * about the line y = x, real as truth.
 *
 * @module
 */

/**
 * R² = 1 − Σ (real − synthetic)² / Σ (real − mean real)².
 *
 * It is neither the squared correlation nor the fit of a line: a slope or an offset counts as
 * error. Leave keys that are 0 in both cohorts out, since they would raise it for nothing. Where
 * the real values do not vary it is 1 if all agree and 0 otherwise, as in scikit-learn. Without keys
 * there is nothing to compare, and it has no value.
 *
 * @example
 * ```ts
 * import { r2 } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(r2(Float64Array.of(0.1, 0.4), Float64Array.of(0.1, 0.4)), 1);
 * assertEquals(r2(Float64Array.of(0, 1), Float64Array.of(1, 0)), -3);
 * ```
 *
 * @param real [keys] the truth
 * @param synthetic [keys] what is judged
 * @returns at most 1; negative when the mean of the real values would predict better; NaN without keys
 * @throws {RangeError} If the two lengths differ
 */
export function r2(real: ArrayLike<number>, synthetic: ArrayLike<number>): number {
  const keys = real.length;
  if (synthetic.length !== keys) {
    throw new RangeError(`Cannot compare ${keys} real values with ${synthetic.length} synthetic`);
  }
  let sum = 0;
  for (let i = 0; i < keys; i++) sum += real[i];
  const mean = sum / keys;
  let residual = 0;
  let total = 0;
  let varies = false;
  for (let i = 0; i < keys; i++) {
    residual += (real[i] - synthetic[i]) ** 2;
    total += (real[i] - mean) ** 2;
    varies ||= real[i] !== real[0];
  }
  if (keys === 0) return NaN;
  if (!varies) return residual === 0 ? 1 : 0;
  return 1 - residual / total;
}
