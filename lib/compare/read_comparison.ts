/**
 * Reads what a comparison's folder keeps: its plan, the ceiling, and each model's judgement. Figures
 * may be infinite there, as `toJson` writes them.
 *
 * @module
 */
import * as v from "valibot";
import {
  checked,
  finite,
  flag,
  list,
  named,
  object,
  readOwnText,
  type Schema,
  settingValue,
  text,
  whole,
} from "../files/checked_json.ts";
import { parsedJson } from "../files/input.ts";
import { isThere } from "../files/is_there.ts";
import { fromJson, type JudgedModel } from "../evaluate/comparison.ts";
import type { FidelityFigures } from "../evaluate/report.ts";
import { formOf, modelFamily, storedConfig } from "../models/mod.ts";
import { type Training, trainingSchema } from "../train/options.ts";

/**
 * What decides the figures of all models; a folder is gone on with only under the same plan. What
 * decides those of one model is in its run's config.
 */
export interface Plan {
  readonly cohort: string;
  readonly training: Training;
  readonly resamples: number;
}

const planSchema = object({ cohort: text, training: trainingSchema, resamples: whole(0) });

const figure = v.number("a number");
const maybeFigure = v.nullable(figure);

const estimateSchema = object({ value: figure, low: figure, high: figure });

const probabilitySchema = object({
  r2: figure,
  r2_low: figure,
  r2_high: figure,
  r2_median: figure,
  keys: whole(0),
});

const aggregateSchema = object({
  real_mean: figure,
  synthetic_mean: figure,
  real_sd: figure,
  synthetic_sd: figure,
  difference: estimateSchema,
});

const measuredSchema = object({ share: figure, mean: maybeFigure, sd: maybeFigure });

const figuresSchema = object({
  unigram: probabilitySchema,
  same_visit_bigram: probabilitySchema,
  sequential_bigram: probabilitySchema,
  record_unigram: probabilitySchema,
  record_same_visit_bigram: probabilitySchema,
  record_sequential_bigram: probabilitySchema,
  aggregate: object({ visits_per_record: aggregateSchema, codes_per_visit: aggregateSchema }),
  label_prevalence: object({
    r2: maybeFigure,
    r2_low: maybeFigure,
    r2_high: maybeFigure,
    labels: list(object({ label: text, real: estimateSchema, synthetic: estimateSchema })),
  }),
  values: v.nullable(object({
    presence: probabilitySchema,
    means: probabilitySchema,
    mean_difference: estimateSchema,
    codes: list(object({
      code: text,
      description: text,
      real: measuredSchema,
      synthetic: measuredSchema,
    })),
  })),
  gap_days: v.nullable(aggregateSchema),
});

const likelihoodSchema = object({
  nll_per_visit: figure,
  nll_is_bound: flag,
  bce: maybeFigure,
  f1: maybeFigure,
  precision: maybeFigure,
  recall: maybeFigure,
  accuracy: maybeFigure,
  perplexity_per_visit: figure,
  perplexity_per_code: figure,
  perplexity_per_cell: maybeFigure,
  nll_per_visit_low: figure,
  nll_per_visit_high: figure,
  unseen_code_occurrences: whole(0),
});

const judgementSchema = object({
  model: text,
  form: text,
  config: named(settingValue),
  sources: v.optional(named(text)),
  parameters: whole(0),
  epochs: whole(0),
  best_epoch: whole(0),
  training_seconds: finite(0),
  generation_seconds: finite(0),
  records_cut_off: whole(0),
  records_without_visits: whole(0),
  likelihood: v.nullable(likelihoodSchema),
  fidelity: figuresSchema,
  resampled: object({
    r2: object({
      unigram: list(figure),
      same_visit_bigram: list(figure),
      sequential_bigram: list(figure),
    }),
    nll: v.nullable(list(figure)),
  }),
});

/** The registry's name in that of a model of a comparison, which may be `NAME+WORD`. */
export function familyNameOf(name: string): string {
  const [, family] = name.match(/^([^+]+)\+[\w-]+$/) ?? [undefined, name];
  return family;
}

async function readIfThere<T>(path: string, schema: Schema<T>, kind: string) {
  if (!await isThere(path)) return undefined;
  const json = await readOwnText(path);
  parsedJson(json, path); // says what is wrong with it
  return checked(fromJson(json), schema, `"${path}"`, kind);
}

/** A comparison's plan, if it is begun; throws a SyntaxError where the file is no such plan. */
export function readPlan(path: string): Promise<Plan | undefined> {
  return readIfThere(path, planSchema, "a comparison's plan");
}

/** The ceiling, if it is known; throws a SyntaxError where the file holds no such figures. */
export function readCeiling(path: string): Promise<FidelityFigures | undefined> {
  return readIfThere(path, figuresSchema, "a comparison's ceiling");
}

/**
 * A model's judgement, if it is judged.
 *
 * @param name the model's
 * @param resamples as the plan has them
 * @throws {SyntaxError} If the file is no judgement, or of another model or other resamples
 */
export async function readJudgement(
  path: string,
  name: string,
  resamples: number,
): Promise<JudgedModel | undefined> {
  const found = await readIfThere(path, judgementSchema, "a model's judgement");
  if (found === undefined) return undefined;
  if (found.model !== name) {
    throw new SyntaxError(`Cannot read "${path}": model is "${found.model}", must be "${name}"`);
  }
  const { r2, nll } = found.resampled;
  for (const [name, figures] of Object.entries({ ...r2, nll })) {
    if (figures === null || figures.length === resamples + 1) continue;
    throw new SyntaxError(
      `Cannot read "${path}": resampled ${name} has ${figures.length} figures, ` +
        `must have ${resamples + 1}`,
    );
  }
  const family = modelFamily(familyNameOf(name));
  const config = storedConfig(family, found.config);
  return { ...found, config, form: formOf(family.name, config) };
}
