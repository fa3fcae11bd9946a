import { type Cohort, cohort } from "./cohort.ts";
import { growing } from "./growing.ts";
import { raceOf, racesOf } from "./races.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** One record as plain lists, for generators, small cohorts, tests and JSON. */
export interface RecordLists {
  /** Codes of each visit as vocabulary indices, in any order. */
  readonly visits: readonly (readonly number[])[];
  /** [labels] 0 or 1 for each label. */
  readonly labels: readonly number[];
  /**
   * The value of each code of `visits`, NaN where there is none; omitted for a record without
   * values. A cohort has values if one of its records has.
   */
  readonly values?: readonly (readonly number[])[] | undefined;
  /** [visits] Days since the record's previous visit, 0 for the first; default 0. */
  readonly gapDays?: readonly number[];
  /** Day of the first visit, if there is one, in days since 1970-01-01 UTC; default unknown. */
  readonly startDay?: number;
  /** Day of birth, in days since 1970-01-01 UTC; NaN or omitted if unknown. */
  readonly birthDay?: number | undefined;
  /** Index into `sexNames`; omitted if unknown. A cohort has demographics if a record has. */
  readonly sex?: number | undefined;
  /** In the words of the source; "" or omitted if unknown. */
  readonly race?: string | undefined;
  /** Index into `splitNames`; omitted in every record of a cohort without splits. */
  readonly split?: number | undefined;
}

/** Whether codes ascend and are distinct, as generators write them. */
function isAscending(visit: readonly number[]): boolean {
  for (let i = 1; i < visit.length; i++) if (!(visit[i - 1] < visit[i])) return false;
  return true;
}

/** The numbers of a visit's entries by ascending code; of entries with the same code the last. */
function distinctEntries(visit: readonly number[]): number[] {
  const lastOf = new Map(visit.map((code, entry) => [code, entry]));
  return [...lastOf.keys()].sort((a, b) => a - b).map((code) => lastOf.get(code) ?? 0);
}

function checkLengths(record: RecordLists, index: number, labelCount: number): void {
  const { visits, labels, values, gapDays } = record;
  const fail = (what: string): never => {
    throw new RangeError(`Cannot make a cohort: record ${index} has ${what}`);
  };
  if (labels.length !== labelCount) fail(`${labels.length} labels, must have ${labelCount}`);
  if (gapDays !== undefined && gapDays.length !== visits.length) {
    fail(`${visits.length} visits but ${gapDays.length} gaps`);
  }
  if (values === undefined) return;
  if (
    values.length !== visits.length || values.some((list, i) => list.length !== visits[i].length)
  ) fail("values, but not one for each code of each visit");
}

/**
 * A cohort from plain lists; codes are sorted and made distinct within each visit, and the last
 * value of a code is kept. Records get the subject ids 1, 2, 3, ….
 *
 * @throws {RangeError} If a code is outside the vocabulary or lists of a record differ in length
 */
export function cohortOf(
  vocabulary: Vocabulary,
  labelNames: readonly string[],
  records: readonly RecordLists[],
): Cohort {
  const visitOffsets = new Uint32Array(records.length + 1);
  const codeOffsets = growing((length) => new Uint32Array(length));
  codeOffsets.push(0);
  const codes = growing((length) => new Uint32Array(length));
  const values = growing((length) => new Float32Array(length));
  const gapDays = growing((length) => new Float64Array(length));
  const hasValues = records.some((record) => record.values);
  const labels = new Uint8Array(records.length * labelNames.length);
  for (const [index, record] of records.entries()) {
    checkLengths(record, index, labelNames.length);
    labels.set(record.labels, index * labelNames.length);
    for (const [visit, entries] of record.visits.entries()) {
      const known = record.values?.[visit];
      const push = (entry: number) => {
        codes.push(entries[entry]);
        if (hasValues) values.push(known?.[entry] ?? NaN);
      };
      if (isAscending(entries)) { for (let i = 0; i < entries.length; i++) push(i); }
      else distinctEntries(entries).forEach(push);
      codeOffsets.push(codes.length);
      gapDays.push(record.gapDays?.[visit] ?? 0);
    }
    visitOffsets[index + 1] = codeOffsets.length - 1;
  }
  const races = racesOf(records.map(({ race = "" }) => race));
  const hasDemographics = records.some(({ birthDay, sex, race }) =>
    (birthDay ?? sex ?? race) !== undefined
  );
  return cohort({
    vocabulary,
    labelNames,
    subjectIds: BigInt64Array.from(records, (_, index) => BigInt(index + 1)),
    visitOffsets,
    codeOffsets: codeOffsets.view().slice(),
    codes: codes.view().slice(),
    labels,
    startDays: Float64Array.from(
      records,
      ({ visits, startDay = NaN }) => visits.length > 0 ? startDay : NaN,
    ),
    gapDays: gapDays.view().slice(),
    values: hasValues ? values.view().slice() : null,
    demographics: hasDemographics
      ? {
        birthDays: Float64Array.from(records, ({ birthDay }) => birthDay ?? NaN),
        sexes: Uint8Array.from(records, ({ sex }) => sex ?? 0),
        ...races && { races },
      }
      : null,
    splits: records.length > 0 && records.every((record) => record.split !== undefined)
      ? Uint8Array.from(records, (record) => record.split ?? 0)
      : null,
  });
}

/** The arrays of a cohort from which {@link recordLists} reads. */
export type RecordArrays = Pick<
  Cohort,
  | "recordCount"
  | "visitOffsets"
  | "codeOffsets"
  | "codes"
  | "labels"
  | "startDays"
  | "gapDays"
  | "values"
  | "demographics"
  | "splits"
>;

/** The codes of one visit of a record, both by index; a view, not a copy. */
export function visitCodes(
  source: Pick<Cohort, "visitOffsets" | "codeOffsets" | "codes">,
  record: number,
  visit: number,
): Uint32Array {
  const index = source.visitOffsets[record] + visit;
  return source.codes.subarray(source.codeOffsets[index], source.codeOffsets[index + 1]);
}

/** Number of visits of a record. */
export function visitsOf({ visitOffsets }: Pick<Cohort, "visitOffsets">, record: number): number {
  return visitOffsets[record + 1] - visitOffsets[record];
}

/** Days between consecutive visits of a record; a view, not a copy. */
export function gapsOf(
  { visitOffsets, gapDays }: Pick<Cohort, "visitOffsets" | "gapDays">,
  record: number,
): Float64Array {
  return gapDays.subarray(visitOffsets[record] + 1, visitOffsets[record + 1]);
}

/** A record as plain lists. */
export function recordLists(source: RecordArrays, record: number): RecordLists {
  const { recordCount, labels, visitOffsets, codeOffsets, startDays, gapDays, values } = source;
  const visits = Array.from({ length: visitsOf(source, record) }, (_, visit) => visit);
  const labelCount = labels.length / recordCount;
  return {
    visits: visits.map((visit) => [...visitCodes(source, record, visit)]),
    labels: [...labels.subarray(record * labelCount, (record + 1) * labelCount)],
    values: values === null ? undefined : visits.map((visit) => {
      const index = visitOffsets[record] + visit;
      return [...values.subarray(codeOffsets[index], codeOffsets[index + 1])];
    }),
    startDay: startDays[record],
    gapDays: [...gapDays.subarray(visitOffsets[record], visitOffsets[record + 1])],
    birthDay: source.demographics?.birthDays[record],
    sex: source.demographics?.sexes[record],
    race: source.demographics?.races && raceOf(source.demographics.races, record),
    split: source.splits?.[record],
  };
}
