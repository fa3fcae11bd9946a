/**
 * Mean and standard deviation of a count, such as codes per visit, in both cohorts.
 *
 * @module
 */
import { object, type Schema } from "../../files/checked_json.ts";
import { type Estimate, estimate, estimateSchema, figureSchema } from "../bootstrap.ts";
import type { Sums } from "../ratio.ts";

/** Mean and standard deviation of a count, of the population (divided by n). */
export interface Moments {
  /** Sum divided by count. */
  readonly mean: number;
  /** Root of the mean squared distance from the mean. */
  readonly sd: number;
}

/** Mean and standard deviation from the number of units, and the sum and sum of squares over them. */
export function moments([units, sum, squares]: Sums): Moments {
  const mean = sum / units;
  return { mean, sd: Math.sqrt(Math.max(0, squares / units - mean ** 2)) };
}

/** A count per record or visit in both cohorts; standard deviations are of the population. */
export interface Aggregate {
  /** Mean of the real cohort. */
  real_mean: number;
  /** Mean of the synthetic cohort. */
  synthetic_mean: number;
  /** Standard deviation of the real cohort. */
  real_sd: number;
  /** Standard deviation of the synthetic cohort. */
  synthetic_sd: number;
  /** Synthetic mean minus real mean, with its interval. */
  difference: Estimate;
}

/** An {@link Aggregate}, when it is read from a file. */
export const aggregateSchema: Schema<Aggregate> = object({
  real_mean: figureSchema,
  synthetic_mean: figureSchema,
  real_sd: figureSchema,
  synthetic_sd: figureSchema,
  difference: estimateSchema,
});

/**
 * One count in both cohorts.
 *
 * @param real [resamples + 1] of the real cohort, as {@link moments} takes them
 * @param synthetic [resamples + 1] the same of the synthetic one
 * @returns also [resamples + 1] the means of the synthetic cohort
 */
export function comparedMoments(
  real: readonly Sums[],
  synthetic: readonly Sums[],
): { aggregate: Aggregate; means: Float64Array } {
  const [truth, own] = [moments(real[0]), moments(synthetic[0])];
  const means = Float64Array.from(synthetic, (sums) => moments(sums).mean);
  const differences = means.map((mean, resample) => mean - moments(real[resample]).mean);
  const aggregate = {
    real_mean: truth.mean,
    synthetic_mean: own.mean,
    real_sd: truth.sd,
    synthetic_sd: own.sd,
    difference: estimate(differences),
  };
  return { aggregate, means };
}
