/**
 * Spearman's correlation of counts.
 *
 * @module
 */

/** [largest + 1] Mean rank of the keys with each count, from 1, and the counts of how many there are. */
function ranksOf(counts: Int32Array, isIn: (key: number) => boolean): Float64Array {
  let largest = 0;
  for (const count of counts) largest = Math.max(largest, count);
  const ranks = new Float64Array(largest + 1);
  for (let key = 0; key < counts.length; key++) if (isIn(key)) ranks[counts[key]]++;
  let below = 0;
  for (let count = 0; count <= largest; count++) {
    const ties = ranks[count];
    ranks[count] = below + (ties + 1) / 2;
    below += ties;
  }
  return ranks;
}

/**
 * Spearman's correlation: Pearson's of the ranks, ties at their mean rank. Keys that are 0 on both sides
 * are left out. Probabilities have the ranks of their counts, so no sorting is needed: time is linear
 * in the keys and the largest count.
 *
 * @param real [keys] whole numbers, at least 0
 * @param synthetic [keys] whole numbers, at least 0
 * @returns in [−1, 1]; NaN if one side does not vary
 */
export function rankCorrelation(real: Int32Array, synthetic: Int32Array): number {
  const isIn = (key: number) => real[key] > 0 || synthetic[key] > 0;
  const [realRanks, syntheticRanks] = [real, synthetic].map((counts) => ranksOf(counts, isIn));
  let keys = 0;
  for (let key = 0; key < real.length; key++) keys += Number(isIn(key));
  const mean = (keys + 1) / 2;
  let [both, ofReal, ofSynthetic] = [0, 0, 0];
  for (let key = 0; key < real.length; key++) {
    if (!isIn(key)) continue;
    const a = realRanks[real[key]] - mean;
    const b = syntheticRanks[synthetic[key]] - mean;
    both += a * b;
    ofReal += a * a;
    ofSynthetic += b * b;
  }
  return both / Math.sqrt(ofReal * ofSynthetic);
}
