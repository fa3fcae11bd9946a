/**
 * How well scores tell positives from negatives: the ROC curve, the area under it with DeLong's
 * interval, and the true-positive rate where few negatives are called positive.
 *
 * @see Hanley & McNeil 1982; DeLong, DeLong & Clarke-Pearson 1988
 * @module
 */
import type { Estimate } from "../bootstrap.ts";
import { normal95, normalQuantile } from "../normal.ts";
import { forEachGroup, type RankedCases } from "./ranked_cases.ts";

/**
 * The area under the ROC curve: the probability that a positive scores higher than a negative; equal
 * scores count half.
 *
 * @example Of four pairs, three are won and one is a tie
 * ```ts
 * import { auroc, rankedCases } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(auroc(rankedCases([0.9, 0.4, 0.4, 0.1], [1, 1, 0, 0])), 3.5 / 4);
 * ```
 *
 * @param cases from {@link rankedCases}
 * @param weights [cases] how often each case counts, such as in a resample; default once
 * @returns in [0, 1]: 1 if all positives score higher, 0.5 for guessing; NaN without both classes
 */
export function auroc(cases: RankedCases, weights?: ArrayLike<number>): number {
  let positives = 0;
  let negatives = 0;
  let won = 0;
  forEachGroup(cases, weights, (here, others) => {
    won += others * (positives + here / 2);
    positives += here;
    negatives += others;
  });
  return won / (positives * negatives);
}

/** A point of a ROC curve. */
export interface RocPoint {
  /** Share of negatives with this score or a higher one, in [0, 1]. */
  readonly falsePositiveRate: number;
  /** Share of positives with this score or a higher one, in [0, 1]. */
  readonly truePositiveRate: number;
  /** The score; infinite at the curve's beginning. */
  readonly threshold: number;
}

/**
 * The ROC curve, from (0, 0) to (1, 1): one point for each distinct score.
 *
 * @param weights [cases] as in {@link auroc}
 */
export function rocCurve(cases: RankedCases, weights?: ArrayLike<number>): RocPoint[] {
  const counts: [positives: number, negatives: number, threshold: number][] = [[0, 0, Infinity]];
  let [positives, negatives] = [0, 0];
  forEachGroup(cases, weights, (here, others, group) => {
    positives += here;
    negatives += others;
    counts.push([positives, negatives, cases.groupScores[group]]);
  });
  return counts.map(([here, others, threshold]) => ({
    falsePositiveRate: others / negatives,
    truePositiveRate: here / positives,
    threshold,
  }));
}

/**
 * The highest true-positive rate of a threshold whose false-positive rate is at most a given one. Cases
 * with equal scores are all called positive or none of them, so ties cannot raise it.
 *
 * @example
 * ```ts
 * import { rankedCases, tprAtFpr } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cases = rankedCases([0.9, 0.7, 0.4, 0.1], [1, 0, 1, 0]);
 * assertEquals([tprAtFpr(cases, 0.01), tprAtFpr(cases, 0.5)], [0.5, 1]);
 * ```
 *
 * @param cases from {@link rankedCases}
 * @param rate in [0, 1]
 * @param weights [cases] as in {@link auroc}
 * @returns in [0, 1]; NaN without both classes
 */
export function tprAtFpr(cases: RankedCases, rate: number, weights?: ArrayLike<number>): number {
  let total = 0;
  let [positives, negatives] = [0, 0];
  forEachGroup(cases, weights, (_, others) => total += others);
  let found = 0;
  forEachGroup(cases, weights, (here, others) => {
    positives += here;
    negatives += others;
    if (negatives <= rate * total) found = positives;
  });
  return total === 0 ? NaN : found / positives;
}

/**
 * For each case its share of the area under the curve: of a positive, the share of negatives that it
 * beats; of a negative, the share of positives that beat it; ties half. Both have the area as mean.
 */
export function placements(cases: RankedCases): Float64Array {
  const { order, groupEnds, isPositive } = cases;
  const values = new Float64Array(isPositive.length);
  const positiveCount = isPositive.reduce((sum, each) => sum + each, 0);
  const negativeCount = isPositive.length - positiveCount;
  let [positives, negatives, at] = [0, 0, 0];
  forEachGroup(cases, undefined, (here, others, group) => {
    const below = negativeCount - negatives - others;
    const ofPositive = (below + others / 2) / negativeCount;
    const ofNegative = (positives + here / 2) / positiveCount;
    for (; at < groupEnds[group]; at++) {
      values[order[at]] = isPositive[order[at]] === 1 ? ofPositive : ofNegative;
    }
    positives += here;
    negatives += others;
  });
  return values;
}

/** Covariance of the means of two series over the cases of one class; n − 1 in the variance. */
function meanCovariance(
  a: Float64Array,
  b: Float64Array,
  isIn: (index: number) => boolean,
): number {
  let [count, sumA, sumB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (!isIn(i)) continue;
    count++;
    sumA += a[i];
    sumB += b[i];
  }
  let products = 0;
  for (let i = 0; i < a.length; i++) {
    if (isIn(i)) products += (a[i] - sumA / count) * (b[i] - sumB / count);
  }
  return products / (count - 1) / count;
}

/** Covariance of two areas over the same cases, by DeLong, DeLong & Clarke-Pearson (1988). */
function areaCovariance(a: Float64Array, b: Float64Array, isPositive: Uint8Array): number {
  return meanCovariance(a, b, (i) => isPositive[i] === 1) +
    meanCovariance(a, b, (i) => isPositive[i] === 0);
}

/**
 * The area under the ROC curve with DeLong's interval, cut off at 0 and 1.
 *
 * Where all positives score higher than all negatives, or all lower, DeLong's variance is 0 and says
 * nothing. The end of the interval then comes from the n = min(positives, negatives) pairs without a
 * common case: all of them are in order with probability at most areaⁿ, which is 2.5% at 0.025^(1/n).
 *
 * @example Five cases of each class, all in order
 * ```ts
 * import { deLong, rankedCases } from "ehrloom";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { value, low } = deLong(rankedCases([9, 8, 7, 6, 5, 4, 3, 2, 1, 0], [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]));
 * assertAlmostEquals(value, 1);
 * assertAlmostEquals(low, 0.025 ** (1 / 5)); // 0.48: ten cases say little
 * ```
 *
 * @param cases from {@link rankedCases}
 * @param tail probability beyond each end of the interval; default 0.025
 * @returns NaN without two cases of each class
 */
export function deLong(cases: RankedCases, tail = 0.025): Estimate {
  const { isPositive } = cases;
  const value = auroc(cases);
  const positives = isPositive.reduce((sum, each) => sum + each, 0);
  const smaller = Math.min(positives, isPositive.length - positives);
  if (smaller < 2) return { value, low: NaN, high: NaN };
  const least = tail ** (1 / smaller);
  if (value === 1) return { value, low: least, high: 1 };
  if (value === 0) return { value, low: 0, high: 1 - least };
  const own = placements(cases);
  const half = normalQuantile(1 - tail) * Math.sqrt(areaCovariance(own, own, isPositive));
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

/**
 * The difference of two areas over the same cases, with DeLong's 95% interval for paired areas.
 *
 * @param of the scores of one classifier
 * @param less those of another one, for the same cases in the same order
 * @throws {RangeError} If the cases are not the same
 */
export function deLongDifference(of: RankedCases, less: RankedCases): Estimate {
  const { isPositive } = of;
  const isSame = isPositive.length === less.isPositive.length &&
    isPositive.every((each, i) => each === less.isPositive[i]);
  if (!isSame) throw new RangeError("Cannot compare two areas: they are not of the same cases");
  const [a, b] = [placements(of), placements(less)];
  const gaps = a.map((each, i) => each - b[i]);
  const half = normal95 * Math.sqrt(areaCovariance(gaps, gaps, isPositive));
  const value = auroc(of) - auroc(less);
  return { value, low: value - half, high: value + half };
}
