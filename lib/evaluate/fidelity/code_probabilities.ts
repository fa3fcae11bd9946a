/**
 * With which probability does a visit, or a record, hold each code or pair of codes: the six
 * probability dictionaries of HALO's evaluation (Theodorou et al. 2023), counted in typed arrays.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import type { KeyIndex } from "./counting/key_index.ts";
import { codeKeyIndex, type CodeKind, KeyRowReader, type KeyRows } from "./counting/key_rows.ts";

/** Weighted counts of keys, a column for each set of weights. */
export class KeyCounts {
  /** [keys × columns] Visits (or pairs of consecutive visits) with the key. */
  occurrences: Int32Array = new Int32Array(0);
  /** [keys × columns] Records with the key. */
  records: Int32Array = new Int32Array(0);

  /**
   * @param columns how many sets of weights are counted at once: one sweep over the records for all
   *   of them, which is what makes bootstrap resamples cheap
   */
  constructor(readonly columns: number) {}

  /** Makes room for keys below `keys`; counts so far stay. */
  reserve(keys: number): void {
    if (keys * this.columns <= this.records.length) return;
    const length = Math.max(keys, 1024) * this.columns * 3 / 2 | 0;
    for (const name of ["occurrences", "records"] as const) {
      const longer = new Int32Array(length);
      longer.set(this[name]);
      this[name] = longer;
    }
  }

  /** Sets all counts to 0. */
  clear(): void {
    this.occurrences.fill(0);
    this.records.fill(0);
  }

  /** Adds some records' rows, each `weights[record × columns + column]` times. */
  add(rows: KeyRows, weights: ArrayLike<number>): void {
    const { columns, occurrences, records } = this;
    for (let row = 0; row + 1 < rows.offsets.length; row++) {
      const weight = (rows.from + row) * columns;
      for (let i = rows.offsets[row]; i < rows.offsets[row + 1]; i++) {
        const key = rows.keys[i] * columns;
        const times = rows.occurrences[i];
        if (columns === 1) { // the loop below with its bookkeeping takes 1.3 times as long
          occurrences[key] += weights[weight] * times;
          records[key] += weights[weight];
          continue;
        }
        for (let column = 0; column < columns; column++) {
          occurrences[key + column] += weights[weight + column] * times;
          records[key + column] += weights[weight + column];
        }
      }
    }
  }
}

/** Probabilities of codes or pairs of codes; only keys that occur in a record of weight above 0. */
export interface CodeProbabilities {
  /** What the keys are. */
  readonly kind: CodeKind;
  /** [keys] The code, or the first code of the pair, as a vocabulary index. */
  readonly first: Uint32Array;
  /** [keys] The second code of the pair; null for unigrams. */
  readonly second: Uint32Array | null;
  /** [keys] Share of visits (of pairs of consecutive visits for the sequential kind), in (0, 1]. */
  readonly perVisit: Float64Array;
  /** [keys] Share of records, in (0, 1]. */
  readonly perRecord: Float64Array;
}

/**
 * By what counts of a kind are divided to be shares of visits: visits, or for the sequential kind
 * pairs of consecutive visits, Σ max(0, visits − 1). A visit without codes counts.
 */
export function visitDenominator(
  cohort: Cohort,
  kind: CodeKind,
  weights?: ArrayLike<number>,
): number {
  let sum = 0;
  for (let record = 0; record < cohort.recordCount; record++) {
    const visits = cohort.visitOffsets[record + 1] - cohort.visitOffsets[record];
    const count = kind === "sequential_bigram" ? Math.max(0, visits - 1) : visits;
    sum += count * (weights?.[record] ?? 1);
  }
  return sum;
}

/** Counts all records of a cohort in runs of bounded memory; new keys are added to the index. */
export function countKeys(
  cohort: Cohort,
  kind: CodeKind,
  index: KeyIndex,
  weights: ArrayLike<number> = new Uint8Array(cohort.recordCount).fill(1),
): KeyCounts {
  const counts = new KeyCounts(1);
  for (const rows of new KeyRowReader(cohort, kind, index).runs()) {
    counts.reserve(index.size);
    counts.add(rows, weights);
  }
  counts.reserve(index.size);
  return counts;
}

/**
 * The probabilities of one kind in a cohort.
 *
 * Unordered pairs of a visit have `first < second`; ordered pairs are (earlier, later).
 *
 * @example
 * ```ts
 * import { codeProbabilities, cohortOf, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = cohortOf(vocabulary(["a", "b"]), [], [
 *   { visits: [[0, 1], [1]], labels: [] },
 *   { visits: [[1]], labels: [] },
 * ]);
 * const { first, perVisit, perRecord } = codeProbabilities(cohort, "unigram");
 * assertEquals([...first], [0, 1]);
 * assertEquals([...perVisit], [1 / 3, 1]);
 * assertEquals([...perRecord], [1 / 2, 1]);
 * ```
 *
 * @param options.weights [records] how often each record counts, whole numbers; once when left out
 * @param options.dense which table numbers the pairs, see {@link keyIndex}
 * @returns keys in order of their codes
 */
export function codeProbabilities(
  cohort: Cohort,
  kind: CodeKind,
  options: { weights?: ArrayLike<number>; dense?: boolean } = {},
): CodeProbabilities {
  const codes = cohort.vocabulary.codes.length;
  const index = codeKeyIndex(kind, codes, options);
  const counts = countKeys(cohort, kind, index, options.weights);
  const visits = visitDenominator(cohort, kind, options.weights);
  let records = cohort.recordCount;
  if (options.weights !== undefined) {
    records = 0;
    for (let record = 0; record < cohort.recordCount; record++) records += options.weights[record];
  }
  const keys = orderedKeys(index, codes).filter((key) => counts.records[key] > 0);
  return {
    kind,
    first: Uint32Array.from(keys, (key) => index.first[key]),
    second: kind === "unigram" ? null : Uint32Array.from(keys, (key) => index.second[key]),
    perVisit: Float64Array.from(keys, (key) => counts.occurrences[key] / visits),
    perRecord: Float64Array.from(keys, (key) => counts.records[key] / records),
  };
}

/** [keys] The numbers of all keys of an index, in order of their codes. */
export function orderedKeys({ first, second, size }: KeyIndex, codes: number): Uint32Array {
  const rank = Float64Array.from({ length: size }, (_, key) => first[key] * codes + second[key]);
  return Uint32Array.from({ length: size }, (_, key) => key).sort((a, b) => rank[a] - rank[b]);
}
