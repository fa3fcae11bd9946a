/**
 * What a comparison of models says: figures of each model against the same real records and, since
 * all of them rest on the same resamples of these, how far each model is from the first one.
 *
 * @module
 */
import pl from "nodejs-polars";
import type { Frame } from "../cohort/statistics.ts";
import { estimate, r2Estimate } from "./bootstrap.ts";
import { type CodeKind, codeKinds } from "./fidelity/counting/key_rows.ts";
import type { Estimate, FidelityFigures, Likelihood } from "./report.ts";
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
  /** Where tables come from that were worked out before training, by their names. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Numbers that it learned. */
  readonly parameters: number;
  /** Epochs of training; 0 for models that count. */
  readonly epochs: number;
  /** The epoch whose parameters were kept. */
  readonly best_epoch: number;
  /** Seconds spent on training, over all sittings. */
  readonly training_seconds: number;
  /** Seconds spent on generating. */
  readonly generation_seconds: number;
  /** Synthetic records that reached the model's longest length without an end. */
  readonly records_cut_off: number;
  /** Synthetic records without visits, left out of the fidelity figures. */
  readonly records_without_visits: number;
  /** Test metrics; null for models that give records no probability. */
  readonly likelihood: Likelihood | null;
  /** Synthetic against training records. */
  readonly fidelity: FidelityFigures;
}

/** A judged model with the figures of every resample, as its `judgement.json` has it. */
export interface JudgedModel extends ComparedModel {
  /** [resamples + 1] of each figure, first of the cohorts as they are. */
  readonly resampled: {
    readonly r2: Readonly<Record<CodeKind, readonly number[]>>;
    /** Nats a visit; null where `likelihood` is. */
    readonly nll: readonly number[] | null;
  };
}

/** A model's figures minus the first model's, from the same resamples of the real records. */
export interface Difference {
  /** The model's name. */
  readonly model: string;
  /** The first model. */
  readonly against: string;
  /** Of R²; above 0 where the model is the closer one. */
  readonly r2: Readonly<Record<CodeKind, Estimate>>;
  /**
   * Of the test loss in nats a visit, or of what bounds it, below 0 where the model is better; null
   * without likelihood and where both hold a test record impossible.
   */
  readonly nll_per_visit: Estimate | null;
}

/** What `comparison.json` holds. */
export interface Comparison {
  /** What was compared and how. */
  readonly about: {
    readonly ehrloom: string;
    readonly created: string;
    readonly seed: number;
    readonly resamples: number;
    readonly training: Training;
    readonly real: {
      readonly records: number;
      readonly train: number;
      readonly test: number;
      readonly codes: number;
      readonly labels: number;
    };
    readonly versions: Readonly<Record<string, string>>;
  };
  /** Held-out real records in place of synthetic ones: what no model should be expected to beat. */
  readonly ceiling: FidelityFigures;
  /** In the order in which they were asked for. */
  readonly models: readonly ComparedModel[];
  /** Every model but the first against the first. */
  readonly differences: readonly Difference[];
}

const minus = (of: readonly number[], less: readonly number[]) =>
  Float64Array.from(of, (figure, i) => figure - less[i]);

/** Each model against the first, resample by resample. */
export function differencesOf([first, ...others]: readonly JudgedModel[]): Difference[] {
  return others.map(({ model, resampled }) => {
    const r2 = (kind: CodeKind): [CodeKind, Estimate] => {
      const found = minus(resampled.r2[kind], first.resampled.r2[kind]);
      const { value, low, high } = r2Estimate(found, Infinity);
      return [kind, { value, low, high }];
    };
    const nll = resampled.nll === null || first.resampled.nll === null
      ? null
      : minus(resampled.nll, first.resampled.nll);
    return {
      model,
      against: first.model,
      r2: Object.fromEntries(codeKinds.map(r2)) as Record<CodeKind, Estimate>,
      // infinity minus infinity is no number: then neither model is ahead
      nll_per_visit: nll === null || nll.some(Number.isNaN) ? null : estimate(nll),
    };
  });
}

/**
 * The comparison as a frame, a row a model: its form, test loss (`nll_per_visit`, in nats, which
 * `nll_is_bound` calls an upper bound) and perplexity a code, R² of the three probabilities, each with
 * the ends of its interval, mean lengths, parameters, epochs, seconds, and how many records were cut
 * off or without visits. Null where a model has no likelihood.
 */
export function comparisonFrame({ models }: Comparison): Frame {
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
 * The differences as a frame, a row a model and figure: `model`, `against`, `figure` (as in
 * {@link comparisonFrame}), `difference` and the ends of its interval, `low` and `high`. Figures that
 * one of the two models lacks are left out.
 */
export function differenceFrame({ differences }: Comparison): Frame {
  const rows = differences.flatMap(({ model, against, nll_per_visit, r2 }) => [
    ...(nll_per_visit === null
      ? []
      : [{ model, against, figure: "nll_per_visit", ...nll_per_visit }]),
    ...codeKinds.map((kind) => ({ model, against, figure: `${kind}_r2`, ...r2[kind] })),
  ]);
  const texts = (["model", "against", "figure"] as const)
    .map((name) => pl.Series(name, rows.map((row) => row[name]), pl.String));
  const ends = ([["difference", "value"], ["low", "low"], ["high", "high"]] as const)
    .map(([name, end]) => pl.Series(name, rows.map((row) => row[end]), pl.Float64));
  return pl.DataFrame([...texts, ...ends]);
}

/** JSON that keeps infinities: a model may hold a test record impossible. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, each) => each === Infinity ? "Infinity" : each === -Infinity ? "-Infinity" : each,
    2,
  ) + "\n";
}

/** What {@link toJson} wrote. */
export function fromJson(text: string): unknown {
  return JSON.parse(
    text,
    (_, each) => each === "Infinity" || each === "-Infinity" ? Number(each) : each,
  );
}
