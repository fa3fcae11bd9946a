/**
 * How much time passes between visits.
 *
 * @see docs/specs/continuous.md section 3
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import type { Aggregate } from "../report.ts";
import { aggregate, type Moments } from "./aggregate_statistics.ts";

/** Sums over records from which mean and deviation of the days between visits follow. */
export type GapSums = readonly [pairsOfVisits: number, days: number, squaresOfDays: number];

/** The sums of one record. */
export function gapSums({ visitOffsets, gapDays }: Cohort, record: number): GapSums {
  let days = 0;
  let squares = 0;
  const first = visitOffsets[record] + 1;
  const end = Math.max(first, visitOffsets[record + 1]);
  for (let visit = first; visit < end; visit++) {
    days += gapDays[visit];
    squares += gapDays[visit] ** 2;
  }
  return [end - first, days, squares];
}

function moments([count, sum, squares]: GapSums): Moments {
  const mean = sum / count;
  return { mean, sd: Math.sqrt(Math.max(0, squares / count - mean ** 2)) };
}

/**
 * Days between visits in both cohorts.
 *
 * @param real [resamples + 1] sums over all records, first of the cohort as it is
 * @param synthetic [resamples + 1] likewise
 * @returns null where no day ever passes in one of the cohorts, since it then knows no time
 */
export function gapFidelity(
  real: readonly GapSums[],
  synthetic: readonly GapSums[],
): Aggregate | null {
  if (real[0][1] === 0 || synthetic[0][1] === 0) return null;
  const means = (sums: readonly GapSums[]) => Float64Array.from(sums, (row) => moments(row).mean);
  return aggregate(moments(real[0]), moments(synthetic[0]), means(real), means(synthetic));
}
