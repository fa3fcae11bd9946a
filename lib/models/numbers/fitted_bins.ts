/**
 * Bins that suit the numbers of training records. A run, which has them, may be passed on: so bins do
 * not end at extremes, which are of single patients, but where enough patients are (small_cells.ts).
 * The published form of SynEHRgy has the extremes.
 *
 * @see docs/specs/synehrgy.md sections 2 and 9
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { measuredNumbers } from "../../cohort/measured_values.ts";
import { quantile } from "../../cohort/quantile.ts";
import { type PatientNumbers, recordsByCell, sharedRange } from "../../cohort/small_cells.ts";
import type { GivenBins } from "./given_bins.ts";
import { innerQuantiles } from "./inner_quantiles.ts";
import type { Series } from "./record_schema.ts";
import { type BinOptions, clamped, decimalsOf, fittedEdges, quantileEdges } from "./value_bins.ts";

/** How bins are fitted. */
export interface Fitting {
  /** Of measured values. */
  readonly bins: BinOptions;
  /** Patients that must be at or beyond the first and the last edge of bins, and have each category. */
  readonly minCell: number;
  /** Whether scores of few distinct values have bins too, instead of categories. */
  readonly isPublished: boolean;
  /** Whether values are drawn evenly from their bins, as published, instead of as they lie there. */
  readonly evenDraws: boolean;
  /** Bins of some codes that are not to be fitted. */
  readonly given?: GivenBins | undefined;
}

/** Numbers from one to another, both included. */
function range(from: number, to: number, step: number): number[] {
  const steps = Math.round((to - from) / step);
  return Array.from({ length: steps + 1 }, (_, i) => from + (to - from) * i / steps);
}

/** Where bins of times are cut: equally full ones, and fine ones in the long tail. */
const timeShares = [...range(0, 0.975, 0.025), 0.99, 0.995, 0.999, 1];
/** Where bins of ages are cut: as those of times, and fine ones for those who begin at birth. */
const ageShares = [0, 0.001, 0.005, 0.01, ...timeShares.slice(1)];
/** Where bins of first days are cut. */
const startShares = range(0, 1, 0.05);
/** Width, in shares of it, of the bin of a time that many have, such as half a year to the day. */
const commonWidth = 1e-4;

/** Measurements to a distinct value, at least, of a quantity that has categories. */
const leastToCategory = 5;

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
  const given = fitting.given?.edges.get(code);
  const categories = given === undefined ? categoriesOf(values, fitting) : [];
  if (categories.length > 0) return [{ code, categories }];
  const edges = given ?? fittedEdges(clamped(values.numbers, range), fitting.bins);
  const decimals = decimalsOf(values.numbers);
  if (fitting.evenDraws) return [{ code, edges, decimals }];
  const inner = innerQuantiles(edges, values, { decimals, minCell: fitting.minCell });
  return [{ code, edges, decimals, inner }];
}

/** The measured codes of records with their bins, ascending by code. */
export function measuredSeries(cohort: Cohort, fitting: Fitting): Series[] {
  return [...measuredNumbers(cohort)].flatMap(([code, values]) => seriesOf(code, values, fitting));
}

/** Numbers of patients that grow record by record. */
export interface Gathered extends PatientNumbers {
  readonly numbers: number[];
  readonly records: number[];
}

/** None so far. */
export function gathered(): Gathered {
  return { numbers: [], records: [] };
}

/** Adds a record's number. */
export function gather({ numbers, records }: Gathered, number: number, record: number): void {
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

/** Bins of ages, in years. */
export function ageEdges(ages: PatientNumbers, minCell: number): number[] {
  return sharedEdges(ages, ageShares, minCell);
}

/** Bins of first days, each equally likely. */
export function startEdges(starts: PatientNumbers, minCell: number): number[] {
  return sharedEdges(starts, startShares, minCell);
}

/**
 * Bins of times, the first for no time at all; a time that would fill one alone has a narrow one.
 *
 * @param times those above 0
 * @param edge that is one of theirs if it is not 0, with a bin beyond it and one up to it
 * @param beyond the width of a bin beyond the edge where no time fills one
 */
export function timeEdges(
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
