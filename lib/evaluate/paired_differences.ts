/**
 * Differences between the figures of two cohorts against the same real records. Both were evaluated on
 * the same resamples of these, so the variation that they share cancels out.
 *
 * @module
 */
import { type Estimate, r2Estimate } from "./bootstrap.ts";

/** [resamples + 1] of each headline figure, by `measure.path`; null or NaN where it has no value. */
export type Resampled = Readonly<Record<string, ArrayLike<number | null>>>;

/**
 * [resamples + 1] One series minus the other; NaN where one of the two has no value.
 */
export function minus(
  of: ArrayLike<number | null>,
  less: ArrayLike<number | null>,
): Float64Array {
  return Float64Array.from(of, (figure, i) => (figure ?? NaN) - (less[i] ?? NaN));
}

/**
 * The differences of all headline figures that both have, by `measure.path`. Intervals are moved so
 * that the resamples' median falls on the difference, as that of an R² is.
 */
export function pairedDifferences(of: Resampled, less: Resampled): Record<string, Estimate> {
  const found: Record<string, Estimate> = {};
  for (const [name, figures] of Object.entries(of)) {
    if (!Object.hasOwn(less, name)) continue;
    const { value, low, high } = r2Estimate(minus(figures, less[name]), Infinity);
    if (!Number.isNaN(value)) found[name] = { value, low, high };
  }
  return found;
}
