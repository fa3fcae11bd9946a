/**
 * How long are records and visits: visits per record and codes per visit.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { estimate } from "../bootstrap.ts";
import type { Aggregate } from "../report.ts";

/** Mean and standard deviation of a count, of the population (divided by n). */
export interface Moments {
  /** Sum over count. */
  readonly mean: number;
  /** Root of the mean squared distance from the mean. */
  readonly sd: number;
}

/** Lengths of records and visits. */
export interface AggregateStatistics {
  /** Over records. */
  readonly visitsPerRecord: Moments;
  /** Over visits; a visit without codes counts as one of length 0. */
  readonly codesPerVisit: Moments;
}

/** Moments of the differences between consecutive offsets. */
function moments(offsets: Uint32Array): Moments {
  const count = offsets.length - 1;
  const mean = offsets[count] / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (offsets[i + 1] - offsets[i] - mean) ** 2;
  return { mean, sd: Math.sqrt(squares / count) };
}

/** Visits per record and codes per visit; NaN for a cohort without records, or without visits. */
export function aggregateStatistics(cohort: Cohort): AggregateStatistics {
  return {
    visitsPerRecord: moments(cohort.visitOffsets),
    codesPerVisit: moments(cohort.codeOffsets),
  };
}

/**
 * One count in both cohorts.
 *
 * @param realMeans [resamples + 1] of the real cohort
 * @param syntheticMeans [resamples + 1] likewise
 */
export function aggregate(
  real: Moments,
  synthetic: Moments,
  realMeans: Float64Array,
  syntheticMeans: Float64Array,
): Aggregate {
  return {
    real_mean: real.mean,
    synthetic_mean: synthetic.mean,
    real_sd: real.sd,
    synthetic_sd: synthetic.sd,
    difference: estimate(syntheticMeans.map((mean, resample) => mean - realMeans[resample])),
  };
}
