/**
 * How often the codes of a cohort occur, in how many records, and how many of them a record has.
 *
 * @module
 */
import { FirstTimes } from "../first_times.ts";
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
  const firstTimes = new FirstTimes(counts.length);
  for (let record = 0; record < source.recordCount; record++) {
    firstTimes.begin();
    const last = Math.min(visitOffsets[record + 1], visitOffsets[record] + maxVisits);
    for (let i = codeOffsets[visitOffsets[record]]; i < codeOffsets[last]; i++) {
      if (firstTimes.isFirst(codes[i])) counts[codes[i]]++;
    }
  }
  return counts;
}

/** [records] How many distinct codes each record has. */
export function distinctCodeCounts(source: Cohort): Float64Array {
  const { visitOffsets, codeOffsets, codes } = source;
  const counts = new Float64Array(source.recordCount);
  const firstTimes = new FirstTimes(source.vocabulary.codes.length);
  for (let record = 0; record < source.recordCount; record++) {
    firstTimes.begin();
    const end = codeOffsets[visitOffsets[record + 1]];
    for (let i = codeOffsets[visitOffsets[record]]; i < end; i++) {
      if (firstTimes.isFirst(codes[i])) counts[record]++;
    }
  }
  return counts;
}
