/**
 * Records as sets of items, of which distances between records are made: the codes of a whole record,
 * or its codes visit by visit.
 *
 * @module
 */
import type { Cohort } from "../../../cohort/cohort.ts";

/** Records as sets of items, compressed sparse rows. */
export interface RecordSets {
  /** [records + 1] Record r's items are `items[offsets[r]]` up to `items[offsets[r + 1]]`. */
  readonly offsets: Uint32Array;
  /** Numbers of items, distinct within a record. */
  readonly items: Uint32Array;
  /** Where visits and their codes begin, as in a cohort; only for distances visit by visit. */
  readonly visits?: Pick<Cohort, "visitOffsets" | "codeOffsets"> | undefined;
}

/** Number of records. */
export function recordCountOf({ offsets }: RecordSets): number {
  return offsets.length - 1;
}

/**
 * Records from lists of items.
 *
 * @param lists [records] distinct whole numbers below 2³²
 */
export function recordSets(lists: readonly ArrayLike<number>[]): RecordSets {
  const offsets = new Uint32Array(lists.length + 1);
  for (const [record, { length }] of lists.entries()) {
    offsets[record + 1] = offsets[record] + length;
  }
  const items = new Uint32Array(offsets[lists.length]);
  for (const [record, list] of lists.entries()) items.set(list, offsets[record]);
  return { offsets, items };
}

/** Each record's codes over all its visits. */
export function codeSets({ recordCount, visitOffsets, codeOffsets, codes }: Cohort): RecordSets {
  return recordSets(Array.from({ length: recordCount }, (_, record) => {
    const [from, to] = [visitOffsets[record], visitOffsets[record + 1]];
    return Uint32Array.from(new Set(codes.subarray(codeOffsets[from], codeOffsets[to])));
  }));
}

/** Numbers for items that have keys, the same number for the same key. */
function numbering(): (key: number) => number {
  const known = new Map<number, number>();
  return (key) => {
    const number = known.get(key) ?? known.size;
    if (number === known.size) known.set(key, number);
    return number;
  };
}

/** One cohort's labels and codes by visit, numbered. */
function visitSetsOf(cohort: Cohort, numberOf: (key: number) => number): RecordSets {
  const { recordCount, labelNames, labels, visitOffsets, codeOffsets, codes } = cohort;
  const width = cohort.vocabulary.codes.length;
  const lists = Array.from({ length: recordCount }, (_, record) => {
    const items: number[] = [];
    for (let label = 0; label < labelNames.length; label++) {
      if (labels[record * labelNames.length + label] === 1) items.push(numberOf(-1 - label));
    }
    const first = visitOffsets[record];
    for (let visit = first; visit < visitOffsets[record + 1]; visit++) {
      for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
        items.push(numberOf((visit - first) * width + codes[i]));
      }
    }
    return items;
  });
  return { ...recordSets(lists), visits: { visitOffsets, codeOffsets } };
}

/**
 * Each record's labels, and its codes with the number of their visit: the same code in the first and
 * in the second visit is two items.
 *
 * @param cohorts over the same vocabulary and labels; only sets of one call can be compared
 */
export function visitSets(cohorts: readonly Cohort[]): RecordSets[] {
  const numberOf = numbering();
  return cohorts.map((cohort) => visitSetsOf(cohort, numberOf));
}
