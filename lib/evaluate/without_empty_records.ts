import { type Cohort, subset } from "../cohort/cohort.ts";

/** The records with at least one visit; the same cohort when all have one. */
export function withoutEmptyRecords(source: Cohort): Cohort {
  const { visitOffsets, recordCount } = source;
  const kept: number[] = [];
  for (let record = 0; record < recordCount; record++) {
    if (visitOffsets[record + 1] > visitOffsets[record]) kept.push(record);
  }
  return kept.length === recordCount ? source : subset(source, kept);
}
