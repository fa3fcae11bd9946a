/**
 * Whether a few records are so much longer than all others that they decide how long training takes
 * and how much memory it needs: a batch is as long as its longest record.
 *
 * @module
 */
import type { Cohort } from "./cohort.ts";

/** What {@link longRecords} finds. */
export interface LongRecords {
  /** A round number of visits that all other records are within, for `--max-visits`. */
  readonly maxVisits: number;
  /** Records with more visits. */
  readonly count: number;
  /** Visits of the longest record. */
  readonly longest: number;
  /** Share of all visits that are left if each record keeps its first `maxVisits`, in (0, 1). */
  readonly kept: number;
}

/** Records within this many visits cost little, however short the others are. */
const shortEnough = 50;

/** 50, 100, 200, 500, 1000, 2000, 5000 and so on. */
function* roundNumbers(): Generator<number> {
  for (let number = shortEnough;; number *= 10) yield* [number, 2 * number, 4 * number];
}

/** At most so many of all records are few: one in a hundred; of small cohorts one, or three in thirty. */
function fewOf(records: number): number {
  return Math.max(1, Math.floor(records / 100), Math.min(3, Math.floor(records / 10)));
}

/**
 * The few records that are at least twice as long as all others may be, rounded up, and what cutting
 * them would keep.
 *
 * @example One record of 300 visits among short ones
 * ```ts
 * import { cohortOf, longRecords, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const record = (visits: number) => ({ visits: Array(visits).fill([0]), labels: [] });
 * const records = [record(300), ...Array(99).fill(record(5))];
 * const { maxVisits, count, longest } = longRecords(cohortOf(vocabulary(["a"]), [], records)) ?? {};
 * assertEquals([maxVisits, count, longest], [50, 1, 300]);
 * ```
 *
 * @returns undefined where no such records are, or none of more than 50 visits
 */
export function longRecords({ visitOffsets, recordCount, visitCount }: Cohort):
  | LongRecords
  | undefined {
  const lengths = Uint32Array.from(
    { length: recordCount },
    (_, record) => visitOffsets[record + 1] - visitOffsets[record],
  ).sort();
  const longest = lengths[recordCount - 1] ?? 0;
  for (const maxVisits of roundNumbers()) {
    if (longest < 2 * maxVisits) return undefined;
    const long = lengths.filter((length) => length > maxVisits);
    if (long.length > fewOf(recordCount)) continue;
    const lost = long.reduce((sum, length) => sum + length - maxVisits, 0);
    return { maxVisits, count: long.length, longest, kept: 1 - lost / visitCount };
  }
}
