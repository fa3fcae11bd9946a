/**
 * How good are the decisions that probabilities lead to when everything above 0.5 is called positive?
 *
 * @module
 */

/** Counts of decisions. */
export interface Confusion {
  /** Positives called positive. */
  readonly truePositives: number;
  /** Negatives called positive. */
  readonly falsePositives: number;
  /** Negatives called negative. */
  readonly trueNegatives: number;
  /** Positives called negative. */
  readonly falseNegatives: number;
}

/**
 * Decisions at 0.5; exactly 0.5 is called negative, as rounding half to even does.
 *
 * @param probabilities [cases] in [0, 1]
 * @param isPositive [cases] 1 if positive, else 0
 * @param weights [cases] how often each case counts; default once
 */
export function confusion(
  probabilities: ArrayLike<number>,
  isPositive: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Confusion {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < probabilities.length; i++) {
    counts[2 * isPositive[i] + Number(probabilities[i] > 0.5)] += weights?.[i] ?? 1;
  }
  const [trueNegatives, falsePositives, falseNegatives, truePositives] = counts;
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/** Share of decisions that are right, in [0, 1]. */
export function accuracy(
  { truePositives, falsePositives, trueNegatives, falseNegatives }: Confusion,
): number {
  return (truePositives + trueNegatives) /
    (truePositives + trueNegatives + falsePositives + falseNegatives);
}

/** Share of those called positive that are, in [0, 1]; 0 if none is called positive. */
export function precision({ truePositives, falsePositives }: Confusion): number {
  return truePositives === 0 ? 0 : truePositives / (truePositives + falsePositives);
}

/** Share of positives that are called positive, in [0, 1]; NaN without positives. */
export function recall({ truePositives, falseNegatives }: Confusion): number {
  return truePositives / (truePositives + falseNegatives);
}

/** Harmonic mean of precision and recall, in [0, 1]; 0 if no positive is called positive. */
export function f1({ truePositives, falsePositives, falseNegatives }: Confusion): number {
  return 2 * truePositives / (2 * truePositives + falsePositives + falseNegatives);
}
