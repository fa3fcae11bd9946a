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
  readCheckedJson,
  readOwnText,
  settingValue,
  text,
  whole,
} from "../files/checked_json.ts";
import { parsedJson } from "../files/input.ts";
import { isThere } from "../files/is_there.ts";
import { configSchema, modelFamily, storedConfig } from "../models/mod.ts";
import { numbersOf } from "../models/interface/settings.ts";
import type { Adversary } from "../models/interface/adversary.ts";
import type { GradientModel, Model, ModelFamily } from "../models/interface/model.ts";
import { isSchema, type Schema } from "../models/synehrgy/record_schema.ts";
import type { AdamState } from "../nn/optimizer.ts";
import { checkShapes, type NamedArrays, type Shapes } from "../nn/parameters.ts";
import { checkNumbers, readSafetensors } from "../nn/safetensors.ts";
import { trainingSchema } from "./options.ts";
import {
  type DuelLine,
  hasStored,
  modelOf,
  type Run,
  type RunConfig,
  type Standing,
  type TrainingLine,
} from "./run_folder.ts";

const runConfigSchema = object({
  ehrloom: text,
  model: text,
  config: named(settingValue),
  schema: v.optional(v.custom<Schema>(isSchema, "a schema of records")),
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

const lineSchema = object({
  epoch: whole(1),
  step: whole(0),
  train_loss: finite(),
  validation_loss: finite(),
  learning_rate: finite(0),
  gradient_norm: finite(0),
  seconds: finite(0),
  best: flag,
});

const duelLineSchema = object({
  epoch: whole(1),
  critic_loss: finite(),
  generator_loss: finite(),
  seconds: finite(0),
});

const standingSchema = object({
  epoch: whole(0),
  batch: whole(0),
  sums: object({ loss: finite(), visits: whole(0), norms: finite(0) }),
  best: object({ loss: finite(), epoch: whole(0) }),
  seconds: finite(0),
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
    throw new Deno.errors.NotFound(`${error.message}, is it a run?`);
  }
}

/** Reads config.json; throws what {@link readRun} does. */
export async function readRunConfig(folder: string): Promise<RunConfig> {
  const path = join(folder, "config.json");
  const kind = "a run's config";
  const stored: RunConfig = await readRunJson(path, runConfigSchema, kind);
  const family = inFile(path, () => modelFamily(stored.model));
  const found = { ...stored, config: storedConfig(family, stored.config) };
  checked(found, object({ config: configSchema(family) }), `"${path}"`, kind);
  inFile(path, () => checkConfig(family, found));
  return found;
}

/** A config that someone has edited must not make a model that the parameters were not trained for. */
function checkConfig(family: ModelFamily, { config, schema }: RunConfig): void {
  if (family.schemaFor !== undefined && schema === undefined) {
    throw new RangeError("its schema is missing");
  }
  const { codes, width, heads, context, positions } = numbersOf(config);
  const wrong = schema?.series.find(({ code }) => code < 0 || code >= codes);
  if (wrong !== undefined) {
    throw new RangeError(`its schema has code ${wrong.code}, must be of the model's ${codes}`);
  }
  if (heads !== undefined && width % heads !== 0) {
    throw new RangeError(`config.width is ${width}, must be a multiple of heads ${heads}`);
  }
  if (positions < context) {
    throw new RangeError(`config.positions is ${positions}, must be at least context ${context}`);
  }
}

/**
 * The lines of a file with one for each epoch; none where it is missing, as in a run that was killed
 * before its first.
 */
async function readLines<T extends { epoch: number }>(
  path: string,
  schema: v.GenericSchema<T>,
): Promise<T[]> {
  if (!await isThere(path)) return [];
  const rows = (await readOwnText(path)).split("\n").filter((line) => line !== "");
  return rows.map((row, index) => {
    const place = `"${path}" row ${index + 1}`;
    let value: unknown;
    try {
      value = parsedJson(row, path);
    } catch (_) {
      throw new SyntaxError(`Cannot read ${place}: it is not JSON`);
    }
    const line = checked(value, schema, place, "a line of training");
    if (line.epoch === index + 1) return line;
    throw new SyntaxError(`Cannot read ${place}: it is of epoch ${line.epoch}`);
  });
}

/**
 * The epochs so far.
 *
 * @throws {SyntaxError} If a line is no such line, or they are not those of epochs 1, 2, and so on
 */
export function readTraining(folder: string): Promise<TrainingLine[]> {
  return readLines(join(folder, "training.jsonl"), lineSchema);
}

/** Parameters, with the two moving averages that Adam keeps of each. */
const groupNames = ["parameters", "means", "squares"] as const;

/** Things by the group and the name in "group.name"; undefined for a name of no group. */
function grouped<T>(tensors: Readonly<Record<string, T>>) {
  const groups = { parameters: new Map(), means: new Map(), squares: new Map() } satisfies Record<
    string,
    Map<string, T>
  >;
  const foreign: string[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    const group = groupNames.find((group) => name.startsWith(`${group}.`));
    if (group === undefined) foreign.push(name);
    else groups[group].set(name.slice(group.length + 1), tensor);
  }
  return { groups, foreign };
}

/**
 * What a killed run stored; undefined where it was killed before it stored anything.
 *
 * @param check gets the shapes of each group before any number is read
 */
async function readState(
  path: string,
  check: (group: typeof groupNames[number], shapes: Shapes) => void,
): Promise<{ standing: unknown; state: AdamState } | undefined> {
  const { tensors, metadata } = await readSafetensors(path, {
    check(shapes) {
      const { groups, foreign: [foreign] } = grouped(shapes);
      if (foreign !== undefined) {
        throw new SyntaxError(`Cannot read "${path}": it holds a foreign tensor "${foreign}"`);
      }
      if (Object.keys(shapes).length === 0) return;
      for (const group of groupNames) check(group, Object.fromEntries(groups[group]));
    },
  });
  const isEmpty = Object.keys(tensors).length === 0;
  if (isEmpty && metadata.standing === "null") return undefined; // as the run was begun
  checkNumbers(path, tensors);
  const steps = Number(metadata.steps);
  let standing: unknown;
  try {
    standing = isEmpty ? undefined : parsedJson(metadata.standing, path);
  } catch (_) {
    standing = undefined;
  }
  if (standing === undefined || !/^\d+$/.test(metadata.steps) || !Number.isSafeInteger(steps)) {
    throw new SyntaxError(`Cannot read "${path}": it does not say where the run stood`);
  }
  const { groups } = grouped(tensors);
  const arrays = (group: typeof groupNames[number]): NamedArrays =>
    Object.fromEntries(groups[group]);
  return {
    standing,
    state: {
      steps,
      parameters: arrays("parameters"),
      means: arrays("means"),
      squares: arrays("squares"),
    },
  };
}

/** Where a killed run stood, and its epochs until then. */
export interface Progress {
  /** Where it stood. */
  readonly standing: Standing;
  /** Parameters and optimizer. */
  readonly state: AdamState;
  /** The epochs that it had finished. */
  readonly lines: TrainingLine[];
}

/** How long a training is. */
export interface Course {
  /** Epochs, unless it stops before. */
  readonly epochs: number;
  /** Batches of each. */
  readonly batches: number;
}

/** Where a run stands that has stored nothing. */
const beginning = { epoch: 0, batch: 0, best: { epoch: 0, loss: Infinity } };

/** What cannot be of a standing beside the lines of training, which are written just before it. */
function problemOf(
  { epoch, batch, best }: Pick<Standing, "epoch" | "batch" | "best">,
  steps: number,
  lines: readonly TrainingLine[],
  { epochs, batches }: Course,
): string | undefined {
  const isOf = lines.length === epoch || lines.length === epoch + 1;
  if (epoch > epochs || batch > batches || !isOf) {
    return `it stands at epoch ${epoch} of ${epochs} and batch ${batch} of ${batches}, ` +
      `and training.jsonl has ${lines.length} epochs`;
  }
  const wanted = epoch * batches + batch;
  if (steps !== wanted) return `its optimizer took ${steps} steps, must be ${wanted}`;
  const line = lines.slice(0, epoch).findLast(({ best }) => best);
  const isBest = line === undefined
    ? best.epoch === 0
    : best.epoch === line.epoch && best.loss === line.validation_loss;
  if (isBest) return undefined;
  return `its best epoch is ${best.epoch} with ${best.loss} nats, in training.jsonl it is ` +
    (line === undefined ? "none" : `${line.epoch} with ${line.validation_loss}`);
}

function lost(folder: string, file: string): Error {
  return new Deno.errors.NotFound(
    `Cannot resume "${folder}": ${file} is gone, so there is nothing to go on from; ` +
      "the model that is there stays as it is, train into another folder",
  );
}

/**
 * Where a killed run stood; undefined where it was killed before it stored anything. Its best
 * parameters are read too, so that nothing trains on to an end that cannot be read.
 *
 * @param folder the run's
 * @param model whose parameters are stored
 * @param course that the training has
 * @throws {Deno.errors.NotFound} If what it would go on from is gone
 * @throws {SyntaxError} If it is cut short, of another run, or says what cannot be
 */
export async function readProgress(
  folder: string,
  model: GradientModel,
  course: Course,
): Promise<Progress | undefined> {
  const path = join(folder, "resume.safetensors");
  if (!await isThere(path)) {
    if (!await hasStored(folder)) return undefined;
    throw lost(folder, "resume.safetensors");
  }
  const found = await readState(
    path,
    (_, shapes) => checkShapes(path, shapes, model.initial),
  );
  const standing = found &&
    checked(found.standing, standingSchema, `"${path}"`, "where a run stood");
  const lines = await readTraining(folder);
  const problem = problemOf(standing ?? beginning, found?.state.steps ?? 0, lines, course);
  if (problem !== undefined) throw new SyntaxError(`Cannot read "${path}": ${problem}`);
  if (found === undefined || standing === undefined) return undefined;
  if (standing.best.epoch > 0) await readBest(folder, model);
  return { standing, state: found.state, lines: lines.slice(0, standing.epoch) };
}

/**
 * Where a killed second stage stood; undefined where it had stored nothing.
 *
 * @param folder the run's
 * @param adversary the stage
 * @param isTrained whether the model has its parameters
 * @throws as {@link readProgress} does
 */
export async function readDuel(
  folder: string,
  { initial, epochs }: Pick<Adversary, "initial" | "epochs">,
  isTrained: boolean,
): Promise<{ lines: DuelLine[]; state: AdamState } | undefined> {
  const path = join(folder, "resume-adversary.safetensors");
  if (!await isThere(path)) {
    if (isTrained) throw lost(folder, "resume-adversary.safetensors");
    return undefined;
  }
  const learnt = Object.entries(initial).filter(([, { isBuffer }]) => !isBuffer);
  const remembered = Object.fromEntries(learnt);
  const found = await readState(
    path,
    (group, shapes) => checkShapes(path, shapes, group === "parameters" ? initial : remembered),
  );
  const lines = checked(found?.standing, list(duelLineSchema), `"${path}"`, "a list of epochs");
  const wrong = lines.findIndex(({ epoch }, index) => epoch !== index + 1 || epoch > epochs);
  if (found !== undefined && wrong === -1) return { lines, state: found.state };
  throw new SyntaxError(
    `Cannot read "${path}": epoch ${wrong + 1} is missing or out of place, must be 1 to ${epochs}`,
  );
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

/** Whether any of these names is there. */
export function hasAnyOf(names: Shapes, found: object): boolean {
  return Object.keys(names).some((name) => Object.hasOwn(found, name));
}

/** The best parameters so far; of a model of two stages maybe those of the first one alone. */
export async function readBest(folder: string, model: Model): Promise<NamedArrays> {
  const path = join(folder, "model.safetensors");
  const [first, second] = stages(model);
  const check = (shapes: Shapes) =>
    checkShapes(path, shapes, hasAnyOf(second, shapes) ? { ...first, ...second } : first);
  const { tensors } = await readSafetensors(path, { check });
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
  return { ...begun, parameters, training: await readTraining(folder) };
}
