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

/** Each record's labels and codes by visit, as keys that are distinct within the record. */
function visitKeys(cohort: Cohort): { offsets: Uint32Array; keys: Float64Array } {
  const { recordCount, labelNames, labels, visitOffsets, codeOffsets, codes } = cohort;
  const width = cohort.vocabulary.codes.length;
  const labelled = labels.reduce((sum, label) => sum + label, 0);
  const offsets = new Uint32Array(recordCount + 1);
  const keys = new Float64Array(labelled + codes.length);
  let at = 0;
  for (let record = 0; record < recordCount; record++) {
    for (let label = 0; label < labelNames.length; label++) {
      if (labels[record * labelNames.length + label] === 1) keys[at++] = -1 - label;
    }
    const first = visitOffsets[record];
    for (let visit = first; visit < visitOffsets[record + 1]; visit++) {
      for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
        keys[at++] = (visit - first) * width + codes[i];
      }
    }
    offsets[record + 1] = at;
  }
  return { offsets, keys };
}

/** Sorted distinct numbers of several lists. */
function distinct(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all.sort().filter((key, i) => i === 0 || key !== all[i - 1]);
}

/** Where a number is in a sorted list that has it. */
function placeOf(sorted: Float64Array, key: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Each record's labels, and its codes with the number of their visit: the same code in the first and
 * in the second visit is two items.
 *
 * @param cohorts over the same vocabulary and labels; only sets of one call can be compared
 */
export function visitSets(cohorts: readonly Cohort[]): RecordSets[] {
  const keyed = cohorts.map(visitKeys);
  const known = distinct(keyed.map(({ keys }) => keys));
  return keyed.map(({ offsets, keys }, i) => ({
    offsets,
    items: Uint32Array.from(keys, (key) => placeOf(known, key)),
    visits: cohorts[i],
  }));
}
