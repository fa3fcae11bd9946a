/**
 * How closely synthetic probabilities follow the real ones: the coefficient of determination
 * about the line y = x, real as truth.
 *
 * @module
 */

import { CompensatedSum } from "./compensated_sum.ts";

/** Terms that are added plainly before their sum is added with care: as fast as plain sums. */
const block = 128;

function meanOf(values: ArrayLike<number>, times: ArrayLike<number> | undefined): number {
  const sum = new CompensatedSum();
  let keys = 0;
  for (let from = 0; from < values.length; from += block) {
    const to = Math.min(values.length, from + block);
    let part = 0;
    for (let i = from; i < to; i++) {
      const count = times === undefined ? 1 : times[i];
      part += count * values[i];
      keys += count;
    }
    sum.add(part);
  }
  return sum.value / keys;
}

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
 * @param synthetic [keys] compared with the truth
 * @param times [entries] how many keys have the two values of an entry; default one each
 * @returns at most 1; negative when the mean of the real values would predict better; NaN without keys
 * @throws {RangeError} If the two lengths differ
 */
export function r2(
  real: ArrayLike<number>,
  synthetic: ArrayLike<number>,
  times?: ArrayLike<number>,
): number {
  const { length } = real;
  if (synthetic.length !== length) {
    throw new RangeError(`Cannot compare ${length} real values with ${synthetic.length} synthetic`);
  }
  if (length === 0) return NaN;
  const mean = meanOf(real, times);
  let keys = 0;
  const residual = new CompensatedSum();
  const total = new CompensatedSum();
  const deviation = new CompensatedSum();
  let varies = false;
  for (let from = 0; from < length; from += block) {
    const to = Math.min(length, from + block);
    let residuals = 0;
    let squares = 0;
    let deviations = 0;
    for (let i = from; i < to; i++) {
      const count = times === undefined ? 1 : times[i];
      const distance = real[i] - mean;
      residuals += count * (real[i] - synthetic[i]) ** 2;
      squares += count * distance ** 2;
      deviations += count * distance;
      keys += count;
      varies ||= real[i] !== real[0];
    }
    residual.add(residuals);
    total.add(squares);
    deviation.add(deviations);
  }
  if (!varies) return residual.value === 0 ? 1 : 0;
  // deviations sum up to 0 but for the rounding of the mean, which the second term takes out
  return 1 - residual.value / (total.value - deviation.value ** 2 / keys);
}
