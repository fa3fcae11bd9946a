import type { RunConfig } from "../train/run_folder.ts";

/** An estimate with the 95% percentile interval of a bootstrap over patients. */
export interface Estimate {
  /** The figure on the cohorts as they are. */
  value: number;
  /** 2.5th percentile over the resamples. */
  low: number;
  /** 97.5th percentile over the resamples. */
  high: number;
}

/**
 * How closely one family of probabilities is kept: R² about y = x over the union of keys. The
 * interval is the resamples' percentiles moved so that their median falls on `r2`, since resampling
 * itself lowers an R² near 1; the percentiles as they are follow by adding `r2_median - r2`.
 */
export interface ProbabilityFidelity {
  /** Coefficient of determination, real as truth; at most 1, may be negative. */
  r2: number;
  /** Lower end of the 95% interval over patient-level resamples. */
  r2_low: number;
  /** Upper end of the 95% interval over patient-level resamples. */
  r2_high: number;
  /** Median of `r2` over the resamples. */
  r2_median: number;
  /** Keys (codes or pairs) that occur in either cohort. */
  keys: number;
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

/** The fidelity figures of one cohort against the training records. */
export interface FidelityFigures {
  /** Codes, as shares of visits. */
  unigram: ProbabilityFidelity;
  /** Pairs of codes within a visit, as shares of visits. */
  same_visit_bigram: ProbabilityFidelity;
  /** A code and one of the next visit, as shares of pairs of consecutive visits. */
  sequential_bigram: ProbabilityFidelity;
  /** Codes, as shares of records. */
  record_unigram: ProbabilityFidelity;
  /** Pairs within a visit, as shares of records. */
  record_same_visit_bigram: ProbabilityFidelity;
  /** Pairs from one visit to the next, as shares of records. */
  record_sequential_bigram: ProbabilityFidelity;
  /** Lengths of records and visits. */
  aggregate: { visits_per_record: Aggregate; codes_per_visit: Aggregate };
  /** Shares of records with each label. */
  label_prevalence: LabelPrevalence;
  /** Measured values; null unless some code has values in both cohorts. */
  values: ValueFidelity | null;
  /** Days from a visit to the next one; null unless both cohorts know them. */
  gap_days: Aggregate | null;
}

/** How closely measured values are kept, over the codes that are measured. */
export interface ValueFidelity {
  /** Share of the visits with values that have a value of the code; codes measured in either. */
  presence: ProbabilityFidelity;
  /** Mean value, of codes measured in both. Scales differ, so large numbers dominate this R². */
  means: ProbabilityFidelity;
  /**
   * Distance of the two means in real standard deviations, on average over the codes measured in
   * both whose real values vary; its interval is moved as that of an R² is.
   */
  mean_difference: Estimate;
  /** One row a code measured in either cohort, in the vocabulary's order. */
  codes: { code: string; description: string; real: MeasuredCode; synthetic: MeasuredCode }[];
}

/** The values of one code in one cohort. */
export interface MeasuredCode {
  /** Share of the visits with values that have one of this code, in [0, 1]. */
  share: number;
  /** Null where it is never measured. */
  mean: number | null;
  /** Of the population; null where it is never measured. */
  sd: number | null;
}

/** Shares of records with each label. */
export interface LabelPrevalence {
  /** R² over the labels, real as truth; null for fewer than two labels. */
  r2: number | null;
  /** Lower end of the 95% interval, as in {@link ProbabilityFidelity}. */
  r2_low: number | null;
  /** Upper end of the 95% interval. */
  r2_high: number | null;
  /** One row a label, shares in [0, 1] with intervals. */
  labels: { label: string; real: Estimate; synthetic: Estimate }[];
}

/** Synthetic against training records, between its ceiling and its floor. */
export interface Fidelity extends FidelityFigures {
  /** The same figures for held-out real records in place of the synthetic ones. */
  ceiling: FidelityFigures;
  /** The same figures for records drawn from independent marginals. */
  floor: FidelityFigures;
  /** Synthetic records without visits, left out of every figure. */
  records_without_visits: number;
}

/** Test metrics of a model on the real test split, docs/specs/halo.md section 7. */
export interface Likelihood {
  /** Negative log-probability in nats a visit, the label row counted as one. */
  nll_per_visit: number;
  /** Whether it is an upper bound of the model's, as are the perplexities then. */
  nll_is_bound: boolean;
  /**
   * Mean negative log-probability of a cell (binary cross-entropy), unmasked cells only; null, as the
   * other figures of cells, for models that give single cells no probability.
   */
  bce: number | null;
  /** Harmonic mean of precision and recall, in [0, 1]. */
  f1: number | null;
  /** Share of predicted ones that are ones, in [0, 1]. */
  precision: number | null;
  /** Share of ones that are predicted, in [0, 1]. */
  recall: number | null;
  /** Share of cells predicted right, in [0, 1]. */
  accuracy: number | null;
  /** exp of the negative log-probability a visit. */
  perplexity_per_visit: number;
  /** exp of the negative log-probability a positive cell; the paper's perplexity per code. */
  perplexity_per_code: number;
  /** exp of the negative log-probability a cell. */
  perplexity_per_cell: number | null;
  /** Lower end of the 95% interval of `nll_per_visit` over patient-level resamples. */
  nll_per_visit_low: number;
  /** Upper end of the 95% interval. */
  nll_per_visit_high: number;
  /** Occurrences of codes in the test split that training never saw, left out as the paper does. */
  unseen_code_occurrences: number;
}

/** What `report.json` holds. */
export interface Report {
  /** What was compared and how: settings, seeds, versions, sizes. */
  about: {
    ehrloom: string;
    created: string;
    seed: number;
    resamples: number;
    real: { records: number; train: number; test: number; codes: number; labels: number };
    /**
     * `cut_off` of them reached the model's longest length without an end, where that is known, and
     * clinical rules changed so many of the draws, where there were any.
     */
    synthetic: { records: number; cut_off?: number; rules?: { draws: number; touched: number } };
    /** config.json of the run that made the synthetic cohort, when known. */
    run?: RunConfig;
    versions: Record<string, string>;
    seconds: number;
  };
  /** Test metrics of the model, when the run is known. */
  likelihood?: Likelihood;
  /** How closely the synthetic cohort follows the training records. */
  fidelity?: Fidelity;
}
