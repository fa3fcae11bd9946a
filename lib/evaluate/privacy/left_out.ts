/**
 * Which sets are too small for a figure of privacy.
 *
 * @module
 */
import type { LeftOut } from "../not_measured.ts";

/** Records that each set must have for a figure to be computed. */
export const fewestRecords = 10;

/**
 * Says which sets are too small.
 *
 * @param sizes numbers of records, by what they are: "held-out records"
 * @returns empty if all are large enough
 */
export function tooFew(label: string, sizes: Readonly<Record<string, number>>): LeftOut[] {
  return Object.entries(sizes).filter(([, size]) => size < fewestRecords).map(([name]) => ({
    label,
    reason: `fewer than ${fewestRecords} ${name}`,
  }));
}
