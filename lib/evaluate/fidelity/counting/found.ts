/**
 * What is found of one kind of probabilities.
 *
 * @module
 */
import type { ProbabilityAgreement } from "../agreement/agreement.ts";

/** Of shares of visits (0), or of shares of records (1). */
export type Part = 0 | 1;

/** How the interval of an R² was found. */
export type IntervalMethod = "bootstrap" | "infinitesimal_jackknife";

/** Of shares of visits, or of shares of records. */
export interface ShareFidelity {
  /** [resamples + 1] R²; first of the cohorts as they are. */
  readonly r2: Float64Array;
  /** What sampling noise of both cohorts takes from R²: Σ (var y + var z) / Σ (y − ȳ)². */
  readonly noise: number;
  /** Figures beside R². */
  readonly agreement: ProbabilityAgreement;
}

/** Of one kind of probabilities. */
export interface KindFidelity {
  readonly perVisit: ShareFidelity;
  readonly perRecord: ShareFidelity;
  /** Keys that occur in either cohort as it is. */
  readonly keys: number;
  readonly interval: IntervalMethod;
}
