/**
 * The bins of models that write visits: of measured values, of the age at the first visit and of times
 * between visits, fitted on a cohort's training records.
 *
 * @module
 */
import { ageAtStart, type Cohort, daysPerYear, sexNames, splitOf } from "../../cohort/cohort.ts";
import { isShownCell, type PatientNumbers, recordsByCell } from "../../cohort/small_cells.ts";
import { shownRaces } from "../../cohort/races.ts";
import { isOrderOnly } from "../../cohort/order_only.ts";
import {
  ageEdges,
  gather,
  gathered,
  measuredSeries,
  startEdges,
  timeEdges,
} from "./fitted_bins.ts";
import { innerQuantiles } from "./inner_quantiles.ts";
import { waitStep } from "../waits/wait_start.ts";
import type { GivenBins } from "./given_bins.ts";
import { binCount, type Schema } from "./record_schema.ts";
import { binOf, type BinOptions } from "./value_bins.ts";

/** How a schema is fitted. */
export interface VisitSchemaOptions {
  /** Of measured values. */
  readonly bins: BinOptions;
  /** Whether times between visits have no bins, since the model has a density for them. */
  readonly isWithoutTimes: boolean;
  /** Whether values and times are drawn evenly from their bins; default false. */
  readonly evenDraws?: boolean | undefined;
  /** Bins of some codes that are not to be fitted. */
  readonly given?: GivenBins | undefined;
  /** Patients that must be at or beyond the ends of bins, see `small_cells.ts`. */
  readonly minCell: number;
}

/** Ages at the first visit, times between visits, those above 0 alone, and first days of a cohort's records. */
function visitNumbers(cohort: Cohort) {
  const { visitOffsets, gapDays, startDays, recordCount } = cohort;
  const [ages, gaps, times, starts] = Array.from({ length: 4 }, gathered);
  let isAgeKnown = true; // of all who have visits
  for (let record = 0; record < recordCount; record++) {
    const start = startDays[record];
    const age = ageAtStart(cohort, record);
    if (!Number.isNaN(start)) gather(starts, start, record);
    if (!Number.isNaN(age)) gather(ages, age, record);
    else if (visitOffsets[record + 1] > visitOffsets[record]) isAgeKnown = false;
    for (let visit = visitOffsets[record] + 1; visit < visitOffsets[record + 1]; visit++) {
      gather(gaps, gapDays[visit], record);
      if (gapDays[visit] > 0) gather(times, gapDays[visit], record);
    }
  }
  return { ages, isAgeKnown, gaps, times, starts };
}

/** [bins] Shares of times between visits; bins of fewer than N patients have equal ones of theirs. */
function sharesOf(edges: readonly number[], times: PatientNumbers, minCell: number): number[] {
  const cellOf = (time: number) => binOf(edges, time);
  const isShown = recordsByCell(times, binCount(edges), cellOf).map(({ length }) =>
    isShownCell(minCell, length)
  );
  const counts = isShown.map(() => 0);
  for (let i = 0; i < times.numbers.length; i++) counts[cellOf(times.numbers[i])]++;
  const hidden = counts.reduce((sum, count, bin) => sum + (isShown[bin] ? 0 : count), 0);
  const rare = isShown.reduce((sum, shown) => sum + Number(!shown), 0);
  return counts.map((count, bin) => (isShown[bin] ? count : hidden / rare) / times.numbers.length);
}

/** The schema of a cohort's training records, or of all where it was never split. */
export function visitSchema(
  source: Cohort,
  { bins, isWithoutTimes, evenDraws = false, given, minCell }: VisitSchemaOptions,
): Schema {
  const cohort = source.splits === null ? source : splitOf(source, "train");
  const { ages, isAgeKnown, gaps, times, starts } = visitNumbers(cohort);
  const races = shownRaces([cohort.demographics?.races], minCell);
  const betweenStays = isWithoutTimes || isOrderOnly(cohort)
    ? []
    : timeEdges(times, { edge: 0, beyond: daysPerYear, minCell });
  return {
    series: measuredSeries(cohort, { bins, evenDraws, given, minCell, isPublished: false }),
    ages: ageEdges(ages, minCell),
    isAgeKnown,
    sexes: cohort.demographics === null ? 0 : sexNames.length,
    ...races.length > 0 && { races },
    betweenRows: [],
    betweenStays,
    ...!evenDraws && betweenStays.length > 0 && {
      innerTimes: innerQuantiles(betweenStays, times, { decimals: null, minCell }),
      ...gaps.numbers.length > 0 && { timeShares: sharesOf(betweenStays, gaps, minCell) },
    },
    startDays: startEdges(starts, minCell),
    ...!isWithoutTimes && { timeStep: waitStep(times.numbers) },
  };
}

/** The schema of training records of which only codes and first days are written. */
export function startDaysSchema(train: Cohort, minCell: number): Schema {
  const { starts } = visitNumbers(train);
  return {
    series: [],
    ages: [],
    sexes: 0,
    betweenRows: [],
    betweenStays: [],
    startDays: startEdges(starts, minCell),
  };
}
