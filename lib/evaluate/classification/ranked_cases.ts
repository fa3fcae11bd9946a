/**
 * Cases of a binary classification by score, from the highest: what curves and areas are made of.
 *
 * @module
 */

/** Cases from the highest score to the lowest; those with equal scores are a group. */
export interface RankedCases {
  /** [cases] Which case is at each place. */
  readonly order: Int32Array;
  /** [groups] Where each group of equal scores ends in `order`, ascending. */
  readonly groupEnds: Int32Array;
  /** [groups] The score of each group, descending. */
  readonly groupScores: Float64Array;
  /** [cases] 1 if a case is positive, else 0; in the order of the cases, not in `order`. */
  readonly isPositive: Uint8Array;
}

/**
 * Cases by score. Resamples of the same cases share this order: their weights say how often each case
 * is drawn.
 *
 * @example
 * ```ts
 * import { rankedCases } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...rankedCases([0.2, 0.8, 0.5], [0, 1, 0]).order], [1, 2, 0]);
 * ```
 *
 * @param scores [cases] higher is more likely positive; none may be NaN
 * @param isPositive [cases] 1 or true if positive
 * @throws {RangeError} If the lengths differ, or a score is NaN
 */
export function rankedCases(
  scores: ArrayLike<number>,
  isPositive: ArrayLike<number | boolean>,
): RankedCases {
  if (scores.length !== isPositive.length) {
    throw new RangeError(
      `Cannot rank cases: there are ${scores.length} scores for ${isPositive.length} cases`,
    );
  }
  const order = Int32Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const ends: number[] = [];
  for (let i = 0; i < order.length; i++) {
    if (Number.isNaN(scores[order[i]])) {
      throw new RangeError(`Cannot rank cases: the score of case ${order[i]} is NaN`);
    }
    if (i + 1 === order.length || scores[order[i + 1]] !== scores[order[i]]) ends.push(i + 1);
  }
  return {
    order,
    groupEnds: Int32Array.from(ends),
    groupScores: Float64Array.from(ends, (end) => scores[order[end - 1]]),
    isPositive: Uint8Array.from(isPositive, Number),
  };
}

/**
 * Calls back with the positives and negatives of each group of equal scores, from the highest.
 *
 * @param weights [cases] how often each case counts; default once
 */
export function forEachGroup(
  { order, groupEnds, isPositive }: RankedCases,
  weights: ArrayLike<number> | undefined,
  visit: (positives: number, negatives: number, group: number) => void,
): void {
  let at = 0;
  for (let group = 0; group < groupEnds.length; group++) {
    let positives = 0;
    let negatives = 0;
    for (; at < groupEnds[group]; at++) {
      const weight = weights === undefined ? 1 : weights[order[at]];
      if (isPositive[order[at]] === 1) positives += weight;
      else negatives += weight;
    }
    visit(positives, negatives, group);
  }
}
