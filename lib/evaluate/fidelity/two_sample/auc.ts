/**
 * The area under the ROC curve of scores that come from several folds: the probability that of a
 * random pair of one record of each class within a fold, the one of the second class has the higher
 * score. Pairs across folds are left out, since two folds' scores come from two classifiers.
 *
 * @module
 */
import type { Estimate } from "../../bootstrap.ts";

/** Scores of the records of a class, and where each was held out. */
export interface FoldScores {
  /** [records] */
  readonly scores: Float64Array;
  /** [records] The fold of each, from 0. */
  readonly folds: Uint8Array;
}

/** One fold's records of both classes, in the order of their scores. */
interface SortedFold {
  /** Indices of records; the second class is counted on from the end of the first. */
  readonly records: Uint32Array;
  /** [records] 1 where the record has the score of the one before. */
  readonly isTied: Uint8Array;
}

/** Both classes' records, sorted once for all resamples. */
export interface SortedScores {
  /** Records of the first class. */
  readonly firstCount: number;
  /** Records of the second class. */
  readonly secondCount: number;
  /** Records by fold. */
  readonly folds: readonly SortedFold[];
}

/** The records of both classes by fold and score. */
export function sortedScores(first: FoldScores, second: FoldScores): SortedScores {
  const firstCount = first.scores.length;
  const scores = Float64Array.of(...first.scores, ...second.scores);
  const byFold: number[][] = [];
  [...first.folds, ...second.folds].forEach((fold, record) => (byFold[fold] ??= []).push(record));
  const folds = byFold.map((records) => {
    const sorted = Uint32Array.from(records).sort((a, b) => scores[a] - scores[b]);
    const isTied = Uint8Array.from(
      sorted,
      (record, i) => Number(i > 0 && scores[record] === scores[sorted[i - 1]]),
    );
    return { records: sorted, isTied };
  });
  return { firstCount, secondCount: second.scores.length, folds };
}

/**
 * The area when records count several times, as in a resample.
 *
 * @param first [records of the first class] how often each counts
 * @param second [records of the second class]
 * @returns in [0, 1]; NaN if no fold has records of both classes
 */
export function weightedAuc(
  { firstCount, folds }: SortedScores,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): number {
  let [won, pairs] = [0, 0];
  for (const { records, isTied } of folds) {
    let [below, tiedBelow, tiedAbove, above] = [0, 0, 0, 0];
    for (let i = 0; i < records.length; i++) {
      if (isTied[i] === 0) {
        below += tiedBelow;
        tiedBelow = tiedAbove = 0;
      }
      const record = records[i];
      if (record < firstCount) {
        tiedBelow += first[record];
        won += first[record] * tiedAbove / 2;
      } else {
        const weight = second[record - firstCount];
        tiedAbove += weight;
        above += weight;
        won += weight * (below + tiedBelow / 2);
      }
    }
    pairs += (below + tiedBelow) * above;
  }
  return won / pairs;
}

/** Per record of one fold: the share of the other class that it is ordered rightly with; ties half. */
function placements(
  { records, isTied }: SortedFold,
  firstCount: number,
): { first: number[]; second: number[] } {
  const isFirst = Array.from(records, (record) => record < firstCount);
  const firsts = isFirst.filter(Boolean).length;
  const seconds = records.length - firsts;
  const found: { first: number[]; second: number[] } = { first: [], second: [] };
  let [firstBelow, secondBelow] = [0, 0];
  for (let from = 0; from < records.length;) {
    let to = from + 1;
    while (to < records.length && isTied[to] === 1) to++;
    const tiedFirst = isFirst.slice(from, to).filter(Boolean).length;
    const tiedSecond = to - from - tiedFirst;
    for (let i = from; i < to; i++) {
      if (isFirst[i]) found.first.push(1 - (secondBelow + tiedSecond / 2) / seconds);
      else found.second.push((firstBelow + tiedFirst / 2) / firsts);
    }
    firstBelow += tiedFirst;
    secondBelow += tiedSecond;
    from = to;
  }
  return found;
}

/** The variance of a sample, with n − 1; 0 for a single number. */
function variance(numbers: readonly number[]): number {
  if (numbers.length < 2) return 0;
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  return numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / (numbers.length - 1);
}

/** The area's variance over patients, fold by fold (DeLong, DeLong & Clarke-Pearson 1988). */
export function delongVariance({ firstCount, folds }: SortedScores): number {
  let [sum, pairs] = [0, 0];
  for (const fold of folds) {
    const { first, second } = placements(fold, firstCount);
    if (first.length === 0 || second.length === 0) continue;
    const own = first.length * second.length;
    sum += own ** 2 * (variance(first) / first.length + variance(second) / second.length);
    pairs += own;
  }
  return sum / pairs ** 2;
}

/** 97.5th percentile of a normal variable. */
const z = 1.959963984540054;

/**
 * The area with DeLong's 95% interval, taken of its log odds: so its ends are within [0, 1], and it
 * holds the true area more often (Pepe 2003).
 *
 * Where all pairs are ordered alike the variance is 0, whatever the number of patients. Then each
 * patient of the smaller class is taken with one of the other: so many independent pairs, all of them
 * ordered alike, give the end of the interval by Clopper & Pearson (1934).
 *
 * @param inflation factor on the variance where folds are not independent
 */
export function aucEstimate(sorted: SortedScores, inflation = 1): Estimate {
  const { firstCount, secondCount } = sorted;
  const ones = new Uint8Array(Math.max(firstCount, secondCount)).fill(1);
  const value = weightedAuc(sorted, ones, ones);
  const extreme = 0.025 ** (inflation / Math.min(firstCount, secondCount));
  if (value === 1) return { value, low: extreme, high: 1 };
  if (value === 0) return { value, low: 0, high: 1 - extreme };
  const half = z * Math.sqrt(inflation * delongVariance(sorted)) / (value * (1 - value));
  const end = (shift: number) => 1 / (1 + (1 - value) / value * Math.exp(-shift));
  return { value, low: end(-half), high: end(half) };
}
