/**
 * A cohort whose keys have been counted, for figures that need no resamples of its rows.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import type { Judged } from "../../measure.ts";
import { KeyCounts } from "./key_counts.ts";
import type { Part } from "./found.ts";
import type { KeyNumbers } from "./key_index.ts";
import { type CodeKind, KeyRowReader, type KeyRows } from "./key_rows.ts";
import { visitDenominators } from "./visit_denominators.ts";

/** Counts of the keys of one kind in a cohort, which can be read row by row once more. */
export class CountedCohort {
  readonly counts = new KeyCounts(1);
  /** What occurrences are divided by, and what records are divided by. */
  readonly denominators: readonly [visits: number, records: number];
  readonly #reader: KeyRowReader;

  constructor(
    readonly judged: Judged,
    readonly kind: CodeKind,
    private readonly index: KeyNumbers,
  ) {
    const { cohort } = judged;
    const [visits] = visitDenominators(cohort, kind);
    this.denominators = [visits || 1, cohort.recordCount || 1];
    this.#reader = new KeyRowReader(cohort, kind, index);
  }

  /** Counts all records; new keys are added to the index. */
  async count(advance: (records: number) => void): Promise<void> {
    const weights = new Uint8Array(this.judged.cohort.recordCount).fill(1);
    for await (const rows of this.rows(advance)) {
      this.counts.reserve(this.index.size);
      this.counts.add(rows, weights);
    }
  }

  /** The rows of all records, in runs; each run overwrites the one before. */
  async *rows(advance: (records: number) => void): AsyncIterable<KeyRows> {
    for (const rows of this.#reader.runs()) {
      yield rows;
      advance(rows.offsets.length - 1);
      await breathe();
    }
  }

  /** The share of visits (or pairs of visits), or of records, with a key. */
  share(part: Part, key: number): number {
    return this.both[part][key] / this.denominators[part];
  }

  /** [2] Counts of visits (or pairs of visits), and of records with each key. */
  get both(): readonly [occurrences: Int32Array, records: Int32Array] {
    return [this.counts.occurrences, this.counts.records];
  }
}
