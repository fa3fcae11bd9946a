/**
 * The content of `report.json`. The figures of each measure are described where the measure is.
 *
 * @module
 */
import type { RunConfig } from "../train/run_folder.ts";
import type { NameDifferences } from "./align.ts";
import type { Estimate } from "./bootstrap.ts";
import type { FidelityFigures } from "./fidelity/mod.ts";
import type { FiguresOf, Measure } from "./measure.ts";
import type { privacyMeasures } from "./privacy/mod.ts";
import type { Subgroups } from "./subgroups.ts";
import type { utilityMeasures } from "./utility/mod.ts";

export type { Estimate };
export type { Aggregate } from "./fidelity/count_moments.ts";
export type { CodeLadder, LadderRung, RareCodes } from "./fidelity/code_ladder.ts";
export type { CoherenceFidelity } from "./fidelity/coherence.ts";
export type { DistributionDistance } from "./fidelity/compared_distributions.ts";
export type { RateFidelity } from "./fidelity/compared_rates.ts";
export type { OnsetFidelity } from "./fidelity/onsets.ts";
export type { LagPersistence, PersistenceFidelity } from "./fidelity/persistence.ts";
export type { TransitionFidelity } from "./fidelity/transitions.ts";
export type { SampleQuality } from "./fidelity/two_sample/alpha_precision.ts";
export type { TwoSampleTest } from "./fidelity/two_sample/c2st.ts";
export type { KernelDiscrepancy } from "./fidelity/two_sample/kernel_mmd.ts";
export type { NothingMeasured } from "./fidelity/two_sample/left_out.ts";
export type { PropensityError } from "./fidelity/two_sample/pmse.ts";
export type { Manifolds } from "./fidelity/two_sample/prdc.ts";
export type { VocabularyFidelity } from "./fidelity/vocabulary.ts";
export type { LabelPrevalence } from "./fidelity/label_prevalence.ts";
export type { FidelityFigures } from "./fidelity/mod.ts";
export type { ProbabilityAgreement } from "./fidelity/agreement/agreement.ts";
export type { IntervalMethod } from "./fidelity/counting/found.ts";
export type { ProbabilityFidelity } from "./fidelity/probability_fidelity.ts";
export type { NamedCode } from "./privacy/inferred_codes.ts";
export type { AttributeInference, InferredAttributes } from "./privacy/attribute_inference.ts";
export type {
  ClosestRecords,
  Copies,
  CopyingCheck,
  LowAndMedian,
} from "./privacy/copying_check.ts";
export type { AttackRisk } from "./privacy/disclosure/attack_risk.ts";
export type { Extracted, Extraction } from "./privacy/disclosure/extraction.ts";
export type { CodeInference, InferredCode } from "./privacy/disclosure/inference.ts";
export type { Linkability } from "./privacy/disclosure/linkability.ts";
export type { SinglingOut } from "./privacy/disclosure/singling_out.ts";
export type {
  AttackFigures,
  Attacks,
  StrongestAttack,
} from "./privacy/membership/attack_figures.ts";
export type { PrivacyAudit } from "./privacy/membership/audit.ts";
export type { MembershipBattery } from "./privacy/membership/battery.ts";
export type { EmpiricalEpsilon } from "./privacy/membership/empirical_epsilon.ts";
export type { RocSteps } from "./privacy/membership/roc_steps.ts";
export type { IdenticalRecords } from "./privacy/identical_records.ts";
export type { LeftOut } from "./not_measured.ts";
export type { Reliability } from "./classification/reliability.ts";
export type { ClassifierReliability, PhenotypeFigures } from "./utility/phenotype_figures.ts";
export type { CodeSurvival, Survival, SurvivalCurves } from "./utility/survival/survival.ts";
export type { CalledMembers, Membership } from "./privacy/membership.ts";
export type { TprAtFpr } from "./privacy/low_rates.ts";
export type { MembershipByDistance } from "./privacy/membership_by_distance.ts";
export type { MembershipByLikelihood } from "./privacy/membership_by_likelihood.ts";
export type {
  AdversarialAccuracy,
  NnAdversarialAccuracy,
  PublishedAdversarialAccuracy,
} from "./privacy/nn_adversarial_accuracy.ts";
export type { MeasuredCode, ValueFidelity } from "./fidelity/value_fidelity.ts";
export type {
  ComparedValues,
  CorrelationDifference,
  ValueDistributions,
} from "./fidelity/value_distributions.ts";
export type {
  CalendarFidelity,
  VisitTrend,
  WeeklyAgreement,
  YearlyWave,
} from "./fidelity/calendar.ts";
export type { CovarianceFidelity } from "./fidelity/covariance.ts";
export type { BrokenRules, BrokenRuleShare } from "./fidelity/rules.ts";
export type { GroupFigure, Subgroup, Subgroups } from "./subgroups.ts";

/** Figures on a scale from a floor to a ceiling. */
export interface Scale<Figures> {
  /** The same figures for held-out real records instead of the synthetic ones. */
  ceiling: Figures;
  /** The same figures for records drawn from independent marginals. */
  floor: Figures;
  /** The same figures for copies of training records, drawn with replacement. */
  memoriser: Figures;
}

/** The part of a report about one kind of measure: the figures of those that were asked. */
export type Scaled<Measures extends readonly Measure[]> =
  & Partial<FiguresOf<Measures>>
  & Scale<Partial<FiguresOf<Measures>>>;

/** Synthetic against training records, between its ceiling and its floor. */
export interface Fidelity extends FidelityFigures, Scale<FidelityFigures> {
  /** Synthetic records without visits, left out of every figure. */
  records_without_visits: number;
}

/** {@link Fidelity} with only the measures that were asked. */
export interface PartialFidelity extends Partial<FidelityFigures>, Scale<Partial<FidelityFigures>> {
  /** Synthetic records without visits, left out of every figure. */
  records_without_visits: number;
}

/** Test metrics of a model on the real test split, docs/specs/halo.md section 7. */
export interface Likelihood {
  /** Test loss: negative log-likelihood in nats per visit; the label row counts as one visit. */
  nll_per_visit: number;
  /** Whether it is only an upper bound; then the perplexities are upper bounds too. */
  nll_is_bound: boolean;
  /**
   * Mean negative log-probability of a cell (binary cross-entropy), unmasked cells only; null, like
   * the other figures of cells, for models that give single cells no probability.
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
  /** exp of the negative log-likelihood per visit. */
  perplexity_per_visit: number;
  /** exp of the negative log-likelihood per positive cell; the paper's perplexity per code. */
  perplexity_per_code: number;
  /** exp of the negative log-likelihood per cell. */
  perplexity_per_cell: number | null;
  /** Lower end of the 95% interval of `nll_per_visit` over patient-level resamples. */
  nll_per_visit_low: number;
  /** Upper end of the 95% interval. */
  nll_per_visit_high: number;
  /** Occurrences in the test split of codes that the training split lacks; left out, as in the paper. */
  unseen_code_occurrences: number;
  /**
   * `nll_per_visit` with these occurrences, as the original's code computes it: at the probability that
   * the model gives to a column that training never saw on. Absent if there are none, and for models
   * that have no column for each code of the vocabulary.
   */
  nll_per_visit_with_unseen?: Estimate | undefined;
  /**
   * Negative log-density of the days from a visit to the next, per day, in nats per visit after the first.
   * The density of a bin is its probability over the days in it. Absent for models that give none.
   */
  nll_per_wait?: Estimate | undefined;
  /** `nll_per_visit` of records with their waits, at this density; absent where `nll_per_wait` is. */
  nll_per_visit_with_waits?: Estimate | undefined;
  /**
   * Test records that are longer than the model's context of so many tokens; they are left out of all
   * these figures. Absent if there is none.
   */
  too_long?: TooLong | undefined;
}

/** Test records that a model cannot read to their end. */
export interface TooLong {
  /** How many they are. */
  records: number;
  /** Of how many test records. */
  of: number;
  /** Tokens that the model reads. */
  context: number;
}

/** What was compared and how: settings, seeds, versions, sizes. */
export interface ReportAbout {
  /** Version of Ehrloom. */
  ehrloom: string;
  /** Its commit, if it ran from a checkout. */
  commit?: string | undefined;
  /** When, as an ISO 8601 time. */
  created: string;
  /** Random seed of the evaluation: of the resamples and the floor. */
  seed: number;
  /** Resamples of patients behind each interval. */
  resamples: number;
  /**
   * Random groups of patients that resamples of large cohorts draw, instead of single patients; absent if
   * no cohort has more than 16,384 records.
   */
  resampled_groups?: number | undefined;
  /** What fewer real patients have is not listed; at most 1 if everything is. */
  min_cell: number;
  /** Whether only quick measures, with small settings, were asked. */
  quick?: boolean | undefined;
  /** Codes that the user named as sensitive, if any. */
  sensitive?: readonly string[] | undefined;
  /**
   * Name, if known, and sizes of the real cohort; `train` and `test` are records, and `train_codes` are those of its codes
   * that occur in the training records. `times` is there if only the order of visits is known. `cuts`
   * says what was left out when the cohort was prepared, if something was and it is known.
   */
  real: {
    name?: string;
    records: number;
    train: number;
    test: number;
    codes: number;
    train_codes: number;
    labels: number;
    times?: "order only";
    cuts?: readonly string[];
  };
  /**
   * `seed` is that of their generation, if known. `cut_off` of them, if known, reached the largest
   * length of the model without an end. `rules`, if there were any: how many draws there were, and how
   * many of these clinical rules changed. `times` is there if only the order of visits is known. Also
   * how its codes and labels differ from the real ones.
   */
  synthetic: NameDifferences & {
    name?: string;
    records: number;
    seed?: number;
    cut_off?: number;
    rules?: { draws: number; touched: number };
    times?: "order only";
  };
  /**
   * config.json of the run that generated the synthetic cohort, if known; without its schema if that
   * holds values of fewer than `min_cell` patients.
   */
  run?: RunConfig | undefined;
  /**
   * What was compared, as SHA-256: the real cohort with its splits, and the run, if it is known.
   * Absent in older reports.
   */
  fingerprints?: { cohort: string; run?: string } | undefined;
  /**
   * How many epochs that run took, and which was kept: the one with the lowest validation loss, but in private
   * training the last one. Then also `epsilon`, what was spent of the privacy budget. For networks.
   */
  training?: { epochs: number; best_epoch: number; epsilon?: number } | undefined;
  /** The versions of Deno and of the engine. */
  versions: Record<string, string>;
  /** Duration of the evaluation. */
  seconds: number;
}

/** {@link ReportAbout} as it is read back: of the run only what names it. */
export interface StoredAbout extends Omit<ReportAbout, "run"> {
  /** The model, its settings, and the fingerprint of the cohort that it was trained on. */
  run?: Pick<RunConfig, "model" | "config" | "privacy" | "cohort"> | undefined;
}

/** How close a figure is to its ceiling. */
export type Verdict = "close" | "off" | "not judged";

/** What was judged, in one line: a figure on its scale, and the verdict. */
export interface SummaryRow {
  /** The part of the report that it is in. */
  kind: "fidelity" | "utility" | "privacy";
  /** Where it is in that part: the measure's key, and the path in its figures. */
  figure: string;
  /** What it is of: "Pairs within a visit". */
  name: string;
  /**
   * What its numbers are: an R² (1 is exact), a difference of means (0 is exact), or a distance in
   * standard deviations (0 is exact); `high` and `low` are other figures, of which that is good.
   */
  scale: "r2" | "difference" | "distance" | "high" | "low";
  /** What the numbers of a `high` or a `low` figure are: "AUROC". */
  quantity?: string;
  /** Of the synthetic records; null if there is nothing to judge. */
  synthetic: Estimate | null;
  /**
   * Of held-out real records; for classifiers and predictors, after learning from real records; for
   * attacks, of one that finds nothing.
   */
  ceiling: Estimate | null;
  /** Of records drawn from independent marginals. */
  floor: Estimate | null;
  /**
   * Synthetic minus ceiling, at equal numbers of patients or on the same test patients; null if it has
   * no verdict.
   */
  from_ceiling: Estimate | null;
  /**
   * "close" if the interval of `from_ceiling` holds 0, or the synthetic records are beyond the
   * ceiling; else "off".
   */
  verdict: Verdict;
  /** Why there is no verdict. */
  reason?: string;
}

/** The conclusion of a report, made by rules. */
export interface Summary {
  /** Four to ten sentences; fewer if few measures were asked. */
  sentences: string[];
  /** What was asked, one row each. */
  rows: SummaryRow[];
  /** Patients in each of the two cohorts of which `from_ceiling` is the difference. */
  patients_each: number;
}

/** The content of `report.json` if some measures were chosen. */
export interface PartialReport {
  /** What was compared and how. */
  about: ReportAbout;
  /** Test metrics of the model, when the run is known. */
  likelihood?: Likelihood | undefined;
  /** How closely the synthetic cohort follows the training records. */
  fidelity?: PartialFidelity | undefined;
  /** Whether synthetic records can replace real ones in an analysis. */
  utility?: Scaled<typeof utilityMeasures>;
  /** What synthetic records disclose about real patients. */
  privacy?: Scaled<typeof privacyMeasures>;
  /** Fidelity for groups of patients, if they were asked about. */
  subgroups?: Subgroups;
  /** The conclusion, if anything was asked of which there is one. */
  summary?: Summary;
}

/** The content of `report.json`. */
export interface Report extends PartialReport {
  /** How closely the synthetic cohort follows the training records. */
  fidelity?: Fidelity | undefined;
}
