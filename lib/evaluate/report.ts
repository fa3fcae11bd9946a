/** An estimate with the 95% percentile interval of a bootstrap over patients. */
export interface Estimate {
  /** The figure on the cohorts as they are. */
  value: number;
  /** 2.5th percentile over the resamples. */
  low: number;
  /** 97.5th percentile over the resamples. */
  high: number;
}

/** How closely one family of probabilities is kept: R² about y = x over the union of keys. */
export interface ProbabilityFidelity {
  /** Coefficient of determination, real as truth; at most 1, may be negative. */
  r2: number;
  /** 2.5th percentile of `r2` over patient-level resamples. */
  r2_low: number;
  /** 97.5th percentile of `r2` over patient-level resamples. */
  r2_high: number;
  /** Keys (codes or pairs) that occur in either cohort. */
  keys: number;
}

/** A count per record or visit in both cohorts; standard deviations are of the population. */
export interface Aggregate {
  real_mean: number;
  synthetic_mean: number;
  real_sd: number;
  synthetic_sd: number;
  /** Synthetic mean minus real mean, with its interval. */
  difference: Estimate;
}

/** The fidelity figures of one cohort against the training records. */
export interface FidelityFigures {
  unigram: ProbabilityFidelity;
  same_visit_bigram: ProbabilityFidelity;
  sequential_bigram: ProbabilityFidelity;
  record_unigram: ProbabilityFidelity;
  record_same_visit_bigram: ProbabilityFidelity;
  record_sequential_bigram: ProbabilityFidelity;
  aggregate: { visits_per_record: Aggregate; codes_per_visit: Aggregate };
  label_prevalence: LabelPrevalence;
}

/** Shares of records with each label. */
export interface LabelPrevalence {
  /** R² over the labels, real as truth; null for fewer than two labels. */
  r2: number | null;
  r2_low: number | null;
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

/** Test metrics of a model on the real test split, halo.md section 7. */
export interface Likelihood {
  nll_per_visit: number;
  bce: number;
  f1: number;
  precision: number;
  recall: number;
  accuracy: number;
  perplexity_per_visit: number;
  perplexity_per_code: number;
  perplexity_per_cell: number;
  /** Interval of `nll_per_visit` over patient-level resamples. */
  nll_per_visit_low: number;
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
    synthetic: { records: number };
    /** config.json of the run that made the synthetic cohort, when known. */
    run?: Record<string, unknown>;
    versions: Record<string, string>;
    seconds: number;
  };
  likelihood?: Likelihood;
  fidelity?: Fidelity;
}
