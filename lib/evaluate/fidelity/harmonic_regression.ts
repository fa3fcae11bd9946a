/**
 * Trend and yearly wave of a series of weeks: least squares on a line and on one sine wave with the
 * period of a year (harmonic regression, or cosinor: Halberg 1967).
 *
 * @module
 */

/** Days of a year on average. */
export const yearDays = 365.25;

/** What a series of weeks does over time, in shares of its mean. */
export interface Course {
  /** Change in a year. */
  readonly trend: number;
  /** Parts of the yearly wave: of the cosine, which is highest on 1 January, and of the sine. */
  readonly wave: readonly [cosine: number, sine: number];
}

/** Weeks of two years, from which a trend and a wave can be told apart. */
export const fewestWeeks = 105;

/** The vectors that are left of the columns when each is freed of those before it (Gram–Schmidt). */
function orthogonal(columns: readonly Float64Array[]): Float64Array[] {
  const found: Float64Array[] = [];
  for (const column of columns) {
    const rest = column.slice();
    for (const other of found) {
      const share = dot(rest, other) / dot(other, other);
      rest.forEach((_, i) => rest[i] -= share * other[i]);
    }
    found.push(rest);
  }
  return found;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * A regression over weeks, prepared once for many series.
 *
 * @param firstDay of the first week, in days since 1970-01-01
 * @param weeks at least {@link fewestWeeks}
 * @returns from [weeks] a series its course; NaN if its mean is 0
 */
export function harmonicRegression(
  firstDay: number,
  weeks: number,
): (series: Float64Array) => Course {
  const column = (of: (day: number) => number) =>
    Float64Array.from({ length: weeks }, (_, week) => of(firstDay + 7 * week + 3.5));
  const middle = firstDay + 3.5 * weeks;
  const columns = [
    column(() => 1),
    column((day) => (day - middle) / yearDays),
    column((day) => Math.cos(2 * Math.PI * day / yearDays)),
    column((day) => Math.sin(2 * Math.PI * day / yearDays)),
  ];
  const freed = orthogonal(columns);
  return (series) => {
    // the coefficient of the last column first: each then leaves the series
    const rest = series.slice();
    const coefficients = [0, 0, 0, 0];
    for (let i = columns.length - 1; i >= 0; i--) {
      coefficients[i] = dot(rest, freed[i]) / dot(freed[i], freed[i]);
      for (let week = 0; week < weeks; week++) rest[week] -= coefficients[i] * columns[i][week];
    }
    const [, trend, cosine, sine] = coefficients;
    const mean = dot(series, columns[0]) / weeks;
    return { trend: trend / mean, wave: [cosine / mean, sine / mean] };
  };
}

/** Height of a wave over its middle. */
export function amplitudeOf([cosine, sine]: Course["wave"]): number {
  return Math.hypot(cosine, sine);
}

/** When a wave is highest, in days since 1 January, in [0, 365.25). */
export function peakOf([cosine, sine]: Course["wave"]): number {
  const turn = Math.atan2(sine, cosine) / (2 * Math.PI);
  return (turn < 0 ? turn + 1 : turn) * yearDays;
}

/** A difference of days within the year, the short way round: in [-182.625, 182.625). */
export function withinYear(days: number): number {
  const half = yearDays / 2;
  return days - yearDays * Math.floor((days + half) / yearDays);
}
