/**
 * Do the days between visits have the right distribution, over all visits and from patient to
 * patient?
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../cohort/cohort.ts";
import { quantile } from "../../cohort/quantile.ts";
import { gapsOf } from "../../cohort/records.ts";
import { object } from "../../files/checked_json.ts";
import type { Measure } from "../measure.ts";
import { recordOf } from "../record_of.ts";
import {
  comparedDistributions,
  type DistributionDistances,
  maybeDistributionSchema,
} from "./compared_distributions.ts";

/** Statistics with one number for each patient. */
const ofPatients = ["mean", "median", "sd", "shortest", "longest"] as const;

function meanOf(numbers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i];
  return sum / numbers.length;
}

/** Standard deviation of the population; NaN for fewer than two gaps. */
function sdOf(gaps: Float64Array, mean: number): number {
  if (gaps.length < 2) return NaN;
  let squares = 0;
  for (let i = 0; i < gaps.length; i++) squares += (gaps[i] - mean) ** 2;
  return Math.sqrt(squares / gaps.length);
}

/** Statistics of each record's gaps; NaN for a record without any. */
function columnsOf(cohort: Cohort): Record<typeof ofPatients[number], Float64Array> {
  const columns = recordOf(ofPatients, () => new Float64Array(cohort.recordCount).fill(NaN));
  for (let record = 0; record < cohort.recordCount; record++) {
    const gaps = gapsOf(cohort, record);
    if (gaps.length === 0) continue;
    const sorted = gaps.slice().sort();
    const mean = meanOf(gaps);
    columns.mean[record] = mean;
    columns.median[record] = quantile(sorted, 0.5);
    columns.sd[record] = sdOf(gaps, mean);
    columns.shortest[record] = sorted[0];
    columns.longest[record] = sorted[sorted.length - 1];
  }
  return columns;
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
      names: ["log_days", ...ofPatients],
      ofRecords: columnsOf,
      ofVisits: {
        log_days({ visitOffsets, gapDays }, record, of) {
          for (let visit = visitOffsets[record] + 1; visit < visitOffsets[record + 1]; visit++) {
            of(Math.log1p(gapDays[visit]));
          }
        },
      },
    }, onProgress),
};
