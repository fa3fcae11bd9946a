/**
 * Which codes, pairs of codes within a visit and pairs from one visit to the next does each record
 * hold, and how often: the sparse rows whose weighted sums are HALO's six probability dictionaries
 * (Theodorou et al. 2023).
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { type KeyIndex, keyIndex } from "./key_index.ts";

/**
 * What is counted: codes, unordered pairs of codes within a visit, or ordered pairs of a code and
 * one of the next visit (which may be the same code).
 */
export type CodeKind = "unigram" | "same_visit_bigram" | "sequential_bigram";

/** All kinds of {@link CodeKind}, in the order of the report. */
export const codeKinds: readonly CodeKind[] = [
  "unigram",
  "same_visit_bigram",
  "sequential_bigram",
];

/** An empty index for the keys of a kind over `codes` codes; see {@link keyIndex}. */
export function codeKeyIndex(
  kind: CodeKind,
  codes: number,
  options: { dense?: boolean } = {},
): KeyIndex {
  return keyIndex(codes, kind === "unigram" ? 1 : codes, options);
}

/** The keys of some records as sparse rows: each key once a record, with its occurrences there. */
export interface KeyRows {
  /** Index of the first record. */
  readonly from: number;
  /** [records + 1] Row r is `keys[offsets[r]]` up to `keys[offsets[r + 1]]`. */
  readonly offsets: Uint32Array;
  /** [entries] Number of the key in the index. */
  readonly keys: Uint32Array;
  /** [entries] Visits, or pairs of consecutive visits, of the record that hold the key. */
  readonly occurrences: Uint32Array;
}

/** An upper bound of the entries that a record's row may have: its occurrences of any key. */
function occurrencesOf(cohort: Cohort, record: number, kind: CodeKind): number {
  const { visitOffsets, codeOffsets } = cohort;
  let sum = 0;
  let previous = 0;
  for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
    const codes = codeOffsets[visit + 1] - codeOffsets[visit];
    if (kind === "unigram") sum += codes;
    else if (kind === "same_visit_bigram") sum += codes * (codes - 1) / 2;
    else sum += previous * codes;
    previous = codes;
  }
  return sum;
}

/**
 * Bounds of runs of records with at most `entries` occurrences each (a single larger record is a
 * run by itself), so that {@link keyRows} of a run takes a bounded amount of memory.
 */
export function recordRuns(cohort: Cohort, kind: CodeKind, entries = 1 << 20): [number, number][] {
  const runs: [number, number][] = [];
  let from = 0;
  let sum = 0;
  for (let record = 0; record < cohort.recordCount; record++) {
    const occurrences = occurrencesOf(cohort, record, kind);
    if (record > from && sum + occurrences > entries) {
      runs.push([from, record]);
      from = record;
      sum = 0;
    }
    sum += occurrences;
  }
  if (from < cohort.recordCount) runs.push([from, cohort.recordCount]);
  return runs;
}

/**
 * One record's keys while they are gathered: a sparse set (Briggs & Torczon 1993), which needs no
 * clearing between records.
 */
class KeySet {
  #places = new Uint32Array(1 << 12); // [keys] where a key stands in the row, if it does

  constructor(
    private readonly keys: Uint32Array,
    private readonly occurrences: Uint32Array,
  ) {}

  #start = 0;
  end = 0;

  next(): void {
    this.#start = this.end;
  }

  add(key: number): void {
    if (key >= this.#places.length) {
      const longer = new Uint32Array(Math.max(key + 1, this.#places.length * 2));
      longer.set(this.#places);
      this.#places = longer;
    }
    const place = this.#places[key];
    if (place >= this.#start && place < this.end && this.keys[place] === key) {
      this.occurrences[place]++;
      return;
    }
    this.#places[key] = this.end;
    this.keys[this.end] = key;
    this.occurrences[this.end++] = 1;
  }
}

function gather(
  { visitOffsets, codeOffsets, codes }: Cohort,
  record: number,
  kind: CodeKind,
  index: KeyIndex,
  set: KeySet,
): void {
  for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
    const from = codeOffsets[visit];
    const to = codeOffsets[visit + 1];
    if (kind === "unigram") {
      for (let i = from; i < to; i++) set.add(index.number(codes[i], 0));
    } else if (kind === "same_visit_bigram") {
      for (let i = from; i < to; i++) {
        for (let j = i + 1; j < to; j++) set.add(index.number(codes[i], codes[j]));
      }
    } else if (visit > visitOffsets[record]) {
      for (let i = codeOffsets[visit - 1]; i < from; i++) {
        for (let j = from; j < to; j++) set.add(index.number(codes[i], codes[j]));
      }
    }
  }
}

/** The keys of the records `from` up to `to` as sparse rows; new keys are added to the index. */
export function keyRows(
  cohort: Cohort,
  kind: CodeKind,
  index: KeyIndex,
  [from, to]: readonly [number, number] = [0, cohort.recordCount],
): KeyRows {
  let entries = 0;
  for (let record = from; record < to; record++) entries += occurrencesOf(cohort, record, kind);
  const keys = new Uint32Array(entries);
  const occurrences = new Uint32Array(entries);
  const offsets = new Uint32Array(to - from + 1);
  const set = new KeySet(keys, occurrences);
  for (let record = from; record < to; record++) {
    set.next();
    gather(cohort, record, kind, index, set);
    offsets[record - from + 1] = set.end;
  }
  return {
    from,
    offsets,
    keys: keys.slice(0, set.end), // a copy, so that kept rows hold no spare memory
    occurrences: occurrences.slice(0, set.end),
  };
}
