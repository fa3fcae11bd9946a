/**
 * Numbers drawn from the bins that a model has written: values and times as those of the training
 * records lie within their bin, or evenly as published; ages, and SynEHRgy's times, evenly.
 *
 * @see docs/specs/synehrgy.md section 8
 * @module
 */
import { daysPerYear } from "../../cohort/cohort.ts";
import type { Random } from "../../random.ts";
import { flag } from "../interface/settings.ts";
import { binCount, type Schema, type Series } from "./record_schema.ts";
import { drawnByCells } from "./inner_quantiles.ts";
import { drawnFromBin } from "./value_bins.ts";

/** The setting of models that draw values from bins. */
export const evenDraws = flag(
  false,
  "Values, and with numbers=N times, are drawn evenly from their bins, instead of as the training records' lie there",
  { published: true, before: true },
);

/** Draws a number from a bin between edges. */
export type NumberIn = (edges: readonly number[], bin: number, decimals?: number | null) => number;

/** Numbers by uniform ones in [0, 1). */
export function drawnBy(uniform: () => number): NumberIn {
  return (edges, bin, decimals = null) => drawnFromBin(edges, bin, decimals, uniform());
}

/** A value from a bin of a measured code, by uniform numbers in [0, 1). */
export function valueIn(series: Series, bin: number, uniform: () => number): number {
  if ("categories" in series) return series.categories[bin];
  const { edges, decimals, inner } = series;
  return inner === undefined
    ? drawnFromBin(edges, bin, decimals, uniform())
    : drawnByCells(inner, bin, decimals, uniform());
}

/** Days from a bin of times between stays, by uniform numbers in [0, 1). */
export function daysIn(
  { betweenStays, innerTimes }: Schema,
  bin: number,
  uniform: () => number,
): number {
  return innerTimes === undefined
    ? drawnFromBin(betweenStays, bin, null, uniform())
    : drawnByCells(innerTimes, bin, null, uniform());
}

/** A bin of times between stays, as the training records have them, or any as published. */
export function timeBinOf({ betweenStays, timeShares }: Schema, draws: Random): number {
  if (timeShares === undefined) return draws.integer(binCount(betweenStays));
  let left = draws.uniform() * timeShares.reduce((sum, share) => sum + share, 0);
  const bin = timeShares.findIndex((share) => (left -= share) < 0);
  return bin < 0 ? timeShares.findLastIndex((share) => share > 0) : bin; // rounding
}

/** A first day: from the training records', whatever else is told; NaN where they have none. */
export function startDayOf({ startDays }: Schema, draws: Random): number {
  const starts = binCount(startDays);
  const bin = starts === 0 ? 0 : draws.integer(starts);
  return starts === 0 ? NaN : drawnFromBin(startDays, bin, null, draws.uniform());
}

/** The day of birth, since 1970, of somebody whose age is in a bin so many days after a day. */
export function birthDayOf(
  { ages }: Schema,
  bin: number,
  [startDay, days]: readonly [startDay: number, days: number],
  numberIn: NumberIn,
): number {
  const [above, upTo] = [ages[bin], ages[bin + 1]].map((age) =>
    daysPerYear * age - startDay - days
  );
  return -numberIn([-Infinity, above, upTo], 1, 0); // a whole day if there is one
}
