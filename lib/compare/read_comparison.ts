/**
 * Reads the files in a comparison's folder: its plan, the ceiling, and each model's judgement. Figures
 * may be infinite there, as `toJson` writes them.
 *
 * @module
 */
import * as v from "valibot";
import {
  checked,
  finite,
  list,
  named,
  object,
  readOwnText,
  type Schema,
  settingValue,
  text,
  whole,
} from "../files/checked_json.ts";
import { isObject, parsedJson } from "../files/input.ts";
import { isThere } from "../files/is_there.ts";
import { figureSchema, maybeFigureSchema } from "../evaluate/bootstrap.ts";
import { fromJson, type JudgedModel } from "../evaluate/comparison.ts";
import { type FidelityFigures, fidelityMeasures } from "../evaluate/fidelity/mod.ts";
import { likelihoodSchema } from "../evaluate/likelihood/likelihood_schema.ts";
import { type FiguresOf, figuresSchema, type Measure } from "../evaluate/measure.ts";
import { privacyMeasures } from "../evaluate/privacy/mod.ts";
import { utilityMeasures } from "../evaluate/utility/mod.ts";
import { coverageSchema } from "../models/coverage.ts";
import { formOf, modelFamily, storedConfig } from "../models/mod.ts";
import { storedTrainingSchema, type Training, wholeTraining } from "../train/options.ts";
import { withoutOutdated } from "./outdated_figures.ts";

/**
 * What decides the figures of all models; a folder is continued only under the same plan. What
 * decides those of one model is in its run's config.
 */
export interface Plan {
  readonly cohort: string;
  readonly training: Training;
  readonly resamples: number;
}

const planSchema = object({ cohort: text, training: storedTrainingSchema, resamples: whole(0) });

/** The measures that existed when figures were written: those that are held, or else all. */
function writtenOf<M extends Measure>(measures: readonly M[], figures: unknown): readonly M[] {
  const held = measures.filter(({ key }) => isObject(figures) && Object.hasOwn(figures, key));
  return held.length > 0 ? held : measures;
}

/** {@link writtenOf} where perhaps none were asked. */
function askedOf<M extends Measure>(measures: readonly M[], figures: unknown): readonly M[] {
  const isEmpty = isObject(figures) && Object.keys(figures).length === 0;
  return isEmpty ? [] : writtenOf(measures, figures);
}

/** Figures of at least one measure, each complete. */
const fidelitySchema: Schema<Partial<FidelityFigures>> = v.lazy((value) =>
  figuresSchema(writtenOf(fidelityMeasures, value))
);
const privacySchema: Schema<Partial<FiguresOf<typeof privacyMeasures>>> = v.lazy((value) =>
  figuresSchema(askedOf(privacyMeasures, value))
);

const utilitySchema: Schema<Partial<FiguresOf<typeof utilityMeasures>>> = v.lazy((value) =>
  figuresSchema(askedOf(utilityMeasures, value))
);

const resampledSchema = list(maybeFigureSchema);

const judgementSchema = object({
  model: text,
  form: text,
  config: named(settingValue),
  sources: v.optional(named(text)),
  coverage: v.optional(coverageSchema),
  parameters: whole(0),
  epochs: whole(0),
  best_epoch: whole(0),
  training_seconds: finite(0),
  generation_seconds: finite(0),
  records_cut_off: whole(0),
  records_without_visits: whole(0),
  likelihood: v.nullable(likelihoodSchema),
  fidelity: fidelitySchema,
  utility: v.optional(utilitySchema),
  privacy: v.optional(privacySchema),
  resampled: object({
    figures: v.objectWithRest({
      "unigram.r2": resampledSchema,
      "same_visit_bigram.r2": resampledSchema,
      "sequential_bigram.r2": resampledSchema,
    }, resampledSchema),
    nll: v.nullable(list(figureSchema)),
  }),
});

/** The registry's name in that of a model of a comparison, which may be `NAME+WORD`. */
export function familyNameOf(name: string): string {
  const [, family] = name.match(/^([^+]+)\+[\w-]+$/) ?? [undefined, name];
  return family;
}

const oldResampledSchema = object({
  unigram: resampledSchema,
  same_visit_bigram: resampledSchema,
  sequential_bigram: resampledSchema,
});
const judgedSchema = v.looseObject({ fidelity: v.looseObject({}) });
const oldSchema = object({ resampled: object({ r2: oldResampledSchema, nll: v.unknown() }) });

/** A judgement in the current form: the first ones had three figures, under `resampled.r2`. */
function asWrittenNow(found: unknown): unknown {
  const judgement = v.is(judgedSchema, found)
    ? { ...found, fidelity: withoutOutdated(found.fidelity) }
    : found;
  if (!v.is(oldSchema, judgement)) return judgement;
  const { r2, nll } = judgement.resampled;
  const figures = Object.fromEntries(
    Object.entries(r2).map(([kind, resampled]) => [`${kind}.r2`, resampled]),
  );
  return { ...judgement, resampled: { figures, nll } };
}

async function readIfThere<T>(
  path: string,
  schema: Schema<T>,
  kind: string,
  asNow: (value: unknown) => unknown = (value) => value,
) {
  if (!await isThere(path)) return undefined;
  const json = await readOwnText(path);
  parsedJson(json, path); // says what is wrong with it
  return checked(asNow(fromJson(json)), schema, `"${path}"`, kind);
}

/** A comparison's plan, if it was started; throws a SyntaxError if the file is not such a plan. */
export async function readPlan(path: string): Promise<Plan | undefined> {
  const found = await readIfThere(path, planSchema, "a comparison's plan");
  return found && { ...found, training: wholeTraining(found.training) };
}

/** The ceiling, if it is known; throws a SyntaxError if the file does not hold such figures. */
export function readCeiling(path: string): Promise<Partial<FidelityFigures> | undefined> {
  return readIfThere(path, fidelitySchema, "a comparison's ceiling", withoutOutdated);
}

/** A stored judgement: it lacks the figures of measures that were added later. */
export type KeptJudgement = Omit<JudgedModel, "fidelity"> & {
  readonly fidelity: Partial<FidelityFigures>;
};

/**
 * A model's judgement, if it is finished.
 *
 * @param name the model's
 * @param resamples of the plan
 * @throws {SyntaxError} If the file is not a judgement, or is of another model or other resamples
 */
export async function readJudgement(
  path: string,
  name: string,
  resamples: number,
): Promise<KeptJudgement | undefined> {
  const found = await readIfThere(path, judgementSchema, "a model's judgement", asWrittenNow);
  if (found === undefined) return undefined;
  if (found.model !== name) {
    throw new SyntaxError(`Cannot read "${path}": model is "${found.model}", must be "${name}"`);
  }
  const { figures, nll } = found.resampled;
  for (const [name, each] of Object.entries({ ...figures, nll })) {
    if (each === null || each.length === resamples + 1) continue;
    throw new SyntaxError(
      `Cannot read "${path}": resampled ${name} has ${each.length} figures, ` +
        `must have ${resamples + 1}`,
    );
  }
  const family = modelFamily(familyNameOf(name));
  const config = storedConfig(family, found.config);
  return { ...found, config, form: formOf(family.name, config) };
}
