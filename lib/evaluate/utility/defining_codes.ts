/**
 * Which codes define a label? Definitions are not stored with a cohort, so they are found in training
 * records: codes that only records with the label have.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";

/** Chance, over all codes together, that a code that has nothing to do with the label seems to define it. */
const mostChance = 0.01;

/** Share of the records with a label that must have a code which defines it. */
const leastExplained = 0.9;

/** The distinct codes of a record. */
function codesOf({ visitOffsets, codeOffsets, codes }: Cohort, record: number): Set<number> {
  return new Set(
    codes.subarray(codeOffsets[visitOffsets[record]], codeOffsets[visitOffsets[record + 1]]),
  );
}

/** Codes that only records with the label have, with the records that have each. */
function exclusiveCodes(cohort: Cohort, isPositive: (record: number) => boolean) {
  const holders = new Map<number, number[]>();
  const excluded = new Set<number>();
  for (let record = 0; record < cohort.recordCount; record++) {
    for (const code of codesOf(cohort, record)) {
      if (!isPositive(record)) excluded.add(code);
      else holders.set(code, [...holders.get(code) ?? [], record]);
    }
  }
  for (const code of excluded) holders.delete(code);
  return holders;
}

/**
 * The codes that define a label: no record without the label has any of them, and nine tenths or more
 * of those with it have one. (Others may have had a code that was trimmed.)
 *
 * A rare code may be found only with the label by chance: if a share s of the records has the label,
 * with chance sᵏ for k records. Only codes for which that is below 1%, over all codes together, are
 * taken.
 *
 * @param cohort training records
 * @param label index of the label
 * @returns ascending; undefined if the label does not follow from codes
 */
export function definingCodes(cohort: Cohort, label: number): Set<number> | undefined {
  const { labels, labelNames, recordCount, vocabulary } = cohort;
  const isPositive = (record: number) => labels[record * labelNames.length + label] === 1;
  const positives = [...Array(recordCount).keys()].filter(isPositive).length;
  const limit = mostChance / vocabulary.codes.length;
  const defining = [...exclusiveCodes(cohort, isPositive)]
    .filter(([, records]) => (positives / recordCount) ** records.length < limit);
  const explained = new Set(defining.flatMap(([, records]) => records));
  if (positives === 0 || explained.size < leastExplained * positives) return undefined;
  return new Set(defining.map(([code]) => code).sort((a, b) => a - b));
}
