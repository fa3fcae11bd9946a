/**
 * Which codes, pairs of codes within a visit and pairs from one visit to the next does each record
 * hold, and how often: the sparse rows whose weighted sums are HALO's six probability dictionaries
 * (Theodorou et al. 2023).
 *
 * @module
 */
import type { Cohort } from "../../../cohort/cohort.ts";
import { type KeyIndex, keyIndex, type KeyNumbers, pairNumbers } from "./key_index.ts";

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

/** Occurrences of any key in a cohort. */
export function occurrencesIn(cohort: Cohort, kind: CodeKind): number {
  let sum = 0;
  for (let record = 0; record < cohort.recordCount; record++) {
    sum += occurrencesOf(cohort, record, kind);
  }
  return sum;
}

/** The most pairs that all get a number: counting them takes 24 bytes each, 6 GiB in all. */
const mostNumbered = 2 ** 28;

/** Whether a cohort has so many occurrences that it is best to number all pairs, seen or not. */
export function hasMostPairs(cohort: Cohort, kind: CodeKind, pairs: number): boolean {
  return kind !== "unigram" && pairs <= mostNumbered && 2 * occurrencesIn(cohort, kind) > pairs;
}

/** An index for the keys of a cohort: of those that occur, or of all pairs where most are likely to. */
export function keyIndexFor(kind: CodeKind, cohort: Cohort): KeyIndex {
  const codes = cohort.vocabulary.codes.length;
  return hasMostPairs(cohort, kind, codes ** 2) ? pairNumbers(codes) : codeKeyIndex(kind, codes);
}

/**
 * Bounds of runs of records with at most `entries` occurrences each (a single larger record is a
 * run by itself), so that reading a run takes a bounded amount of memory.
 */
function recordRuns(cohort: Cohort, kind: CodeKind, entries = 1 << 20): [number, number][] {
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
 * Reads the rows of a cohort run by run. A record's keys are first gathered in a small hash table of
 * their own, which stays in the processor's cache, and then looked up in the index, each once.
 */
export class KeyRowReader {
  #slots = new Uint32Array(1 << 8); // place in the row + 1; 0 for a free slot
  #mask = 0;
  #firsts = new Uint32Array(0); // of the record's keys
  #seconds = new Uint32Array(0);
  #used = new Uint32Array(0); // their slots
  #size = 0;
  #keys = new Uint32Array(0);
  #occurrences = new Uint32Array(0);
  #start = 0;

  /** @param index new keys are added to it */
  constructor(
    private readonly cohort: Cohort,
    private readonly kind: CodeKind,
    private readonly index: KeyNumbers,
  ) {}

  /** The rows of all records, in runs of bounded size; each run overwrites the one before. */
  *runs(entries?: number): Iterable<KeyRows> {
    for (const run of recordRuns(this.cohort, this.kind, entries)) yield this.read(run);
  }

  /** The rows of the records `from` up to `to`; overwritten by the next call. */
  read([from, to]: readonly [number, number]): KeyRows {
    const bounds = Uint32Array.from(
      { length: to - from },
      (_, row) => occurrencesOf(this.cohort, from + row, this.kind),
    );
    const entries = bounds.reduce((sum, bound) => sum + bound, 0);
    if (entries > this.#keys.length) {
      this.#keys = new Uint32Array(entries);
      this.#occurrences = new Uint32Array(entries);
    }
    const offsets = new Uint32Array(to - from + 1);
    this.#start = 0;
    for (let row = 0; row < bounds.length; row++) {
      this.#makeRoom(bounds[row]);
      this.#gather(from + row);
      this.#lookUp();
      offsets[row + 1] = this.#start;
    }
    return {
      from,
      offsets,
      keys: this.#keys.subarray(0, this.#start),
      occurrences: this.#occurrences.subarray(0, this.#start),
    };
  }

  /** Makes the record's own table at least twice as large as needed; it is empty. */
  #makeRoom(keys: number): void {
    if (keys > this.#firsts.length) {
      const length = keys * 2;
      [this.#firsts, this.#seconds, this.#used] = [0, 1, 2].map(() => new Uint32Array(length));
    }
    let length = 1 << 8;
    while (length < 2 * keys) length *= 2;
    if (length > this.#slots.length) this.#slots = new Uint32Array(length);
    this.#mask = length - 1;
  }

  #gather(record: number): void {
    const { visitOffsets, codeOffsets, codes } = this.cohort;
    for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
      const from = codeOffsets[visit];
      const to = codeOffsets[visit + 1];
      if (this.kind === "unigram") {
        for (let i = from; i < to; i++) this.#add(codes[i], 0);
      } else if (this.kind === "same_visit_bigram") {
        for (let i = from; i < to; i++) {
          for (let j = i + 1; j < to; j++) this.#add(codes[i], codes[j]);
        }
      } else if (visit > visitOffsets[record]) {
        for (let i = codeOffsets[visit - 1]; i < from; i++) {
          for (let j = from; j < to; j++) this.#add(codes[i], codes[j]);
        }
      }
    }
  }

  #add(first: number, second: number): void {
    const [slots, mask] = [this.#slots, this.#mask];
    const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (true) {
      const place = slots[slot];
      if (place === 0) break;
      if (this.#firsts[place - 1] === first && this.#seconds[place - 1] === second) {
        this.#occurrences[this.#start + place - 1]++;
        return;
      }
      slot = (slot + 1) & mask;
    }
    const place = this.#size++;
    slots[slot] = place + 1;
    this.#used[place] = slot;
    this.#firsts[place] = first;
    this.#seconds[place] = second;
    this.#occurrences[this.#start + place] = 1;
  }

  /** Looks up the record's keys, and empties its table. */
  #lookUp(): void {
    const [firsts, seconds, keys, start, size] = [
      this.#firsts,
      this.#seconds,
      this.#keys,
      this.#start,
      this.#size,
    ];
    for (let i = 0; i < size; i++) keys[start + i] = this.index.number(firsts[i], seconds[i]);
    for (let i = 0; i < size; i++) this.#slots[this.#used[i]] = 0;
    this.#start += size;
    this.#size = 0;
  }
}
