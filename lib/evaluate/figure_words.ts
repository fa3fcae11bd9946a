/**
 * What the keys of figures are called on the page, where they are no words by themselves. The same key
 * may mean different things in different measures, so each measure may have words of its own.
 *
 * @module
 */

/** Words for keys; an empty one is left out of the name of a row. */
type Words = Readonly<Record<string, string>>;

/** Columns are cohorts, so the records of the column are "these records" in every column. */
const general: Words = {
  real: "training records",
  synthetic: "these records",
  real_mean: "mean of training records",
  synthetic_mean: "mean of these records",
  real_sd: "standard deviation of training records",
  synthetic_sd: "standard deviation of these records",
  r2: "R²",
  keys: "codes compared",
  pearson: "Pearson's correlation",
  spearman: "Spearman's correlation",
  rmse: "root mean squared error",
  log_r2: "R² of logarithms",
  total_variation: "total variation distance",
  jensen_shannon: "Jensen–Shannon divergence (bits)",
  largest_gap: "largest difference",
  ks_complement: "1 − Kolmogorov–Smirnov distance",
  wasserstein_1: "Wasserstein distance",
  wasserstein_iqr: "Wasserstein distance in interquartile ranges",
  rate: "all codes",
  p_value: "p value",
  auc: "area under the ROC curve",
  non_members: "non-members",
  to_held_out: "to held-out records",
  to_training: "to training records",
  resamples: "resamples behind the intervals",
  sd: "standard deviation",
  rare_labels: "labels with too few patients for a row",
  rare_codes: "codes with too few patients for a row",
};

const equalNumbers: Words = { records: "records of each cohort" };

const attackRisk: Words = {
  outcome: "",
  guesses: "guesses about training patients",
  control_guesses: "guesses about held-out patients",
  attack: "right guesses about training patients (attack)",
  control: "right guesses about held-out patients (control)",
  naive: "right guesses without synthetic records (naive)",
  risk: "risk beyond the control",
};

const classifiers: Words = {
  macro: "mean over labels",
  real: "trained on training records",
  synthetic: "trained on these records",
  both: "trained on both",
  synthetic_minus_real: "these minus training records",
  both_minus_real: "both minus training records",
  auroc: "area under the ROC curve",
  auprc: "area under the precision-recall curve",
  f1: "F1",
  brier: "Brier score",
  sizes: "",
  train: "records to train on",
  validation: "records to choose the epoch",
  test: "records to test on",
  repetitions: "trainings of each classifier, with other draws",
};

const simpleAttack: Words = {
  corrected: "",
  published: "as published",
  code: "by the rule of the code",
  paper: "by the rule of the paper",
  fpr: "false-positive rate",
  tpr: "true-positive rate",
  f1: "F1",
};

const byMeasure: Readonly<Record<string, Words>> = {
  code_ladder: {
    misplaced_share: "share of codes of visits that are in the wrong tenth",
    rare: "rare codes",
    codes: "number of codes",
    recall: "share that occur in these records",
    inflation: "prevalence divided by that in training records",
    most_records: "training records with the most common code",
    fewest_records: "training records with the rarest code",
    occurring: "share that occur in these records",
    prevalence_ratio: "prevalence divided by that in training records",
    relative_error: "relative error of prevalence",
    r2: "R² of prevalence",
    real_share: "share of all codes of training visits",
    synthetic_share: "share of all codes of these visits",
  },
  vocabulary: {
    training_codes: "codes in training records",
    synthetic_codes: "codes in these records",
    training_recall: "share of training codes that occur",
    never_written: "share of training codes that never occur",
    held_out_recall: "share of held-out codes that occur",
    held_out_event_recall: "share of held-out codes that occur, each as often as visits have it",
    unknown_share: "share of codes of visits that no training record has",
  },
  persistence: {
    lag_1: "from a visit to the next",
    lag_2: "from a visit to the second after it",
    lag_3: "from a visit to the third after it",
  },
  transitions: {
    share: "share of real transitions",
    rare_chapters: "chapters with too few patients for a row",
  },
  demographics: {
    age_at_first_visit: "age at the first visit (years)",
    female: "share of women",
  },
  trajectories: {
    code_entropy: "entropy of the codes of a record (nats)",
    repeat_share: "share of codes that are repeats",
    longest_gap_days: "longest time between visits (days)",
  },
  coherence: {
    codes_per_patient: "codes per patient",
    patients_per_code: "patients per code",
  },
  gap_days: { difference: "difference of means (days)" },
  gap_distribution: {
    log_days: "days between visits, as logarithms",
    mean: "mean of a record",
    median: "median of a record",
    sd: "standard deviation within a record",
    shortest: "shortest of a record",
    longest: "longest of a record",
  },
  calendar: {
    weeks: "weeks compared",
    outside: "share of these records' visits outside these weeks",
    visits: "visits of each week",
    relative_difference: "relative difference",
    trend: "change in a year",
    yearly_wave: "yearly wave",
    real_amplitude: "amplitude of training records",
    synthetic_amplitude: "amplitude of these records",
    real_peak_day: "day of the peak of training records",
    synthetic_peak_day: "day of the peak of these records",
    peak_difference_days: "difference of peaks (days)",
  },
  covariance: {
    codes: "codes compared",
    mean_absolute: "mean absolute difference of correlations",
    frobenius: "Frobenius norm of the difference of correlations",
  },
  rules: {
    rules: "rules that were learned",
    broken: "rules that are broken",
    records: "share of records that break a rule",
    mean: "share of records that break a rule, mean over rules",
    rare_rules: "broken rules with too few patients for a row",
    share: "share of records with both codes",
  },
  pmse: {
    ...equalNumbers,
    pmse: "propensity score mean squared error (pMSE)",
    expected: "expected pMSE for equal distributions",
    ratio: "ratio of pMSE to the expected one",
  },
  kernel_mmd: {
    ...equalNumbers,
    mmd_squared: "MMD² (squared kernel distance)",
    bandwidth: "bandwidth of the kernel",
  },
  prdc: {
    ...equalNumbers,
    precision: "precision (records that are realistic)",
    recall: "recall (kinds of records that are there)",
  },
  alpha_precision: {
    ...equalNumbers,
    alpha_precision: "alpha-precision (typical)",
    beta_recall: "beta-recall (varied)",
    authenticity: "authenticity (no copies)",
    training_records: "training records compared with",
  },
  ...Object.fromEntries(
    ["c2st", "c2st_sequences"].map((key) => [key, {
      ...equalNumbers,
      reference_auc: "area under the ROC curve of training records",
      above_reference: "area above that of training records",
      accuracy: "share of records told apart rightly",
    }]),
  ),
  phenotyping: classifiers,
  phenotyping_before: classifiers,
  outcomes: { ...classifiers, macro: "mean over outcomes" },
  values: {
    presence: "how often each code is measured",
    means: "mean values",
    mean_difference: "distance of means in standard deviations",
    share: "share of visits with values",
  },
  value_distributions: {
    visits_difference: "difference of the share of visits with a value",
    patients_difference: "difference of the share of patients with a value",
    lag_1_difference: "difference of correlations of a value with the patient's next one",
    patient_correlations: "correlations over patients of two codes' mean values",
    visit_correlations: "correlations over visits of two codes' values",
    pairs: "pairs of codes",
    difference: "mean absolute difference",
  },
  next_visit: {
    predictors: "",
    repeat: "repeating the last visit",
    frequency: "most frequent codes",
    bigram: "pairs of consecutive visits",
    logistic: "logistic regression",
    all: "all codes",
    onsets: "new codes",
    repeats: "codes known from earlier visits",
    at_5: "recall at 5",
    at_10: "recall at 10",
    at_20: "recall at 20",
    real: "trained on training records",
    synthetic: "trained on these records",
    logistic_minus_bigram: "recall at 10 of logistic regression minus that of pairs",
    sizes: "",
    train_real: "training records to learn from",
    train_synthetic: "these records to learn from",
    test: "held-out records to test on",
  },
  effects: {
    labels: "codes on labels",
    codes: "codes on later codes",
    r2: "R² of log odds ratios",
    slope: "slope of log odds ratios",
    same_sign: "share of clear effects with the same sign",
    interval_overlap: "overlap of intervals",
    effects: "effects",
    significant: "effects that are clear in training records",
    rare_effects: "effects with too few patients for a row",
    real: "log odds ratio of training records",
    synthetic: "log odds ratio of these records",
  },
  survival: {
    mean: "mean over codes",
    distance: "mean distance of the curves",
    optimism: "mean difference of the curves",
    events: "real patients who get it",
    follow_up: "length of the follow-up (days, or visits where there are no days)",
    interval: "length of an interval of it",
  },
  identical_records: { identical: "identical records", records: "records", share: "share of them" },
  copying_check: {
    records: "records checked",
    compared_with: "records of each set that they are compared with",
    training_samples: "samples of training records",
    found: "",
    share: "share nearer to training than to held-out records",
    distance: "distance",
    ratio: "nearest divided by second nearest distance",
    low: "5th percentile",
  },
  membership_by_distance: simpleAttack,
  membership_by_likelihood: { ...simpleAttack, too_long: "records left out as too long" },
  nn_adversarial_accuracy: {
    records_each: "records of each set",
    corrected: "",
    published: "as published",
    held_out: "against held-out records",
    training: "against training records",
    loss: "privacy loss (the former minus the latter)",
  },
  attribute_inference: {
    attacked: "training records attacked",
    references: "records of each reference set",
    corrected: "",
    published: "as published",
    k1: "nearest record",
    k10: "majority of the ten nearest",
    attack: "F1 with these records",
    baseline: "F1 with held-out records",
  },
  membership: {
    records: "synthetic records that attackers have",
    references: "real records that attackers have",
    all: "all patients",
    exposed: "most exposed patients",
    attacks: "",
    density_ratio: "density ratio (DOMIAS)",
    advantage: "advantage (largest true- minus false-positive rate)",
    fpr: "false-positive rate",
    tpr: "true-positive rate",
    strongest: "strongest attack",
    empirical_epsilon: "empirical epsilon",
  },
  audit: {
    canaries: "canaries, each in training by a coin",
    in_training: "canaries in training",
    too_long: "canaries left out as too long",
    guesses: "guesses which canaries were in training",
    right: "right guesses",
    lower_bound: "epsilon is at least",
    largest_bound: "the bound if all guesses were right",
    promised: "epsilon that training promises at most",
    confidence: "confidence of the bound",
    exposure: "mean exposure of canaries in training (bits)",
    extracted: "canaries in training that came out in a synthetic record",
  },
  singling_out: {
    ...attackRisk,
    patients: "training patients",
    control_patients: "held-out patients",
  },
  linkability: { ...attackRisk, records: "synthetic records that link" },
  inference: { ...attackRisk, codes: "codes attacked" },
  extraction: {
    one_visit: "after one visit",
    two_visits: "after two visits",
    five_visits: "after five visits",
    pairs: "pairs of a training and a held-out patient",
    training: "share of rare codes of training patients that come out",
    held_out: "share of rare codes of held-out patients that come out",
  },
};

/**
 * The words for the keys in a measure's figures. The key of a list has none, since each entry has a name.
 *
 * @param measure its key
 */
export function figureWords(measure: string): (key: string, value: unknown) => string {
  const own = byMeasure[measure] ?? {};
  return (key, value) => {
    if (Array.isArray(value)) return "";
    const found = own[key] ?? general[key] ?? plainWords(key);
    return found === "" && typeof value === "number" ? plainWords(key) : found;
  };
}

/** Measures whose figures say by themselves what they are, or whose keys are no words. */
const measureNames: Words = {
  unigram: "codes",
  same_visit_bigram: "pairs within a visit",
  sequential_bigram: "pairs over consecutive visits",
  record_unigram: "codes per record",
  record_same_visit_bigram: "pairs within a visit, per record",
  record_sequential_bigram: "pairs over consecutive visits, per record",
  code_ladder: "codes by decile",
  vocabulary: "",
  aggregate: "",
  length_distributions: "",
  onsets: "",
  c2st: "two-sample test by counts",
  c2st_sequences: "two-sample test by sequences",
  pmse: "",
  kernel_mmd: "",
  prdc: "",
  alpha_precision: "",
};

/** What a measure is called before the names of its figures; empty if these need no more. */
export const measureName = (measure: string): string =>
  measureNames[measure] ?? plainWords(measure);

/** Names as programs know them: keys with spaces. */
export const plainWords = (key: string): string => key.replaceAll("_", " ");
