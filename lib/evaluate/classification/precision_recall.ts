/**
 * The area under the precision-recall curve, by the two rules in use. They differ: the trapezoidal area
 * connects points by straight lines, which is too favourable (Davis & Goadrich 2006); average
 * precision adds steps.
 *
 * @module
 */
import { forEachGroup, type RankedCases } from "./ranked_cases.ts";

/**
 * The area under the points of the precision-recall curve connected by straight lines, from recall 0
 * with precision 1, as in HALO's evaluation (scikit-learn's `auc` of `precision_recall_curve`).
 *
 * @param weights [cases] how often each case counts; default once
 * @returns in [0, 1], near the share of positives for guessing; NaN without positives
 */
export function trapezoidalAuprc(cases: RankedCases, weights?: ArrayLike<number>): number {
  return areaOf(cases, weights, (before, now) => (before + now) / 2);
}

/**
 * Average precision: the sum over thresholds of the recall that each adds, times its precision.
 *
 * @param weights [cases] how often each case counts; default once
 * @returns in [0, 1], near the share of positives for guessing; NaN without positives
 */
export function averagePrecision(cases: RankedCases, weights?: ArrayLike<number>): number {
  return areaOf(cases, weights, (_, now) => now);
}

function areaOf(
  cases: RankedCases,
  weights: ArrayLike<number> | undefined,
  height: (before: number, now: number) => number,
): number {
  let [positives, all, precision, area] = [0, 0, 1, 0];
  forEachGroup(cases, weights, (here, others) => {
    if (here + others === 0) return; // not in this resample
    positives += here;
    all += here + others;
    const now = positives / all;
    area += here * height(precision, now);
    precision = now;
  });
  return area / positives;
}
