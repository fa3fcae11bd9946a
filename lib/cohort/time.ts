/**
 * Times as event tables and MEDS hold them: microseconds since 1970-01-01 UTC, exact in a float64
 * for 285 years around 1970.
 *
 * @module
 */

/** Microseconds in a day. */
export const microsecondsPerDay = 86_400_000_000;

/**
 * A time in days as the microseconds that it was made of, by division: exact for whole milliseconds
 * of any time, and for whole microseconds within 178 years of day 0, where float64 can tell them
 * apart.
 */
export function microsecondsOf(days: number): number {
  const millisecond = Math.round(days * (microsecondsPerDay / 1000)) * 1000;
  if (millisecond / microsecondsPerDay === days) return millisecond;
  const whole = Math.floor(days);
  return whole * microsecondsPerDay + Math.round((days - whole) * microsecondsPerDay);
}

/** Undated visits that are less than this many microseconds apart were at the same time. */
export const sameTime = 1000;

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$/;

/**
 * The time that a text says, in microseconds since 1970-01-01 UTC.
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
