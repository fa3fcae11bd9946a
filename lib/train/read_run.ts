/**
 * Reads a run folder. Nothing in it is trusted: files may be cut short, from another run, or edited by
 * hand; each gives one line that names it.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { type Vocabulary, vocabulary } from "../cohort/vocabulary.ts";
import {
  checked,
  finite,
  flag,
  list,
  named,
  object,
  oneOf,
  readCheckedJson,
  readOwnText,
  type Schema,
  text,
  whole,
} from "../files/checked_json.ts";
import { isThere } from "../files/is_there.ts";
import { configSchema, modelFamily, models } from "../models/mod.ts";
import type { Model, ModelConfig } from "../models/model.ts";
import { isSchema, type Schema as RecordSchema } from "../models/stays/record_schema.ts";
import { checkShapes, type NamedArrays, type Shapes } from "../nn/parameters.ts";
import { checkNumbers, readSafetensors } from "../nn/safetensors.ts";
import { type Training, trainingSchema } from "./options.ts";
import { modelOf, type Run, type RunConfig, type TrainingLine } from "./run_folder.ts";

const runConfigSchema = object({
  ehrloom: text,
  model: oneOf(...Object.keys(models)),
  config: named(finite()),
  schema: v.optional(v.unknown()),
  sources: v.optional(named(text)),
  training: trainingSchema,
  cohort: text,
  versions: named(text),
});

const vocabularySchema = object({
  codes: list(text),
  descriptions: list(text),
  labels: list(text),
});

const lineSchema: Schema<TrainingLine> = object({
  epoch: whole(1),
  step: whole(0),
  train_loss: finite(),
  validation_loss: finite(),
  learning_rate: finite(0),
  gradient_norm: finite(0),
  seconds: finite(0),
  best: flag,
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

async function readRunJson<T>(path: string, schema: v.GenericSchema<unknown, T>, kind: string) {
  try {
    return await readCheckedJson(path, schema, kind);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`${error.message}, is it a run?`);
  }
}

/** Reads config.json; throws what {@link readRun} does. */
export async function readRunConfig(folder: string): Promise<RunConfig> {
  const path = join(folder, "config.json");
  const kind = "a run's config";
  const { schema, ...found } = await readRunJson(path, runConfigSchema, kind);
  const family = modelFamily(found.model);
  const { config } = checked(found, object({ config: configSchema(family) }), `"${path}"`, kind);
  const runConfig = { ...found, config };
  return inFile(path, () => {
    checkConfig(runConfig);
    return family.schemaFor ? { ...runConfig, schema: checkedSchema(schema, config) } : runConfig;
  });
}

/** A config that someone has edited must not make a model that the parameters were not trained for. */
function checkConfig({ config: { width, heads, context, positions } }: RunConfig): void {
  if (heads !== undefined && width % heads !== 0) {
    throw new RangeError(`config.width is ${width}, must be a multiple of heads ${heads}`);
  }
  if (positions < context) {
    throw new RangeError(`config.positions is ${positions}, must be at least context ${context}`);
  }
}

function checkedSchema(schema: unknown, { codes }: ModelConfig): RecordSchema {
  if (!isSchema(schema)) throw new RangeError("its schema is missing or no schema of records");
  const wrong = schema.series.find(({ code }) => code < 0 || code >= codes);
  if (wrong === undefined) return schema;
  throw new RangeError(`its schema has code ${wrong.code}, the model has codes 0 to ${codes - 1}`);
}

/**
 * Lines of epochs, which are counted from 1.
 *
 * @param path of the file that they come from
 * @param most epochs that there may be
 * @throws {SyntaxError} If one is no such line, or they are not those of epochs 1, 2, and so on
 */
export function checkedEpochs<T extends { readonly epoch: number }>(
  path: string,
  found: readonly unknown[],
  schema: Schema<T>,
  most: number,
): T[] {
  return found.map((each, index) => {
    const place = `"${path}" row ${index + 1}`;
    const line = checked(each, schema, place, "a line of training");
    if (line.epoch !== index + 1) {
      throw new SyntaxError(`Cannot read ${place}: epoch is ${line.epoch}, must be ${index + 1}`);
    }
    if (line.epoch > most) {
      throw new SyntaxError(
        `Cannot read ${place}: epoch is ${line.epoch}, must be at most ${most}`,
      );
    }
    return line;
  });
}

/**
 * The epochs so far; none in a run that was killed before its first.
 *
 * @throws {SyntaxError} If a line is no such line, or they are not those of epochs 1, 2, and so on
 */
export async function readTraining(
  folder: string,
  { epochs }: Pick<Training, "epochs">,
): Promise<TrainingLine[]> {
  const path = join(folder, "training.jsonl");
  if (!await isThere(path)) return [];
  const rows = (await readOwnText(path)).split("\n").filter((line) => line !== "");
  const found = rows.map((row, index): unknown => {
    try {
      return JSON.parse(row);
    } catch (_) {
      throw new SyntaxError(`Cannot read "${path}" row ${index + 1}: it is not JSON`);
    }
  });
  return checkedEpochs(path, found, lineSchema, epochs);
}

/** The codes and labels that a run was begun with; throws what {@link readRun} does. */
export async function readVocabulary(
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

/** Parameters of a model's first stage of training, and of its second. */
function stages(model: Model): [Shapes, Shapes] {
  if (!("learn" in model)) return [model.initial, model.adversary?.initial ?? {}];
  const counted = Object.entries(model.shapes).map(([name, shape]) => [name, { shape }]);
  return [Object.fromEntries(counted), {}];
}

/** Whether there is any of these names. */
export function hasAnyOf(names: Shapes, found: object): boolean {
  return Object.keys(names).some((name) => Object.hasOwn(found, name));
}

/** The best parameters so far; of a model of two stages maybe those of the first one alone. */
export async function readBest(folder: string, model: Model): Promise<NamedArrays> {
  const path = join(folder, "model.safetensors");
  const [first, second] = stages(model);
  const { tensors } = await readSafetensors(path, ({ shapes }) => {
    checkShapes(path, shapes, hasAnyOf(second, shapes) ? { ...first, ...second } : first);
    return Object.keys(shapes);
  });
  checkNumbers(path, tensors, "learn" in model ? model.maybeUnknown : undefined);
  return tensors;
}

/**
 * A run's config and its codes and labels, which must fit together.
 *
 * @throws {Deno.errors.NotFound} If a file is missing
 * @throws {SyntaxError} If a file is cut short or not what it should be
 */
export async function readBegun(folder: string): Promise<Omit<Run, "parameters" | "training">> {
  const runConfig = await readRunConfig(folder);
  const names = await readVocabulary(folder);
  const found = { codes: names.vocabulary.codes.length, labels: names.labelNames.length };
  for (const [kind, count] of Object.entries(found)) {
    if (count !== runConfig.config[kind]) {
      throw new SyntaxError(
        `Cannot read "${join(folder, "vocabulary.json")}": it has ${count} ${kind}, ` +
          `the model ${runConfig.config[kind]}`,
      );
    }
  }
  return { runConfig, ...names };
}

/**
 * Reads a trained run.
 *
 * @param folder as `train` left it
 * @throws {Deno.errors.NotFound} If a file is missing
 * @throws {SyntaxError} If a file is cut short or not what it should be
 * @throws {RangeError} If the parameters are not those of the model
 */
export async function readRun(folder: string): Promise<Run> {
  const begun = await readBegun(folder);
  const model = modelOf(begun.runConfig);
  const parameters = await readBest(folder, model);
  const [, second] = stages(model);
  if (Object.keys(second).length > 0 && !hasAnyOf(second, parameters)) {
    throw new RangeError(
      `Cannot read "${folder}": its second stage of training is not finished; resume it`,
    );
  }
  return { ...begun, parameters, training: await readTraining(folder, begun.runConfig.training) };
}
