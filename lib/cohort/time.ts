/**
 * Times as in event tables and MEDS: microseconds since 1970-01-01 UTC, exact in a float64 for 285
 * years around 1970.
 *
 * @module
 */

/** Microseconds in a day. */
export const microsecondsPerDay = 86_400_000_000;

/** Visits less than this many microseconds apart were at the same time. */
export const sameTime = 1000;

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$/;

/**
 * The time in a text, in microseconds since 1970-01-01 UTC.
 *
 * @param text a day ("2020-12-31") or a time in UTC ("2020-12-31T23:59:59Z")
 * @returns NaN for any other text, and for a day that does not exist
 */
export function timeOf(text: string): number {
  if (!isoTime.test(text)) return NaN;
  // Date.parse() takes February 30 for March 1
  const day = Number(text.slice(8, 10));
  if (day > 28 && new Date(text.slice(0, 10)).getUTCDate() !== day) return NaN;
  return Date.parse(text) * 1000;
}
