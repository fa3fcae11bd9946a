/**
 * Counts, lists and errors as sentences have them.
 *
 * @module
 */

/** A count with separators between thousands: "1,254". */
export const counted = (count: number): string => count.toLocaleString("en");

/** "a", "a and b", "a, b and c". */
export function listed(parts: readonly string[]): string {
  return parts.length < 2
    ? parts.join()
    : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}

/** What was thrown, in its own words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
