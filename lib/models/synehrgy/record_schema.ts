/**
 * What the tokens of records stand for: which codes are measured and in which bins, and the bins of
 * ages and times. Fitted on the training records alone and stored with the run, which may be passed
 * on: so bins do not end at extremes, which are of single patients, but where enough patients are
 * (small_cells.ts). The published form has the extremes.
 *
 * @see docs/specs/synehrgy.md sections 2 and 9
 * @module
 */
import { type Cohort, daysPerYear, sexNames, splitOf } from "../../cohort/cohort.ts";
import { isObject } from "../../files/input.ts";
import { measuredNumbers } from "../../cohort/measured_values.ts";
import { quantile } from "../../cohort/quantile.ts";
import { type PatientNumbers, recordsByCell, sharedRange } from "../../cohort/small_cells.ts";
import { type StayRules, staysOf } from "./stays.ts";
import {
  binOf,
  type BinOptions,
  clamped,
  decimalsOf,
  fittedEdges,
  quantileEdges,
} from "./value_bins.ts";

/** A code whose values have tokens: numbers in bins, or a few distinct ones as categories. */
export type Series =
  | { readonly code: number; readonly edges: readonly number[]; readonly decimals: number | null }
  | { readonly code: number; readonly categories: readonly number[] };

/** What tokens stand for; an empty list of edges means that there are no such tokens. */
export interface Schema {
  /** Measured codes, ascending. */
  readonly series: readonly Series[];
  /** Edges of ages, in years. */
  readonly ages: readonly number[];
  /** Number of sexes, those of `sexNames`, or 0. */
  readonly sexes: number;
  /** Edges of times between rows of a stay, in days. */
  readonly betweenRows: readonly number[];
  /** Edges of times between stays, in days; how long a stay lasts is one. */
  readonly betweenStays: readonly number[];
  /** Edges of bins for the first day of a record, each bin equally likely, in days since 1970. */
  readonly startDays: readonly number[];
}

/** How a schema is fitted. */
export interface SchemaOptions extends Omit<StayRules, "variableOf"> {
  /** Of measured values. */
  readonly bins: BinOptions;
  /** Whether bins are as published: fixed for ages and times, none for times between stays. */
  readonly isPublished: boolean;
  /**
   * Patients that must be at or beyond the first and the last edge of bins, and have each category;
   * default 1. Nothing is fitted on fewer patients. The published form does without.
   */
  readonly minCell?: number | undefined;
}

/** The published code's bins of ages, in years. */
export const publishedAges: readonly number[] = [18, ...range(20, 90, 5)];
/** The published code's bins of times between rows, which it has in hours. */
export const publishedBetweenRows: readonly number[] = [
  ...[0, 0.5, 1.5, 2.5, 3.5, 6.5, 10.5, 16.5, 26.5, 48, 48.1, 60.1, 80.1, 110.1, 150.1, 200.1],
].map((hours) => hours / 24);

/** Where bins of times are cut: equally full ones, and fine ones in the long tail. */
const timeShares = [...range(0, 0.975, 0.025), 0.99, 0.995, 0.999, 1];
/** Where bins of ages are cut: as those of times, and fine ones for those who begin at birth. */
const ageShares = [0, 0.001, 0.005, 0.01, ...timeShares.slice(1)];
/** Width, in shares of it, of the bin of a time that many have, such as half a year to the day. */
const commonWidth = 1e-4;

/** Numbers from one to another, both included. */
function range(from: number, to: number, step: number): number[] {
  const steps = Math.round((to - from) / step);
  return Array.from({ length: steps + 1 }, (_, i) => from + (to - from) * i / steps);
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

/** From codes to variables. */
export function variablesOf(series: readonly Series[], codes: number): Int32Array {
  const variableOf = new Int32Array(codes).fill(-1);
  series.forEach(({ code }, variable) => variableOf[code] = variable);
  return variableOf;
}

/** Measurements to a distinct value, at least, of a quantity that has categories. */
const leastToCategory = 5;

/** How numbers are fitted, with the patients that each end of a range must have. */
type Fitting = Pick<SchemaOptions, "bins" | "isPublished"> & { readonly minCell: number };

/** The distinct values of a quantity that has few, as far as enough patients have each of them. */
function categoriesOf(values: PatientNumbers, { bins, isPublished, minCell }: Fitting): number[] {
  const { length } = values.numbers;
  const most = isPublished ? 0 : Math.min(2 * bins.most, length / leastToCategory);
  const distinct = new Set<number>();
  for (let i = 0; i < length && distinct.size <= most; i++) distinct.add(values.numbers[i]);
  if (distinct.size > most) return [];
  const all = [...distinct].sort((a, b) => a - b);
  const places = new Map(all.map((category, place) => [category, place]));
  const holders = recordsByCell(values, all.length, (value) => places.get(value) ?? 0);
  return all.filter((_, place) => holders[place].length >= minCell);
}

/**
 * Scores and the like, of up to twice as many values as there may be bins, have categories. Empty if
 * too few patients have a value.
 */
function seriesOf(code: number, values: PatientNumbers, fitting: Fitting): Series[] {
  const range = sharedRange(values, fitting.minCell);
  if (range === undefined) return [];
  const categories = categoriesOf(values, fitting);
  return categories.length > 0 ? [{ code, categories }] : [{
    code,
    edges: fittedEdges(clamped(values.numbers, range), fitting.bins),
    decimals: decimalsOf(values.numbers),
  }];
}

/** Numbers of patients that grow record by record. */
interface Gathered extends PatientNumbers {
  readonly numbers: number[];
  readonly records: number[];
}

function gather({ numbers, records }: Gathered, number: number, record: number): void {
  numbers.push(number);
  records.push(record);
}

/** Ascending, with the ends of the range that enough patients share; empty if too few have any. */
function sharedNumbers(of: PatientNumbers, minCell: number): Float64Array {
  const range = sharedRange(of, minCell);
  return range === undefined ? new Float64Array(0) : clamped(of.numbers, range).sort();
}

/** Edges at quantiles of such numbers; none if too few patients have any. */
function sharedEdges(of: PatientNumbers, shares: readonly number[], minCell: number): number[] {
  const sorted = sharedNumbers(of, minCell);
  return sorted.length === 0 ? [] : quantileEdges(sorted, shares);
}

/**
 * Bins of times, the first for no time at all; a time that would fill one alone has a narrow one.
 *
 * @param times those above 0
 * @param edge that is one of theirs if it is not 0, with a bin beyond it and one up to it
 * @param beyond the width of a bin beyond the edge where no time fills one
 */
function timeEdges(
  times: PatientNumbers,
  { edge, beyond, minCell }: { edge: number; beyond: number; minCell: number },
): number[] {
  const some = sharedNumbers(times, minCell);
  const [, ...cuts] = some.length === 0 ? [0] : timeShares.map((share) => quantile(some, share));
  const common = cuts.filter((cut, i) => cut === cuts[i - 1]);
  const below = common.map((time) => time * (1 - commonWidth));
  const longest = Math.max(...cuts, 0);
  const last = longest > edge ? [] : [edge + beyond];
  const all = new Set([0, edge, ...cuts, ...below, ...last]);
  return [0, ...[...all].sort((a, b) => a - b)];
}

/** Ages and times of a cohort's stays. */
function stayNumbers(cohort: Cohort, rules: StayRules) {
  const empty = (): Gathered => ({ numbers: [], records: [] });
  const [ages, rowTimes, stayTimes, starts] = [empty(), empty(), empty(), empty()];
  for (let record = 0; record < cohort.recordCount; record++) {
    const start = cohort.startDays[record];
    if (!Number.isNaN(start)) gather(starts, start, record);
    for (const [i, { age, days, rows }] of staysOf(rules, cohort, record).entries()) {
      if (!Number.isNaN(age)) gather(ages, age, record);
      if (i > 0 && days > 0) gather(stayTimes, days, record);
      for (const row of rows) if (row.days > 0) gather(rowTimes, row.days, record);
    }
  }
  return { ages, rowTimes, stayTimes, starts };
}

/**
 * The schema of a cohort's training records, or of all where it was never split. A code is measured
 * if it has a value there; where these are few distinct ones, each measured again and again, they
 * are categories, which the published code knows by their names alone.
 */
export function schemaOf(
  source: Cohort,
  { bins, isPublished, stayDays, losesTime, minCell: asked = 1 }: SchemaOptions,
): Schema {
  const cohort = source.splits === null ? source : splitOf(source, "train");
  const minCell = isPublished ? 1 : asked;
  const series = [...measuredNumbers(cohort)].flatMap(([code, values]) =>
    seriesOf(code, values, { bins, isPublished, minCell })
  );
  const variableOf = variablesOf(series, cohort.vocabulary.codes.length);
  const { ages, rowTimes, stayTimes, starts } = stayNumbers(cohort, {
    variableOf,
    stayDays,
    losesTime,
  });
  return {
    series,
    ages: isPublished && ages.numbers.length > 0
      ? publishedAges
      : sharedEdges(ages, ageShares, minCell),
    sexes: cohort.demographics === null ? 0 : sexNames.length,
    betweenRows: series.length === 0
      ? []
      : isPublished
      ? publishedBetweenRows
      : timeEdges(rowTimes, { edge: 0, beyond: stayDays || daysPerYear, minCell }),
    betweenStays: isPublished
      ? []
      : timeEdges(stayTimes, { edge: stayDays, beyond: daysPerYear, minCell }),
    startDays: sharedEdges(starts, range(0, 1, 0.05), minCell),
  };
}

function isRising(found: unknown): boolean {
  return Array.isArray(found) && found.length !== 1 &&
    found.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge >= found[i - 1]));
}

function isSeries(found: unknown): boolean {
  if (!isObject(found) || !Number.isSafeInteger(found.code)) return false;
  const { categories, edges, decimals } = found;
  return categories === undefined
    ? isRising(edges) && (decimals === null || Number.isSafeInteger(decimals))
    : Array.isArray(categories) && categories.length > 0 && categories.every(Number.isFinite);
}

/** Whether what was read from a file is a schema. */
export function isSchema(found: unknown): found is Schema {
  if (!isObject(found) || !Array.isArray(found.series)) return false;
  const { series, sexes, ages, betweenRows, betweenStays, startDays } = found;
  return Array.isArray(series) && series.every(isSeries) &&
    (sexes === 0 || sexes === sexNames.length) &&
    [ages, betweenRows, betweenStays, startDays].every(isRising);
}
