/**
 * How far apart two distributions are: Kolmogorov-Smirnov, Wasserstein-1 and total variation.
 *
 * Both samples are given as weights over the same cells: how many records, visits or codes of each
 * sample have the first value, the second one, and so on. Resampling patients changes weights alone,
 * so values are sorted once, not for every resample.
 *
 * @module
 */
import { type Estimate, r2Estimate } from "../bootstrap.ts";

/** Sum of the weights of both samples. */
function totals(real: ArrayLike<number>, synthetic: ArrayLike<number>): [number, number] {
  if (real.length !== synthetic.length) {
    throw new RangeError(
      `Cannot compare distributions: ${real.length} real weights but ${synthetic.length} synthetic`,
    );
  }
  let [realTotal, syntheticTotal] = [0, 0];
  for (let cell = 0; cell < real.length; cell++) {
    realTotal += real[cell];
    syntheticTotal += synthetic[cell];
  }
  return [realTotal, syntheticTotal];
}

/**
 * The largest distance between two cumulative distributions (Kolmogorov 1933, Smirnov 1939).
 *
 * @example Half of the weight lies elsewhere
 * ```ts
 * import { kolmogorovSmirnov } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(kolmogorovSmirnov([2, 2, 0], [2, 0, 2]), 0.5);
 * ```
 *
 * @param real [cells] weight of each value, in ascending order of the values; any total
 * @param synthetic [cells] the same of the other sample
 * @returns in [0, 1], 0 for equal distributions; NaN if a sample has no weight
 * @throws {RangeError} If the two lengths differ
 */
export function kolmogorovSmirnov(
  real: ArrayLike<number>,
  synthetic: ArrayLike<number>,
): number {
  const [realTotal, syntheticTotal] = totals(real, synthetic);
  if (realTotal === 0 || syntheticTotal === 0) return NaN;
  let [realBelow, syntheticBelow, largest] = [0, 0, 0];
  for (let cell = 0; cell < real.length; cell++) {
    realBelow += real[cell];
    syntheticBelow += synthetic[cell];
    largest = Math.max(largest, Math.abs(realBelow / realTotal - syntheticBelow / syntheticTotal));
  }
  return largest;
}

/**
 * The area between two cumulative distributions: how far weight must be moved on average to turn one
 * into the other (Vaserstein 1969).
 *
 * @example Half of the weight must move from 1 to 5
 * ```ts
 * import { wasserstein1 } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(wasserstein1([0, 1, 5], [2, 2, 0], [2, 0, 2]), 2);
 * ```
 *
 * @param values [cells] ascending
 * @param real [cells] weight of each value; any total
 * @param synthetic [cells] the same of the other sample
 * @returns in the unit of the values, 0 for equal distributions; NaN if a sample has no weight
 * @throws {RangeError} If the lengths differ
 */
export function wasserstein1(
  values: ArrayLike<number>,
  real: ArrayLike<number>,
  synthetic: ArrayLike<number>,
): number {
  const [realTotal, syntheticTotal] = totals(real, synthetic);
  if (values.length !== real.length) {
    throw new RangeError(
      `Cannot compare distributions: ${values.length} values but ${real.length} weights`,
    );
  }
  if (realTotal === 0 || syntheticTotal === 0) return NaN;
  let [realBelow, syntheticBelow, area] = [0, 0, 0];
  for (let cell = 0; cell + 1 < values.length; cell++) {
    realBelow += real[cell];
    syntheticBelow += synthetic[cell];
    const between = Math.abs(realBelow / realTotal - syntheticBelow / syntheticTotal);
    area += between * (values[cell + 1] - values[cell]);
  }
  return area;
}

/**
 * The share of weight that must be moved to turn one distribution into another, whatever the distance.
 *
 * @example
 * ```ts
 * import { totalVariation } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(totalVariation([1, 1, 0], [1, 0, 1]), 0.5);
 * ```
 *
 * @param real [cells] weight of each cell, in any order; any total
 * @param synthetic [cells] the same of the other sample
 * @returns in [0, 1], 0 for equal distributions, 1 for disjoint ones; NaN if a sample has no weight
 * @throws {RangeError} If the two lengths differ
 */
export function totalVariation(real: ArrayLike<number>, synthetic: ArrayLike<number>): number {
  const [realTotal, syntheticTotal] = totals(real, synthetic);
  if (realTotal === 0 || syntheticTotal === 0) return NaN;
  let sum = 0;
  for (let cell = 0; cell < real.length; cell++) {
    sum += Math.abs(real[cell] / realTotal - synthetic[cell] / syntheticTotal);
  }
  return Math.min(1, sum / 2); // 2 but for rounding, where disjoint
}

/** A sample, to be compared with many others over the same cells. */
export interface Cumulative {
  /** Sum of the weights. */
  readonly total: number;
  /** NaN without weight. */
  readonly mean: number;
  /** [cells] The share of weight up to each value; NaN without weight. */
  readonly shares: Float64Array;
}

/** Sum of whole weights, which is exact in any order: four sums at once do not wait for each other. */
export function totalOf(weights: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const end = weights.length - 3;
  let cell = 0;
  for (; cell < end; cell += 4) {
    a += weights[cell];
    b += weights[cell + 1];
    c += weights[cell + 2];
    d += weights[cell + 3];
  }
  for (; cell < weights.length; cell++) a += weights[cell];
  return a + b + c + d;
}

/**
 * Mean and cumulative distribution of a sample.
 *
 * @param values [cells] ascending
 * @param weights [cells] whole weight of each value
 * @param shares [cells] overwritten
 */
export function cumulative(
  values: Float64Array,
  weights: Float64Array,
  shares: Float64Array,
): Cumulative {
  const total = totalOf(weights);
  let [below, sum] = [0, 0];
  for (let cell = 0; cell < values.length; cell++) {
    below += weights[cell];
    sum += weights[cell] * values[cell];
    shares[cell] = below / total;
  }
  return { total, mean: sum / total, shares };
}

/** A sample and how far it is from another one; NaN where one of them has no weight. */
export interface Distances {
  /** Sum of the weights. */
  readonly total: number;
  readonly mean: number;
  /** The Kolmogorov-Smirnov distance. */
  readonly largest: number;
  /** The Wasserstein-1 distance. */
  readonly area: number;
}

/**
 * The mean of a sample, and both distances from another one, in one pass: those of
 * {@link kolmogorovSmirnov} and {@link wasserstein1}.
 *
 * @param values [cells] ascending
 * @param weights [cells] whole weight of each value
 */
export function distancesFrom(
  { total: realTotal, shares }: Cumulative,
  values: Float64Array,
  weights: Float64Array,
): Distances {
  const total = totalOf(weights);
  const last = values.length - 1;
  let [below, sum, largest, area] = [0, 0, 0, 0];
  for (let cell = 0; cell < last; cell++) {
    below += weights[cell];
    sum += weights[cell] * values[cell];
    const between = Math.abs(shares[cell] - below / total);
    if (between > largest) largest = between;
    area += between * (values[cell + 1] - values[cell]);
  }
  if (last >= 0) sum += weights[last] * values[last]; // where both have all their weight
  const isKnown = total > 0 && realTotal > 0;
  return { total, mean: sum / total, largest: isKnown ? largest : NaN, area: isKnown ? area : NaN };
}

/**
 * A distance with its 95% interval, which is moved as that of an R² is: drawing patients a second time
 * can only add to a distance near 0.
 *
 * @param figures [resamples + 1] the distance itself, then that of every resample
 * @param highest that the distance can be
 */
export function distanceEstimate(figures: Float64Array, highest = Infinity): Estimate {
  const { value, low, high } = r2Estimate(figures, highest);
  return { value, low: Math.max(0, low), high };
}

/** The same for what is 1 where nothing differs, and 0 at worst, such as 1 minus a distance. */
export function agreementEstimate(figures: Float64Array): Estimate {
  return distanceEstimate(figures, 1);
}
