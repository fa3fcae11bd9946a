/**
 * Times as in event tables and MEDS: microseconds since 1970-01-01 UTC, exact in a float64 for 285
 * years around 1970.
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

/** Undated visits less than this many microseconds apart were at the same time. */
export const sameTime = 1000;

const day = /(\d{4}-\d\d-(\d\d))/.source;
const clock = /([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?/.source;
const zone = /(Z|UTC|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)/.source;
const written = new RegExp(`^${day}(?:[T ]${clock}(?: ?${zone})?)?$`, "i");

/**
 * The time in a text, in microseconds since 1970-01-01 UTC.
 *
 * @param text a day ("2020-12-31"), or a day and a time ("2020-12-31T23:59:59Z"): also with a space
 *   between them, without seconds, with a fraction of a second, with an offset from UTC ("+02:00"). A
 *   time that names no time zone is taken as UTC; {@link precisionOf} tells
 * @returns NaN for any other text, and for a day that does not exist
 */
export function timeOf(text: string): number {
  const parts = written.exec(text);
  if (parts === null) return NaN;
  const [, day, dayOfMonth, hours = "0", minutes = "0", seconds = "0", fraction = ""] = parts;
  const midnight = Date.parse(day);
  // Date.parse() takes February 30 for March 1
  if (Number(dayOfMonth) > 28 && new Date(midnight).getUTCDate() !== Number(dayOfMonth)) return NaN;
  const [sign, offsetHours = "0", offsetMinutes = "0"] = parts.slice(8);
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === "-" ? -1 : 1);
  const minute = Number(hours) * 60 + Number(minutes) - offset;
  const microseconds = Number(fraction.slice(0, 6).padEnd(6, "0"));
  return (midnight + (minute * 60 + Number(seconds)) * 1000) * 1000 + microseconds;
}

/** How exactly a text that {@link timeOf} reads says a time: "local" where it names no time zone. */
export function precisionOf(text: string): "day" | "local" | "instant" {
  if (text.length === 10) return "day";
  return /[zc]$|[+-]\d\d(:?\d\d)?$/i.test(text.slice(10)) ? "instant" : "local";
}
