/**
 * Records whose one part is known to an attacker and whose other part is not.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { codeSets, type RecordSets, recordSets } from "./distances/record_sets.ts";

/** What is known of records, and what is not: labels and some codes, and all other codes. */
export interface KnownAndHidden {
  /** Labels, then codes behind them. */
  readonly known: RecordSets;
  /** Codes. */
  readonly hidden: RecordSets;
}

/** Splits records into labels with known codes, and other codes. */
export function knownAndHidden(cohort: Cohort, knownCodes: ReadonlySet<number>): KnownAndHidden {
  const { offsets, items } = codeSets(cohort);
  const count = cohort.labelNames.length;
  const codesOf = (record: number, isKnown: boolean) =>
    items.subarray(offsets[record], offsets[record + 1])
      .filter((code) => knownCodes.has(code) === isKnown);
  const records = Array.from(cohort.subjectIds.keys());
  return {
    known: recordSets(records.map((record) => {
      const labels = cohort.labels.subarray(record * count, (record + 1) * count);
      const own = [...labels.keys()].filter((label) => labels[label] === 1);
      return [...own, ...codesOf(record, true).map((code) => count + code)];
    })),
    hidden: recordSets(records.map((record) => codesOf(record, false))),
  };
}
