/**
 * What a thread that finds nearest records is sent; it answers each message with the number of records
 * that it has done, 0 for the setup.
 *
 * @module
 */
import type { Compared } from "./distance_rows.ts";
import type { Nearest, Skipped } from "./nearest_rows.ts";

/** What a Worker needs before its first records; it shares the memory of all arrays. */
export interface Setup {
  readonly compared: Compared;
  readonly skipped: Skipped;
  /** Where the Worker puts what it finds. */
  readonly found: Nearest;
}

/** Records that a Worker is asked about: `from` up to `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A setup, then ranges of records. */
export type Message = Setup | Range;
