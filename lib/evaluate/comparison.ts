/**
 * The results of a comparison of models: figures of each model against the same real records and, since
 * all use the same resamples of these, how far models are from each other.
 *
 * @module
 */
import pl from "nodejs-polars";
import { checkArguments } from "../arguments.ts";
import type { Frame } from "../cohort/statistics.ts";
import { type Estimate, estimate } from "./bootstrap.ts";
import { type CodeKind, codeKinds } from "./fidelity/counting/key_rows.ts";
import type { FidelityFigures } from "./fidelity/mod.ts";
import type { CohortFigures } from "./key_figures.ts";
import type { FiguresOf } from "./measure.ts";
import { minus, pairedDifferences } from "./paired_differences.ts";
import type { privacyMeasures } from "./privacy/mod.ts";
import type { utilityMeasures } from "./utility/mod.ts";
import type { Likelihood, Scale } from "./report.ts";
import type { Coverage } from "../models/coverage.ts";
import type { Spreads } from "./seed_spread.ts";
import type { UseCaseRanking } from "./use_cases.ts";
import type { ModelConfig } from "../models/interface/settings.ts";
import type { Training } from "../train/options.ts";

/** One model's part of a comparison. */
export interface ComparedModel {
  /** Its name in the registry; `NAME+WORD` for another form of it. */
  readonly model: string;
  /** Whether the intended form ran or the published one, see {@link formOf}. */
  readonly form: string;
  /** Its settings, all of them. */
  readonly config: ModelConfig;
  /** Sources of the tables that were computed before training, by the names of the tables. */
  readonly sources?: Readonly<Record<string, string>> | undefined;
  /** What of the training records it learned, unless an earlier version wrote the file. */
  readonly coverage?: Coverage | undefined;
  /** Number of parameters, see `parameterCount`. */
  readonly parameters: number;
  /** Epochs of training; 0 for models that count. */
  readonly epochs: number;
  /** The epoch whose parameters were kept. */
  readonly best_epoch: number;
  /** Seconds of training, summed over resumed runs. */
  readonly training_seconds: number;
  /** Seconds of generating. */
  readonly generation_seconds: number;
  /** Synthetic records that reached the largest length of the model without an end. */
  readonly records_cut_off: number;
  /** Synthetic records without visits, left out of the fidelity figures. */
  readonly records_without_visits: number;
  /** Test metrics; null for models that give records no probability. */
  readonly likelihood: Likelihood | null;
  /** Synthetic against training records. */
  readonly fidelity: FidelityFigures;
  /** What its records are good for; absent unless asked. */
  readonly utility?: Partial<FiguresOf<typeof utilityMeasures>> | undefined;
  /** What its records disclose; absent in comparisons of earlier versions. */
  readonly privacy?: Partial<FiguresOf<typeof privacyMeasures>> | undefined;
  /** With several random seeds, if there were several; all else is of the first one. */
  readonly spread?: Spreads | undefined;
}

/** An evaluated model with the figures of every resample: the content of its `judgement.json`. */
export interface JudgedModel extends ComparedModel {
  /** [resamples + 1] of each figure, first of the cohorts as they are; null where it has no value. */
  readonly resampled: {
    /** The headline figures of its measures, by `measure.path`: "gap_days.synthetic_mean". */
    readonly figures: Readonly<Record<string, readonly (number | null)[]>>;
    /** Test loss in nats per visit; null if `likelihood` is null. */
    readonly nll: readonly number[] | null;
  };
}

/** A model's figures minus another's, from the same resamples of the real records. */
export interface Difference {
  /** The model's name. */
  readonly model: string;
  /** The other model. */
  readonly against: string;
  /** Of R²; above 0 if the model is closer to the real records; null if one of the two has none. */
  readonly r2: Readonly<Record<CodeKind, Estimate | null>>;
  /**
   * Of the test loss (or its bound) in nats per visit; below 0 if the model is better. Null without a
   * likelihood, if one of the two cannot read all test records to their end, or if both give a test
   * record the probability 0.
   */
  readonly nll_per_visit: Estimate | null;
  /**
   * Of every headline figure that both models have, by `measure.path`. The interval is moved so that
   * the resamples' median falls on the value, as that of an R² is.
   */
  readonly figures: Readonly<Record<string, Estimate>>;
}

/** The content of `comparison.json`. */
export interface Comparison {
  /** What was compared and how. */
  readonly about: {
    readonly ehrloom: string;
    /** Its commit, if it ran from a checkout. */
    readonly commit?: string | undefined;
    readonly created: string;
    readonly seed: number;
    readonly resamples: number;
    /** What fewer real patients have is not listed; at most 1 if everything is. */
    readonly min_cell: number;
    readonly training: Training;
    readonly real: {
      /** Name of the cohort for people, if it was given. */
      readonly name?: string | undefined;
      readonly records: number;
      readonly train: number;
      readonly test: number;
      readonly codes: number;
      readonly labels: number;
    };
    readonly versions: Readonly<Record<string, string>>;
  };
  /** Held-out real records instead of synthetic ones: no model should be expected to exceed it by much. */
  readonly ceiling: FidelityFigures;
  /**
   * All figures of held-out records, of independent marginals (the floor) and of copies of training
   * records (the memoriser), which are the same for all models; absent in comparisons of earlier
   * versions.
   */
  readonly scale?: Scale<CohortFigures> | undefined;
  /** In the order in which they were given. */
  readonly models: readonly ComparedModel[];
  /** Every model but the first against the first. */
  readonly differences: readonly Difference[];
  /** Every model against each of those before it: all pairs. */
  readonly pairs: readonly Difference[];
  /** How fit the models are for each use case; absent in comparisons of earlier versions. */
  readonly use_cases?: readonly UseCaseRanking[] | undefined;
}

/** A model against another, resample by resample. */
function differenceOf(of: JudgedModel, against: JudgedModel): Difference {
  const figures = pairedDifferences(of.resampled.figures, against.resampled.figures);
  const [own, its] = [of.resampled.nll, against.resampled.nll];
  const isOfAll = [of, against].every(({ likelihood }) => likelihood?.too_long === undefined);
  const nll = own === null || its === null || !isOfAll ? null : minus(own, its);
  return {
    model: of.model,
    against: against.model,
    r2: {
      unigram: figures["unigram.r2"] ?? null,
      same_visit_bigram: figures["same_visit_bigram.r2"] ?? null,
      sequential_bigram: figures["sequential_bigram.r2"] ?? null,
    },
    // infinity minus infinity is no number: then neither model is ahead
    nll_per_visit: nll === null || nll.some(Number.isNaN) ? null : estimate(nll),
    figures,
  };
}

/** Each model against the first. */
export function differencesOf([first, ...others]: readonly JudgedModel[]): Difference[] {
  return others.map((other) => differenceOf(other, first));
}

/** Each model against each of those before it. */
export function allDifferencesOf(models: readonly JudgedModel[]): Difference[] {
  return models.flatMap((model, i) =>
    models.slice(0, i).map((before) => differenceOf(model, before))
  );
}

/**
 * The comparison as a frame, one row per model: its form, test loss (`nll_per_visit`, in nats; an upper
 * bound if `nll_is_bound`), perplexity per code, R² of codes and pairs with the ends of their
 * intervals, mean lengths, parameters, epochs, seconds, and how many records were cut off or without
 * visits. Null if a model has no likelihood, and if there is nothing to compare.
 */
export function comparisonFrame(comparison: Comparison): Frame {
  checkArguments("comparisonFrame", [comparison, "comparison"]);
  const { models } = comparison;
  const numbers = (name: string, of: (model: ComparedModel) => number | null) =>
    pl.Series(name, models.map(of), pl.Float64);
  const counts = (name: string, of: (model: ComparedModel) => number) =>
    pl.Series(name, Float64Array.from(models, of)).cast(pl.Int64);
  return pl.DataFrame([
    pl.Series("model", models.map(({ model }) => model), pl.String),
    pl.Series("form", models.map(({ form }) => form), pl.String),
    numbers("nll_per_visit", ({ likelihood }) => likelihood?.nll_per_visit ?? null),
    numbers("nll_per_visit_low", ({ likelihood }) => likelihood?.nll_per_visit_low ?? null),
    numbers("nll_per_visit_high", ({ likelihood }) => likelihood?.nll_per_visit_high ?? null),
    pl.Series(
      "nll_is_bound",
      models.map(({ likelihood }) => likelihood?.nll_is_bound ?? null),
      pl.Bool,
    ),
    numbers("perplexity_per_code", ({ likelihood }) => likelihood?.perplexity_per_code ?? null),
    ...codeKinds.flatMap((kind) =>
      (["r2", "r2_low", "r2_high"] as const).map((end) =>
        numbers(`${kind}_${end}`, ({ fidelity }) => fidelity[kind][end])
      )
    ),
    ...(["visits_per_record", "codes_per_visit"] as const).map((length) =>
      numbers(`${length}_mean`, ({ fidelity }) => fidelity.aggregate[length].synthetic_mean)
    ),
    counts("parameters", ({ parameters }) => parameters),
    counts("epochs", ({ epochs }) => epochs),
    numbers("training_seconds", ({ training_seconds }) => training_seconds),
    numbers("generation_seconds", ({ generation_seconds }) => generation_seconds),
    counts("records_cut_off", ({ records_cut_off }) => records_cut_off),
    counts("records_without_visits", ({ records_without_visits }) => records_without_visits),
  ]);
}

/**
 * The differences as a frame, one row per model and figure: `model`, `against`, `figure`, `difference`
 * and the ends of its interval, `low` and `high`. Figures are `nll_per_visit` and every headline
 * figure of the measures, such as `unigram_r2` and `gap_days_synthetic_mean`; those that one of the
 * two models lacks are left out.
 *
 * @param options.figures the figures to show; all when left out
 */
export function differenceFrame(
  { differences }: Comparison,
  { figures: wanted }: { readonly figures?: readonly string[] | undefined } = {},
): Frame {
  const all = differences.flatMap(({ model, against, nll_per_visit, figures }) => [
    ...(nll_per_visit === null
      ? []
      : [{ model, against, figure: "nll_per_visit", ...nll_per_visit }]),
    ...Object.entries(figures).map(([name, difference]) => ({
      model,
      against,
      figure: name.replaceAll(".", "_"),
      ...difference,
    })),
  ]);
  const rows = wanted === undefined ? all : all.filter(({ figure }) => wanted.includes(figure));
  const texts = (["model", "against", "figure"] as const)
    .map((name) => pl.Series(name, rows.map((row) => row[name]), pl.String));
  const ends = ([["difference", "value"], ["low", "low"], ["high", "high"]] as const)
    .map(([name, end]) => pl.Series(name, rows.map((row) => row[end]), pl.Float64));
  return pl.DataFrame([...texts, ...ends]);
}

/** JSON that keeps infinities: a model may give a test record the probability 0. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, each) => each === Infinity ? "Infinity" : each === -Infinity ? "-Infinity" : each,
    2,
  ) + "\n";
}

/** The value that {@link toJson} wrote. */
export function fromJson(text: string): unknown {
  return JSON.parse(
    text,
    (_, each) => each === "Infinity" || each === "-Infinity" ? Number(each) : each,
  );
}
