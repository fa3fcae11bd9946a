/**
 * Spearman's correlation of counts.
 *
 * @module
 */
import type { PairedCounts } from "../counting/paired_counts.ts";

/** [largest + 1] Mean rank of the keys with each count, from 1. */
function ranksOf(counts: Int32Array, times: Float64Array): Float64Array {
  const largest = counts.reduce((most, count) => Math.max(most, count), 0);
  const ranks = new Float64Array(largest + 1);
  for (let i = 0; i < counts.length; i++) ranks[counts[i]] += times[i];
  let below = 0;
  for (let count = 0; count <= largest; count++) {
    const ties = ranks[count];
    ranks[count] = below + (ties + 1) / 2;
    below += ties;
  }
  return ranks;
}

/**
 * Spearman's correlation: Pearson's of the ranks, ties at their mean rank. Probabilities have the ranks
 * of their counts, so no sorting is needed: time is linear in the entries and the largest count.
 *
 * @param counts of the keys that either side has
 * @returns in [−1, 1]; NaN if one side does not vary
 */
export function rankCorrelation({ real, other, times }: PairedCounts): number {
  const [realRanks, otherRanks] = [ranksOf(real, times), ranksOf(other, times)];
  const keys = times.reduce((sum, each) => sum + each, 0);
  const mean = (keys + 1) / 2;
  let [both, ofReal, ofOther] = [0, 0, 0];
  for (let i = 0; i < times.length; i++) {
    const a = realRanks[real[i]] - mean;
    const b = otherRanks[other[i]] - mean;
    both += times[i] * a * b;
    ofReal += times[i] * a * a;
    ofOther += times[i] * b * b;
  }
  return both / Math.sqrt(ofReal * ofOther);
}
