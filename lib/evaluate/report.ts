/**
 * The content of `report.json`. The figures of each measure are described where the measure is.
 *
 * @module
 */
import type { RunConfig } from "../train/run_folder.ts";
import type { NameDifferences } from "./align.ts";
import type { FidelityFigures } from "./fidelity/mod.ts";
import type { FiguresOf, Measure } from "./measure.ts";
import type { privacyMeasures } from "./privacy/mod.ts";
import type { utilityMeasures } from "./utility/mod.ts";

export type { Estimate } from "./bootstrap.ts";
export type { Aggregate } from "./fidelity/count_moments.ts";
export type { LabelPrevalence } from "./fidelity/label_prevalence.ts";
export type { FidelityFigures } from "./fidelity/mod.ts";
export type { ProbabilityFidelity } from "./fidelity/probability_fidelity.ts";
export type { MeasuredCode, ValueFidelity } from "./fidelity/value_fidelity.ts";

/** Figures on a scale from a floor to a ceiling. */
export interface Scale<Figures> {
  /** The same figures for held-out real records instead of the synthetic ones. */
  ceiling: Figures;
  /** The same figures for records drawn from independent marginals. */
  floor: Figures;
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
}

/** What was compared and how: settings, seeds, versions, sizes. */
export interface ReportAbout {
  /** Version of Ehrloom. */
  ehrloom: string;
  /** When, as an ISO 8601 time. */
  created: string;
  /** Random seed of the resamples and the floor. */
  seed: number;
  /** Resamples of patients behind each interval. */
  resamples: number;
  /** What fewer real patients have is not listed; at most 1 if everything is. */
  min_cell: number;
  /** Sizes of the real cohort; `train` and `test` are records. */
  real: { records: number; train: number; test: number; codes: number; labels: number };
  /**
   * `cut_off` of them, if known, reached the largest length of the model without an end. `rules`, if
   * there were any: how many draws there were, and how many of these clinical rules changed. Also how
   * its codes and labels differ from the real ones.
   */
  synthetic: NameDifferences & {
    records: number;
    cut_off?: number;
    rules?: { draws: number; touched: number };
  };
  /**
   * config.json of the run that generated the synthetic cohort, if known; without its schema if that
   * holds values of fewer than `min_cell` patients.
   */
  run?: RunConfig | undefined;
  /** The versions of Deno and of the engine. */
  versions: Record<string, string>;
  /** Duration of the evaluation. */
  seconds: number;
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
}

/** The content of `report.json`. */
export interface Report extends PartialReport {
  /** How closely the synthetic cohort follows the training records. */
  fidelity?: Fidelity | undefined;
}
