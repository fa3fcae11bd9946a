// The original's figures on 60 made-up records, tests/golden/evaluation-tiny, and its data sets.
import { type Cohort, cohortOf, type RecordLists, vocabulary } from "ehrloom";
import { gunzipped } from "../stored.ts";

/** Figures of a rule that calls records members, and which it calls so. */
interface GoldenCalled {
  accuracy: number;
  precision: number;
  recall: number;
  f1: number;
}

/** Nearest-neighbour adversarial accuracy; e is held-out, t training, s synthetic: es from e to s. */
interface GoldenAdversarial {
  aa_es: number;
  aa_ts: number;
  nnaa: number;
  nearest: Record<"es" | "ee" | "ts" | "tt" | "se" | "st" | "ss", number[]>;
}

interface Golden {
  train: RecordLists[];
  test: RecordLists[];
  synthetic: RecordLists[];
  config: { code_vocab_size: number; label_vocab_size: number };
  aggregate: Record<"train" | "synthetic", Record<string, Record<string, number>>>;
  probabilities_overall: Record<"train" | "synthetic", Record<string, Record<string, number>>>;
  r2: Record<string, Record<string, number>>;
  r2_number_of_keys: Record<string, Record<string, number>>;
  label_probabilities: Record<"train" | "synthetic", Record<string, number>>;
  label_probability_r2: { real_as_truth: number };
  nnaa: {
    n: number;
    reference: GoldenAdversarial;
    self_excluded_zero_allowed: GoldenAdversarial;
    symmetric_self_excluded_zero_allowed: GoldenAdversarial;
  };
  membership_by_dataset: {
    distances: number[];
    distances_symmetric: number[];
    labels: number[];
    reference: GoldenCalled;
    symmetric_distance: GoldenCalled;
    exact_half_as_in_paper: { accuracy: number; f1: number };
  };
  membership_by_model: {
    log_probabilities: number[];
    labels: number[];
    batch_size: number;
    reference_overlapping_windows: GoldenCalled & { number_scored: number };
    right_each_once: GoldenCalled;
  };
  attribute_inference: {
    number_of_common_codes: number;
    common_codes: number[];
    attack_f1: Record<string, number>;
    baseline_f1: Record<string, number>;
  };
  sequential_denominator: {
    synthetic_with_empty_right: number;
    synthetic_without_empty: number;
  };
}

/** The figures, with 12 significant digits. */
export const golden: Golden = JSON.parse(gunzipped("tests/golden/evaluation-tiny.json.gz"));

/** The figures have 12 significant digits and none is above 10. */
export const goldenTolerance = 1e-9;

/** The original's names of the kinds of probabilities, per visit and per record. */
export const goldenNames = {
  unigram: ["Per Visit Code Probabilities", "Per Record Code Probabilities"],
  same_visit_bigram: ["Per Visit Bigram Probabilities", "Per Record Bigram Probabilities"],
  sequential_bigram: [
    "Per Visit Sequential Visit Bigram Probabilities",
    "Per Record Sequential Visit Bigram Probabilities",
  ],
} as const;

/** Codes "code0", "code1", …; labels "label0", … */
export function goldenCohort(records: readonly RecordLists[]): Cohort {
  const { code_vocab_size, label_vocab_size } = golden.config;
  return cohortOf(
    vocabulary(Array.from({ length: code_vocab_size }, (_, code) => `code${code}`)),
    Array.from({ length: label_vocab_size }, (_, label) => `label${label}`),
    records,
  );
}

/** Train, test and synthetic records; four synthetic records have no visits. */
export const cohorts = {
  train: goldenCohort(golden.train),
  test: goldenCohort(golden.test),
  synthetic: goldenCohort(golden.synthetic),
};
