/**
 * Reads a run folder. Nothing in it is trusted: files may be truncated, from another run, or edited
 * by hand; errors are one line that names the file.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { type Vocabulary, vocabulary } from "../cohort/vocabulary.ts";
import {
  checked,
  list,
  named,
  object,
  readCheckedJson,
  settingValue,
  text,
  whole,
} from "../files/checked_json.ts";
import { coverageSchema } from "../models/coverage.ts";
import { configSchema, modelFamily, storedConfig } from "../models/mod.ts";
import { numbersOf } from "../models/interface/settings.ts";
import type { ModelFamily } from "../models/interface/model.ts";
import { isSchema, type Schema } from "../models/numbers/record_schema.ts";
import { storedTrainingSchema, wholeTraining } from "./options.ts";
import { privacySchema } from "./private/privacy.ts";
import { lacksSecondStage, readBest } from "./read_parameters.ts";
import { readTraining } from "./read_progress.ts";
import { canaryNoteSchema, readCanaries } from "./stored_canaries.ts";
import { hasStored, modelOf, type Run, type RunConfig } from "./run_folder.ts";

const runConfigSchema = object({
  ehrloom: text,
  commit: v.optional(text),
  model: text,
  config: named(settingValue),
  schema: v.optional(v.custom<Schema>(isSchema, "a schema of records")),
  sources: v.optional(named(text)),
  coverage: v.optional(coverageSchema),
  remarks: v.optional(named(text)),
  training: storedTrainingSchema,
  privacy: v.optional(privacySchema),
  canaries: v.optional(canaryNoteSchema),
  restarts: v.optional(list(object({ after: whole(0), planned: whole(1) }))),
  cohort: text,
  versions: named(text),
});

const vocabularySchema = object({
  codes: list(text),
  descriptions: list(text),
  labels: list(text),
});

/** Lets a check fail by a sentence about the file. */
function inFile<T>(path: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SyntaxError(`Cannot read "${path}": ${error.message}`, { cause: error });
  }
}

async function readRunJson<T>(path: string, schema: v.GenericSchema<T>, kind: string) {
  try {
    return await readCheckedJson(path, schema, kind);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`${error.message}; is it a run?`);
  }
}

/** Reads config.json; throws what {@link readRun} does. */
export async function readRunConfig(folder: string): Promise<RunConfig> {
  const path = join(folder, "config.json");
  const kind = "a run's config";
  const stored = await readRunJson(path, runConfigSchema, kind);
  const family = inFile(path, () => modelFamily(stored.model));
  const found: RunConfig = {
    ...stored,
    config: storedConfig(family, stored.config),
    training: wholeTraining(stored.training),
  };
  checked(found, object({ config: configSchema(family) }), `"${path}"`, kind);
  inFile(path, () => checkConfig(family, found));
  return found;
}

/** An edited config must not make a model that the parameters were not trained for. */
function checkConfig(family: ModelFamily, { config, schema }: RunConfig): void {
  const isFloor = family.floor !== undefined; // has values without a schema
  const needsSchema = !isFloor && family.schemaFor !== undefined &&
    family.keeps?.(config).includes("values");
  if (schema === undefined && needsSchema) {
    throw new RangeError("its schema is missing");
  }
  const { codes, width, heads, context, positions } = numbersOf(config);
  const wrong = schema?.series.find(({ code }) => code < 0 || code >= codes);
  if (wrong !== undefined) {
    throw new RangeError(`its schema has code ${wrong.code}, but the model has ${codes} codes`);
  }
  if (heads !== undefined && width % heads !== 0) {
    throw new RangeError(`config.width is ${width}, must be a multiple of heads ${heads}`);
  }
  if (positions < context) {
    throw new RangeError(`config.positions is ${positions}, must be at least context ${context}`);
  }
}

/** The codes and labels of a run; throws what {@link readRun} does. */
async function readVocabulary(
  folder: string,
): Promise<{ vocabulary: Vocabulary; labelNames: string[] }> {
  const path = join(folder, "vocabulary.json");
  const { codes, descriptions, labels } = await readRunJson(
    path,
    vocabularySchema,
    "a run's vocabulary",
  );
  return inFile(path, () => ({ vocabulary: vocabulary(codes, descriptions), labelNames: labels }));
}

/**
 * A run's config, codes and labels, which must agree, and its canaries.
 *
 * @throws {Deno.errors.NotFound} If a file is missing
 * @throws {SyntaxError} If a file is truncated or not valid
 */
export async function readBegun(
  folder: string,
): Promise<Omit<Run, "parameters" | "training" | "calibration">> {
  const runConfig = await readRunConfig(folder);
  const names = await readVocabulary(folder);
  const found = { codes: names.vocabulary.codes.length, labels: names.labelNames.length };
  for (const [kind, count] of Object.entries(found)) {
    if (count !== runConfig.config[kind]) {
      throw new SyntaxError(
        `Cannot read "${join(folder, "vocabulary.json")}": it has ${count} ${kind}, ` +
          `but the model has ${runConfig.config[kind]}`,
      );
    }
  }
  const { canaries: note } = runConfig;
  return { runConfig, ...names, ...note && { canaries: await readCanaries(folder, note, names) } };
}

/**
 * Reads a trained run.
 *
 * @param folder that `train` wrote
 * @throws {Deno.errors.NotFound} If a file is missing
 * @throws {SyntaxError} If a file is truncated or not valid
 * @throws {RangeError} If the parameters are not those of the model, or no epoch is finished
 */
export async function readRun(folder: string): Promise<Run> {
  const begun = await readBegun(folder);
  if (!await hasStored(folder)) {
    throw new RangeError(`Cannot read "${folder}": none of its epochs is finished; resume it`);
  }
  const model = modelOf(begun.runConfig);
  const { parameters, calibration } = await readBest(folder, model);
  if (lacksSecondStage(model, parameters)) {
    throw new RangeError(
      `Cannot read "${folder}": its second stage of training is not finished; resume it`,
    );
  }
  return {
    ...begun,
    parameters,
    training: await readTraining(folder),
    ...calibration && { calibration },
  };
}
