/**
 * What SynEHRgy's tokens stand for, fitted on a cohort's training records.
 *
 * @see docs/specs/synehrgy.md sections 2 and 9
 * @module
 */
import { type Cohort, daysPerYear, sexNames, splitOf } from "../../cohort/cohort.ts";
import {
  ageEdges,
  gather,
  gathered,
  measuredSeries,
  startEdges,
  timeEdges,
} from "../numbers/fitted_bins.ts";
import { type Schema, variablesOf } from "../numbers/record_schema.ts";
import type { GivenBins } from "../numbers/given_bins.ts";
import type { BinOptions } from "../numbers/value_bins.ts";
import { type StayRules, staysOf } from "./stays.ts";

/** How it is fitted. */
export interface SchemaOptions extends Omit<StayRules, "variableOf"> {
  /** Of measured values. */
  readonly bins: BinOptions;
  /** Whether values are drawn evenly from these; default false. */
  readonly evenDraws?: boolean | undefined;
  /** Bins of some codes that are not to be fitted. */
  readonly given?: GivenBins | undefined;
  /** Whether bins are as published: fixed for ages and times, none for times between stays. */
  readonly isPublished: boolean;
  /**
   * Patients that must be at or beyond the first and the last edge of bins, and have each category;
   * default 1. Nothing is fitted on fewer patients. The published form does without.
   */
  readonly minCell?: number | undefined;
}

/** The published code's bins of ages, in years. */
export const publishedAges: readonly number[] = [
  18,
  ...Array.from({ length: 15 }, (_, i) => 20 + 5 * i),
];
/** The published code's bins of times between rows, which it has in hours. */
export const publishedBetweenRows: readonly number[] = [
  ...[0, 0.5, 1.5, 2.5, 3.5, 6.5, 10.5, 16.5, 26.5, 48, 48.1, 60.1, 80.1, 110.1, 150.1, 200.1],
].map((hours) => hours / 24);

/** Ages and times of a cohort's stays. */
function stayNumbers(cohort: Cohort, rules: StayRules) {
  const [ages, rowTimes, stayTimes, starts] = Array.from({ length: 4 }, gathered);
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
export function staySchema(
  source: Cohort,
  { bins, evenDraws = false, given, isPublished, stayDays, losesTime, minCell: asked = 1 }:
    SchemaOptions,
): Schema {
  const cohort = source.splits === null ? source : splitOf(source, "train");
  const minCell = isPublished ? 1 : asked;
  const series = measuredSeries(cohort, { bins, evenDraws, given, isPublished, minCell });
  const variableOf = variablesOf(series, cohort.vocabulary.codes.length);
  const { ages, rowTimes, stayTimes, starts } = stayNumbers(cohort, {
    variableOf,
    stayDays,
    losesTime,
  });
  return {
    series,
    ages: isPublished && ages.numbers.length > 0 ? publishedAges : ageEdges(ages, minCell),
    sexes: cohort.demographics === null ? 0 : sexNames.length,
    betweenRows: series.length === 0
      ? []
      : isPublished
      ? publishedBetweenRows
      : timeEdges(rowTimes, { edge: 0, beyond: stayDays || daysPerYear, minCell }),
    betweenStays: isPublished
      ? []
      : timeEdges(stayTimes, { edge: stayDays, beyond: daysPerYear, minCell }),
    startDays: startEdges(starts, minCell),
  };
}
