/**
 * How many visits and how many records have each code, record by record: what figures over single codes
 * are computed from.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { FirstTimes } from "../../first_times.ts";
import { type RecordRows, recordRows } from "./resampled_sums.ts";

/** Counts over a cohort or a resample. */
export interface CodeOccurrences {
  /** [codes] Visits with each code. */
  readonly visitsWith: Float64Array;
  /** [codes] Records with each code. */
  readonly recordsWith: Float64Array;
  /** Number of visits. */
  readonly visits: number;
  /** Number of records. */
  readonly records: number;
}

/** [codes × 2 + 2] Visits with each code, records with each code, visits and records. */
export function codeOccurrences(cohort: Cohort): RecordRows {
  const { visitOffsets, codeOffsets, codes } = cohort;
  const count = cohort.vocabulary.codes.length;
  const firstTimes = new FirstTimes(count);
  return recordRows(cohort, 2 * count + 2, (record, add) => {
    firstTimes.begin();
    const [first, end] = [visitOffsets[record], visitOffsets[record + 1]];
    for (let i = codeOffsets[first]; i < codeOffsets[end]; i++) {
      const code = codes[i];
      add(code);
      if (firstTimes.isFirst(code)) add(count + code);
    }
    add(2 * count, end - first);
    add(2 * count + 1);
  });
}

/** Sums of {@link codeOccurrences} by their names; views, not copies. */
export function occurrencesIn(sums: Float64Array): CodeOccurrences {
  const codes = (sums.length - 2) / 2;
  return {
    visitsWith: sums.subarray(0, codes),
    recordsWith: sums.subarray(codes, 2 * codes),
    visits: sums[2 * codes],
    records: sums[2 * codes + 1],
  };
}
