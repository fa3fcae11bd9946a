/**
 * The area under the ROC curve of scores that come from several folds: the probability that of a
 * random pair of one record of each class within a fold, the one of the second class has the higher
 * score. Pairs across folds are left out, since two folds' scores come from two classifiers.
 *
 * @module
 */
import type { Estimate } from "../../bootstrap.ts";
import { type RankedCases, rankedCases } from "../../classification/ranked_cases.ts";
import { auroc, placements } from "../../classification/roc.ts";
import { normal95 } from "../../normal.ts";

/** Scores of the records of a class, and where each was held out. */
export interface FoldScores {
  /** [records] */
  readonly scores: Float64Array;
  /** [records] The fold of each, from 0. */
  readonly folds: Uint8Array;
}

/** One fold's records of both classes. */
interface RankedFold {
  /** Those of the second class are positive. */
  readonly cases: RankedCases;
  /** [cases] Indices of records; the second class is counted on from the end of the first. */
  readonly records: Uint32Array;
}

/** Both classes' records, ranked once for all resamples. */
export interface RankedFolds {
  /** Records of the first class. */
  readonly firstCount: number;
  /** Records of the second class. */
  readonly secondCount: number;
  /** Records by fold. */
  readonly folds: readonly RankedFold[];
}

/** The records of both classes by fold and score. */
export function rankedFolds(first: FoldScores, second: FoldScores): RankedFolds {
  const [firstCount, secondCount] = [first.scores.length, second.scores.length];
  const scores = new Float64Array(firstCount + secondCount);
  scores.set(first.scores);
  scores.set(second.scores, firstCount);
  const byFold: number[][] = [];
  [...first.folds, ...second.folds].forEach((fold, record) => (byFold[fold] ??= []).push(record));
  const folds = byFold.map((own) => {
    const records = Uint32Array.from(own);
    const isSecond = own.map((record) => record >= firstCount);
    return { records, cases: rankedCases(own.map((record) => scores[record]), isSecond) };
  });
  return { firstCount, secondCount, folds };
}

/**
 * The area when records count several times, as in a resample.
 *
 * @param first [records of the first class] how often each counts
 * @param second [records of the second class]
 * @returns in [0, 1]; NaN if no fold has records of both classes
 */
export function weightedAuc(
  { firstCount, folds }: RankedFolds,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): number {
  let [won, pairs] = [0, 0];
  for (const { cases, records } of folds) {
    const counts = [0, 0];
    const weights = new Float64Array(records.length);
    records.forEach((record, i) => {
      weights[i] = record < firstCount ? first[record] : second[record - firstCount];
      counts[cases.isPositive[i]] += weights[i];
    });
    const own = counts[0] * counts[1];
    if (own === 0) continue;
    won += own * auroc(cases, weights);
    pairs += own;
  }
  return won / pairs;
}

/** The variance of the mean of a sample, with n − 1; 0 for a single number. */
function varianceOfMean(numbers: Float64Array): number {
  const count = numbers.length;
  if (count < 2) return 0;
  const mean = numbers.reduce((sum, number) => sum + number, 0) / count;
  return numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / (count - 1) / count;
}

/** The area's variance over patients, fold by fold (DeLong, DeLong & Clarke-Pearson 1988). */
export function delongVariance({ folds }: RankedFolds): number {
  let [sum, pairs] = [0, 0];
  for (const { cases } of folds) {
    const places = placements(cases);
    const [first, second] = [0, 1].map((wanted) =>
      places.filter((_, i) => cases.isPositive[i] === wanted)
    );
    const own = first.length * second.length;
    if (own === 0) continue;
    sum += own ** 2 * (varianceOfMean(first) + varianceOfMean(second));
    pairs += own;
  }
  return sum / pairs ** 2;
}

/**
 * The area with DeLong's 95% interval, taken of its log odds: so its ends are within [0, 1], and it
 * holds the true area more often (Pepe 2003).
 *
 * Where all pairs are ordered alike the variance is 0, whatever the number of patients. Then each
 * patient of the smaller class is taken with one of the other: these are independent pairs, all of
 * them ordered alike, which give the end of the interval by Clopper & Pearson (1934).
 *
 * @param inflation factor on the variance where folds are not independent
 */
export function aucEstimate(ranked: RankedFolds, inflation = 1): Estimate {
  const { firstCount, secondCount } = ranked;
  const ones = new Uint8Array(Math.max(firstCount, secondCount)).fill(1);
  const value = weightedAuc(ranked, ones, ones);
  const extreme = 0.025 ** (inflation / Math.min(firstCount, secondCount));
  if (value === 1) return { value, low: extreme, high: 1 };
  if (value === 0) return { value, low: 0, high: 1 - extreme };
  const half = normal95 * Math.sqrt(inflation * delongVariance(ranked)) / (value * (1 - value));
  const end = (shift: number) => 1 / (1 + (1 - value) / value * Math.exp(-shift));
  return { value, low: end(-half), high: end(half) };
}
