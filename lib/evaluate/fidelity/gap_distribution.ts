/**
 * Do the days between visits have the right distribution, over all visits and from patient to
 * patient?
 *
 * @module
 */
import * as v from "valibot";
import { quantile } from "../../cohort/quantile.ts";
import { gapsOf } from "../../cohort/records.ts";
import { object } from "../../files/checked_json.ts";
import type { Measure } from "../measure.ts";
import {
  comparedDistributions,
  type DistributionDistances,
  maybeDistributionSchema,
  type RecordValues,
} from "./compared_distributions.ts";

/** A statistic of a record's gaps; NaN for a record without any. */
function ofGaps(statistic: (gaps: Float64Array) => number): RecordValues {
  return (cohort, record) => {
    const gaps = gapsOf(cohort, record);
    return [gaps.length === 0 ? NaN : statistic(gaps)];
  };
}

const meanOf = (gaps: Float64Array) => gaps.reduce((sum, days) => sum + days, 0) / gaps.length;

/** Standard deviation of the population; NaN for fewer than two gaps. */
function sdOf(gaps: Float64Array): number {
  if (gaps.length < 2) return NaN;
  const mean = meanOf(gaps);
  return Math.sqrt(meanOf(gaps.map((days) => (days - mean) ** 2)));
}

/**
 * Days from a visit to the next one, as distributions: `log_days` is log(1 + days) of every gap, so
 * that hours and years both count; the others are one number for each patient with two visits (the
 * standard deviation: three). The latter's KS complements are the scores of the metric MSAS.
 *
 * A figure is best where `ks_complement` is 1 and `wasserstein_1` 0; the latter is in days, and in
 * log days for `log_days`.
 *
 * @see Zhang, Patki & Veeramachaneni 2022 (Sequential Models in the Synthetic Data Vault), MSAS
 */
export const gapDistribution: Measure<
  "gap_distribution",
  | DistributionDistances<"log_days" | "mean" | "median" | "sd" | "shortest" | "longest">
  | null
> = {
  key: "gap_distribution",
  question: "Does the time between visits have the right distribution?",
  needs: ["days"],
  schema: v.nullable(object({
    log_days: maybeDistributionSchema,
    mean: maybeDistributionSchema,
    median: maybeDistributionSchema,
    sd: maybeDistributionSchema,
    shortest: maybeDistributionSchema,
    longest: maybeDistributionSchema,
  })),
  ask: (asked, onProgress) =>
    comparedDistributions(asked, {
      log_days: (cohort, record) => gapsOf(cohort, record).map(Math.log1p),
      mean: ofGaps(meanOf),
      median: ofGaps((gaps) => quantile(gaps.slice().sort(), 0.5)),
      sd: ofGaps(sdOf),
      shortest: ofGaps((gaps) => gaps.reduce((least, days) => Math.min(least, days), Infinity)),
      longest: ofGaps((gaps) => gaps.reduce((most, days) => Math.max(most, days), 0)),
    }, onProgress),
};
