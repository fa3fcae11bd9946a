/**
 * What bins of numbers stand for in models that learn values, times, ages, sexes and races: which codes are
 * measured and in which bins, and the bins of ages and times. Fitted on the training records alone
 * (`fitted_bins.ts`) and stored with the run.
 *
 * @see docs/specs/synehrgy.md sections 2 and 9
 * @module
 */
import { sexNames } from "../../cohort/cohort.ts";
import { isObject } from "../../files/input.ts";
import { isWaitStart, type WaitStart } from "../waits/wait_start.ts";
import { binOf } from "./value_bins.ts";

/** A code whose values have tokens: numbers in bins, or a few distinct ones as categories. */
export type Series =
  | {
    readonly code: number;
    readonly edges: readonly number[];
    readonly decimals: number | null;
    /** [bins] Ends of equally likely cells of each bin; without, draws from a bin are even. */
    readonly inner?: readonly (readonly number[])[];
  }
  | { readonly code: number; readonly categories: readonly number[] };

/** What tokens stand for; an empty list of edges means that there are no such tokens. */
export interface Schema {
  /** Measured codes, ascending. */
  readonly series: readonly Series[];
  /** Edges of ages, in years. */
  readonly ages: readonly number[];
  /** Whether every training record with visits has an age; absent in runs of earlier versions, as if not. */
  readonly isAgeKnown?: boolean | undefined;
  /** Number of sexes, those of `sexNames`, or 0. */
  readonly sexes: number;
  /** Races that enough patients have, see `shownRaces`; absent in models without them. */
  readonly races?: readonly string[] | undefined;
  /** Edges of times between rows of a stay, in days. */
  readonly betweenRows: readonly number[];
  /** Edges of times between stays, in days; how long a stay lasts is one. */
  readonly betweenStays: readonly number[];
  /** [bins] The same of times between stays. */
  readonly innerTimes?: readonly (readonly number[])[] | undefined;
  /** [bins] Share of the times between stays in each; without, all are as likely. */
  readonly timeShares?: readonly number[] | undefined;
  /** Edges of bins for the first day of a record, each bin equally likely, in days since 1970. */
  readonly startDays: readonly number[];
  /** The step in which most times between stays are told, in days; absent in runs of earlier versions. */
  readonly timeStep?: number | undefined;
  /** The density of times between stays, in models that write these without bins. */
  readonly waits?: WaitStart | undefined;
}

/** Number of a series' bins. */
export function binsOf(series: Series): number {
  return "categories" in series ? series.categories.length : binCount(series.edges);
}

/** Number of bins between edges. */
export function binCount(edges: readonly number[]): number {
  return Math.max(0, edges.length - 1);
}

/** The bin of a value: of categories the nearest. */
export function seriesBin(series: Series, value: number): number {
  if (!("categories" in series)) return binOf(series.edges, value);
  const { categories } = series;
  let nearest = 0;
  categories.forEach((category, i) => {
    if (Math.abs(category - value) < Math.abs(categories[nearest] - value)) nearest = i;
  });
  return nearest;
}

/** In how many bins values are learned, for the config of a run. */
export function valuesInWords({ series }: Schema): string {
  const bins = series.reduce((sum, each) => sum + binsOf(each), 0);
  return `${series.length} measured codes in ${bins} bins`;
}

/** From codes to variables. */
export function variablesOf(series: readonly Series[], codes: number): Int32Array {
  const variableOf = new Int32Array(codes).fill(-1);
  series.forEach(({ code }, variable) => variableOf[code] = variable);
  return variableOf;
}

function isRising(found: unknown): boolean {
  return Array.isArray(found) && found.length !== 1 &&
    found.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge >= found[i - 1]));
}

/** Whether each bin has cells within its edges. */
function isInner(found: unknown, edges: unknown): boolean {
  return Array.isArray(found) && Array.isArray(edges) && found.length === binCount(edges) &&
    found.every((ends, bin) =>
      isRising(ends) && ends[0] >= edges[bin] && ends.at(-1) <= edges[bin + 1]
    );
}

/** Whether each bin has a share, and one of them more than 0. */
function isShares(found: unknown, edges: unknown): boolean {
  return Array.isArray(found) && Array.isArray(edges) && found.length === binCount(edges) &&
    found.every((share) => Number.isFinite(share) && share >= 0) &&
    found.some((share) => share > 0);
}

function isSeries(found: unknown): boolean {
  if (!isObject(found) || !Number.isSafeInteger(found.code)) return false;
  const { categories, edges, decimals, inner } = found;
  return categories === undefined
    ? isRising(edges) && (decimals === null || Number.isSafeInteger(decimals)) &&
      (inner === undefined || isInner(inner, edges))
    : Array.isArray(categories) && categories.length > 0 && categories.every(Number.isFinite);
}

/** Whether what was read from a file is a schema. */
export function isSchema(found: unknown): found is Schema {
  if (!isObject(found) || !Array.isArray(found.series)) return false;
  const {
    series,
    sexes,
    races,
    ages,
    betweenRows,
    betweenStays,
    startDays,
    waits,
    timeStep,
    innerTimes,
    timeShares,
    isAgeKnown,
  } = found;
  return Array.isArray(series) && series.every(isSeries) &&
    (sexes === 0 || sexes === sexNames.length) &&
    (races === undefined ||
      Array.isArray(races) && races.every((race) => typeof race === "string")) &&
    [ages, betweenRows, betweenStays, startDays].every(isRising) &&
    (innerTimes === undefined || isInner(innerTimes, betweenStays)) &&
    (timeShares === undefined || isShares(timeShares, betweenStays)) &&
    (isAgeKnown === undefined || typeof isAgeKnown === "boolean") &&
    (timeStep === undefined || Number.isFinite(timeStep) && Number(timeStep) > 0) &&
    (waits === undefined || isWaitStart(waits));
}
