/**
 * How often does each key occur: weighted counts of codes or pairs, in visits and in records.
 *
 * @module
 */
import type { Cohort } from "../../../cohort/cohort.ts";
import type { KeyNumbers } from "./key_index.ts";
import { type CodeKind, KeyRowReader, type KeyRows } from "./key_rows.ts";

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
    const length = Math.ceil(Math.max(keys, 1024) * this.columns * 1.5);
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

/**
 * Whether at least N records have one of some keys.
 *
 * @param isWanted [keys] 1 for each of them, else 0
 */
export function haveAny(
  cohort: Cohort,
  { kind, index, isWanted }: { kind: CodeKind; index: KeyNumbers; isWanted: Uint8Array },
  least: number,
): boolean {
  let records = 0;
  for (const { offsets, keys } of new KeyRowReader(cohort, kind, index).runs()) {
    for (let row = 0; row + 1 < offsets.length; row++) {
      const own = keys.subarray(offsets[row], offsets[row + 1]);
      records += Number(own.some((key) => isWanted[key] === 1));
      if (records >= least) return true;
    }
  }
  return false;
}

/** Counts all records of a cohort in runs of bounded memory; new keys are added to the index. */
export function countKeys(
  cohort: Cohort,
  kind: CodeKind,
  index: KeyNumbers,
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
