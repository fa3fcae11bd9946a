/**
 * Figures that cannot be computed from the records at hand, with the reason.
 *
 * @module
 */
import { list, object, type Schema, text } from "../../files/checked_json.ts";

/** A figure that is left out. */
export interface LeftOut {
  /** Which one. */
  label: string;
  /** Why: a clause. */
  reason: string;
}

/** Figures that are left out, when they are read from a file. */
export const leftOutSchema: Schema<LeftOut[]> = list(object({ label: text, reason: text }));

/** Records that each set must have for a figure to be computed. */
export const fewestRecords = 10;

/**
 * Says which sets are too small.
 *
 * @param sizes numbers of records, by what they are: "held-out records"
 * @returns empty if all are large enough
 */
export function tooFew(label: string, sizes: Readonly<Record<string, number>>): LeftOut[] {
  return Object.entries(sizes).filter(([, size]) => size < fewestRecords).map(([name, size]) => ({
    label,
    reason: `there are ${size} ${name}, at least ${fewestRecords} are needed`,
  }));
}
