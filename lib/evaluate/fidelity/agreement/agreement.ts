/**
 * Other figures of agreement between real and synthetic probabilities, beside R²: each sees another
 * kind of error. R² and the root mean squared error are decided by frequent keys, the R² of logarithms
 * also by rare ones, total variation and the Jensen–Shannon divergence by the whole mass, and the
 * largest gap by one key.
 *
 * @module
 */
import * as v from "valibot";
import type { Schema } from "../../../files/checked_json.ts";
import { type Estimate, estimateSchema, maybeFigureSchema } from "../../bootstrap.ts";

/** How closely synthetic probabilities follow the real ones, over the keys that either cohort has. */
export interface ProbabilityAgreement {
  /** Pearson's correlation, in [−1, 1]; 1 is exact up to an offset and a factor. Null if one side does not vary. */
  pearson: Estimate | null;
  /** Spearman's correlation: Pearson's of the ranks, ties at their mean rank; in [−1, 1]. */
  spearman: number | null;
  /** Root of the mean squared difference of probabilities, at least 0; 0 is exact. */
  rmse: Estimate | null;
  /**
   * R² of log10 p, real as truth, over the keys that occur at least 5 times among the real records
   * (in 5 visits, or in 5 records); at most 1. A key that the synthetic cohort lacks counts there as
   * half an occurrence. Null for fewer than two such keys.
   */
  log_r2: Estimate | null;
  /** ½ Σ |p − q| with both sides divided by their sums, in [0, 1]; 0 is exact. */
  total_variation: Estimate | null;
  /** Jensen–Shannon divergence of the same two distributions in bits (Lin 1991), in [0, 1]; 0 is exact. */
  jensen_shannon: Estimate | null;
  /** Largest |p − q| of any key, in [0, 1]; 0 is exact. HiSGT's evaluation calls it MMD; it is not a kernel MMD. */
  largest_gap: Estimate | null;
}

const maybeEstimate = v.optional(v.nullable(estimateSchema));

/** The fields of an {@link ProbabilityAgreement} in a file; earlier versions did not write them. */
export const agreementSchemas: {
  readonly [Key in keyof ProbabilityAgreement]: Schema<ProbabilityAgreement[Key] | undefined>;
} = {
  pearson: maybeEstimate,
  spearman: v.optional(maybeFigureSchema),
  rmse: maybeEstimate,
  log_r2: maybeEstimate,
  total_variation: maybeEstimate,
  jensen_shannon: maybeEstimate,
  largest_gap: maybeEstimate,
};

/** The figures that have intervals, in the order in which they are computed, and their ranges. */
export const agreementRanges = {
  pearson: [-1, 1],
  rmse: [0, Infinity],
  log_r2: [-Infinity, 1],
  total_variation: [0, 1],
  jensen_shannon: [0, 1],
  largest_gap: [0, 1],
} as const satisfies Record<
  Exclude<keyof ProbabilityAgreement, "spearman">,
  readonly [number, number]
>;

type Ranged = keyof typeof agreementRanges;

/** Names of the figures that have intervals, in order. */
export const agreementNames: readonly Ranged[] = [
  "pearson",
  "rmse",
  "log_r2",
  "total_variation",
  "jensen_shannon",
  "largest_gap",
];

/**
 * Figures with intervals, cut off at the ends of their ranges; null where a figure has no value. Where
 * it has no slope, as an R² of real logarithms that do not vary, both ends are the figure.
 *
 * @param estimates [figures] in the order of {@link agreementNames}
 */
export function agreementOf(
  estimates: readonly Estimate[],
  spearman: number,
): ProbabilityAgreement {
  const [pearson, rmse, log_r2, total_variation, jensen_shannon, largest_gap] = agreementNames.map(
    (name, i) => {
      const { value, low, high } = estimates[i];
      const [least, most] = agreementRanges[name];
      if (Number.isNaN(value)) return null;
      if (Number.isNaN(low) || Number.isNaN(high)) return { value, low: value, high: value };
      return { value, low: Math.max(least, low), high: Math.min(most, high) };
    },
  );
  return {
    pearson,
    spearman: Number.isNaN(spearman) ? null : spearman,
    rmse,
    log_r2,
    total_variation,
    jensen_shannon,
    largest_gap,
  };
}
