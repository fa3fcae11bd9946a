/**
 * How often the codes of a cohort occur, and in how many records.
 *
 * @module
 */
import type { Cohort } from "./cohort.ts";

/** [codes] How often each code occurs. */
export function occurrenceCounts({ codes, vocabulary }: Cohort): Uint32Array {
  const counts = new Uint32Array(vocabulary.codes.length);
  for (const code of codes) counts[code]++;
  return counts;
}

/**
 * [codes] How many records have each code.
 *
 * @param maxVisits visits of each record that are looked at, the first ones; default all
 */
export function recordCounts(source: Cohort, maxVisits = Infinity): Uint32Array {
  const { visitOffsets, codeOffsets, codes } = source;
  const counts = new Uint32Array(source.vocabulary.codes.length);
  const lastRecord = new Int32Array(counts.length).fill(-1);
  for (let record = 0; record < source.recordCount; record++) {
    const last = Math.min(visitOffsets[record + 1], visitOffsets[record] + maxVisits);
    for (let i = codeOffsets[visitOffsets[record]]; i < codeOffsets[last]; i++) {
      if (lastRecord[codes[i]] !== record) counts[codes[i]]++;
      lastRecord[codes[i]] = record;
    }
  }
  return counts;
}
