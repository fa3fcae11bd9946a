import { type Cohort, cohort } from "./cohort.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** One record as plain lists, for small cohorts, tests and JSON. */
export interface RecordLists {
  /** Codes of each visit as vocabulary indices, in any order. */
  readonly visits: readonly (readonly number[])[];
  /** [labels] 0 or 1 for each label. */
  readonly labels: readonly number[];
  /** Index into `splitNames`; leave out, in every record, for a cohort without splits. */
  readonly split?: number;
}

/**
 * A cohort from plain lists; codes are sorted and made distinct within each visit. Records get the
 * subject ids 1, 2, 3, …; days between visits are not known and stand as 0.
 *
 * @throws {RangeError} If a code is outside the vocabulary or a record has another number of labels
 */
export function cohortOf(
  vocabulary: Vocabulary,
  labelNames: readonly string[],
  records: readonly RecordLists[],
): Cohort {
  const visitOffsets = new Uint32Array(records.length + 1);
  const codeOffsets: number[] = [0];
  const codes: number[] = [];
  const labels = new Uint8Array(records.length * labelNames.length);
  for (const [index, record] of records.entries()) {
    if (record.labels.length !== labelNames.length) {
      throw new RangeError(
        `Cannot make a cohort: record ${index} has ${record.labels.length} labels, ` +
          `wanted ${labelNames.length}`,
      );
    }
    labels.set(record.labels, index * labelNames.length);
    for (const visit of record.visits) {
      for (const code of [...new Set(visit)].sort((a, b) => a - b)) codes.push(code);
      codeOffsets.push(codes.length);
    }
    visitOffsets[index + 1] = codeOffsets.length - 1;
  }
  return cohort({
    vocabulary,
    labelNames,
    subjectIds: BigInt64Array.from(records, (_, index) => BigInt(index + 1)),
    visitOffsets,
    codeOffsets: Uint32Array.from(codeOffsets),
    codes: Uint32Array.from(codes),
    labels,
    startDays: new Float64Array(records.length).fill(NaN),
    gapDays: new Float32Array(codeOffsets.length - 1),
    values: null,
    splits: records.length > 0 && records.every((record) => record.split !== undefined)
      ? Uint8Array.from(records, (record) => record.split ?? 0)
      : null,
  });
}

/** The codes of one visit of a record, both by index; a view, not a copy. */
export function visitCodes(source: Cohort, record: number, visit: number): Uint32Array {
  const index = source.visitOffsets[record] + visit;
  return source.codes.subarray(source.codeOffsets[index], source.codeOffsets[index + 1]);
}

/** Number of visits of a record. */
export function visitsOf(source: Cohort, record: number): number {
  return source.visitOffsets[record + 1] - source.visitOffsets[record];
}
