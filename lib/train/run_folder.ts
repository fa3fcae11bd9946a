/**
 * A run on disk: `config.json`, `vocabulary.json`, `model.safetensors` (the best parameters so far),
 * `training.jsonl` (a line per epoch) and `resume.safetensors` (all that a killed run needs to go
 * on); for models of two stages `adversary.jsonl` and `resume-adversary.safetensors` likewise. Each file is written to a temporary name, synced and renamed.
 *
 * @module
 */
import { join } from "node:path";
import { isObject, parsedJson, readText } from "../files/input.ts";
import { isThere } from "../files/is_there.ts";
import { replaceText, replaceWhole } from "../files/output.ts";
import { type Vocabulary, vocabulary } from "../cohort/vocabulary.ts";
import { checkSettings, modelFamily } from "../models/mod.ts";
import type { Model, ModelConfig } from "../models/model.ts";
import { isSchema, type Schema } from "../models/stays/record_schema.ts";
import type { AdamState } from "../nn/optimizer.ts";
import { checkShapes, type NamedArrays } from "../nn/parameters.ts";
import { readSafetensors, writeSafetensors } from "../nn/safetensors.ts";
import type { Training } from "./options.ts";

/** What config.json holds. */
export interface RunConfig {
  /** Version of Ehrloom that began the run. */
  readonly ehrloom: string;
  /** Name of the model's family. */
  readonly model: string;
  /** The model's settings, all of them. */
  readonly config: ModelConfig;
  /** What the model's tokens stand for, where that was fitted on the training records. */
  readonly schema?: Schema;
  /** How the model sees the cohort, and where parameters come from that were worked out before. */
  readonly sources?: Readonly<Record<string, string>>;
  /** How it was trained. */
  readonly training: Training;
  /** Fingerprint of the cohort that it was trained on; empty where that is not known. */
  readonly cohort: string;
  /** What computed, and in which version. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A line of training.jsonl: one epoch. */
export interface TrainingLine {
  /** From 1. */
  readonly epoch: number;
  /** Optimizer steps so far. */
  readonly step: number;
  /**
   * Mean negative log-likelihood of the training records during the epoch, nats per visit; with
   * whatever else the model minimises.
   */
  readonly train_loss: number;
  /** The likelihood alone of the validation records after it. */
  readonly validation_loss: number;
  /** Learning rate of the last step. */
  readonly learning_rate: number;
  /** Mean over the steps of the gradient's Euclidean norm. */
  readonly gradient_norm: number;
  /** Seconds since training began, over all resumptions. */
  readonly seconds: number;
  /** Whether this epoch's parameters are the best so far. */
  readonly best: boolean;
}

/** A line of adversary.jsonl: one epoch of two networks against each other. */
export interface DuelLine {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss of the critic. */
  readonly critic_loss: number;
  /** Mean loss of the generator. */
  readonly generator_loss: number;
  /** Seconds of this stage, over all resumptions. */
  readonly seconds: number;
}

/** Where a run stands between two steps. */
export interface Standing {
  /** Epochs finished. */
  epoch: number;
  /** Batches of the next epoch that are done. */
  batch: number;
  /** Sums over those batches. */
  sums: { loss: number; visits: number; norms: number };
  /** Lowest validation loss so far and the epoch that had it. */
  best: { loss: number; epoch: number };
  /** Seconds spent. */
  seconds: number;
}

/** A trained model as plain data, ready to generate or to be asked for likelihoods. */
export interface Run {
  /** As config.json has it. */
  readonly runConfig: RunConfig;
  /** Its best parameters. */
  readonly parameters: NamedArrays;
  /** The codes that it was trained on. */
  readonly vocabulary: Vocabulary;
  /** The labels that it was trained on. */
  readonly labelNames: readonly string[];
  /** Its epochs. */
  readonly training: readonly TrainingLine[];
}

/** The model of a run. */
export function modelOf({ model, config, schema }: RunConfig): Model {
  return modelFamily(model).create(config, schema);
}

/**
 * Begins a run folder: its config and vocabulary, and for a network the word that it goes on from its
 * beginning. So a run that lacks this word has lost it.
 */
export async function beginRun(
  folder: string,
  runConfig: RunConfig,
  { codes, descriptions }: Vocabulary,
  labels: readonly string[],
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await replaceText(
    join(folder, "vocabulary.json"),
    JSON.stringify({ codes, descriptions, labels }),
  );
  if (!("learn" in modelOf(runConfig))) {
    await writeSafetensors(join(folder, "resume.safetensors"), {}, {
      standing: "null",
      steps: "0",
    });
  }
  await replaceText(join(folder, "config.json"), JSON.stringify(runConfig, null, 2) + "\n");
}

/** Whether a run has stored anything of its training. */
export async function hasStored(folder: string): Promise<boolean> {
  return await isThere(join(folder, "training.jsonl")) ||
    await isThere(join(folder, "model.safetensors"));
}

/** The best parameters so far. */
export async function readBest(folder: string): Promise<NamedArrays> {
  return (await readSafetensors(join(folder, "model.safetensors"))).tensors;
}

/** Stores the best parameters so far. */
export function writeBest(folder: string, parameters: NamedArrays): Promise<void> {
  return replaceWhole(
    join(folder, "model.safetensors"),
    (path) => writeSafetensors(path, parameters, { format: "pt" }),
  );
}

/** Stores where the run stands; a run killed after this goes on from here. */
export async function writeStanding(
  folder: string,
  lines: readonly TrainingLine[],
  standing: Standing,
  state: AdamState,
): Promise<void> {
  await replaceText(join(folder, "training.jsonl"), linesText(lines));
  await writeState(join(folder, "resume.safetensors"), standing, state);
}

/** Stores where a second stage stands; a run killed after this goes on from here. */
export async function writeDuel(
  folder: string,
  lines: readonly DuelLine[],
  state: AdamState,
): Promise<void> {
  await replaceText(join(folder, "adversary.jsonl"), linesText(lines));
  await writeState(join(folder, "resume-adversary.safetensors"), lines, state);
}

function linesText(lines: readonly object[]): string {
  return lines.map((line) => JSON.stringify(line) + "\n").join("");
}

function writeState(path: string, standing: object, state: AdamState): Promise<void> {
  const groups = { parameters: state.parameters, means: state.means, squares: state.squares };
  const tensors = Object.fromEntries(
    Object.entries(groups).flatMap(([group, arrays]) =>
      Object.entries(arrays).map(([name, array]) => [`${group}.${name}`, array])
    ),
  );
  const metadata = { standing: JSON.stringify(standing), steps: String(state.steps) };
  return replaceWhole(path, (temporary) => writeSafetensors(temporary, tensors, metadata));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return parsedJson(await readText(path), path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`${error.message}, is it a run?`);
  }
}

/** Reads config.json; throws what {@link readRun} does. */
export async function readRunConfig(folder: string): Promise<RunConfig> {
  const path = join(folder, "config.json");
  const found = await readJson(path) as Partial<RunConfig> | null;
  const isConfig = typeof found?.model === "string" && isObject(found.config) &&
    Object.values(found.config).every((value) => typeof value === "number") &&
    isObject(found.training);
  if (!isConfig) {
    throw new SyntaxError(`Cannot read "${path}": it is not a run's config`);
  }
  checkConfig(path, found as RunConfig);
  return found as RunConfig;
}

/** A config that someone has edited must not make a model that the parameters were not trained for. */
function checkConfig(path: string, { model, config, schema }: RunConfig): void {
  const family = modelFamily(model);
  if (family.schemaFor !== undefined && !isSchema(schema)) {
    throw new SyntaxError(`Cannot read "${path}": its schema is missing or no schema of records`);
  }
  const settings = Object.keys(family.settings).map((name) => [name, config[name]]);
  try {
    checkSettings(family, Object.fromEntries(settings));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SyntaxError(`Cannot read "${path}": ${error.message}`);
  }
  const { width, heads } = config;
  if (heads !== undefined && width % heads !== 0) {
    throw new SyntaxError(
      `Cannot read "${path}": width ${width} is not a multiple of heads ${heads}`,
    );
  }
}

/**
 * The epochs so far; none for a run that was killed before its first.
 *
 * @throws {SyntaxError} If a line is not JSON
 */
export async function readTraining(folder: string): Promise<TrainingLine[]> {
  const path = join(folder, "training.jsonl");
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return text.trimEnd().split("\n").filter((line) => line !== "").map((line, index) => {
    try {
      return JSON.parse(line);
    } catch (_) {
      throw new SyntaxError(`Cannot read "${path}" row ${index + 1}: it is not JSON`);
    }
  });
}

/** Where a killed run stood; undefined where it was killed before it stored anything. */
export async function readStanding(
  folder: string,
): Promise<{ standing: Standing; state: AdamState } | undefined> {
  const found = await readState(join(folder, "resume.safetensors"));
  return found && { standing: found.standing as Standing, state: found.state };
}

/** Where a killed second stage stood; undefined where it had stored nothing. */
export async function readDuel(
  folder: string,
): Promise<{ lines: DuelLine[]; state: AdamState } | undefined> {
  const found = await readState(join(folder, "resume-adversary.safetensors"));
  return found && { lines: found.standing as DuelLine[], state: found.state };
}

async function readState(
  path: string,
): Promise<{ standing: unknown; state: AdamState } | undefined> {
  try {
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const { tensors, metadata } = await readSafetensors(path);
  if (metadata.standing === "null") return undefined; // as the run was begun
  const groups: Record<string, NamedArrays> = { parameters: {}, means: {}, squares: {} };
  for (const [name, array] of Object.entries(tensors)) {
    const dot = name.indexOf(".");
    const group = groups[name.slice(0, dot)];
    if (group === undefined) {
      throw new SyntaxError(`Cannot read "${path}": it holds a foreign tensor "${name}"`);
    }
    group[name.slice(dot + 1)] = array;
  }
  const { parameters, means, squares } = groups;
  let standing: unknown;
  try {
    standing = JSON.parse(metadata.standing);
  } catch (_) {
    throw new SyntaxError(`Cannot read "${path}": it does not say where the run stood`);
  }
  return {
    standing,
    state: { steps: Number(metadata.steps), parameters, means, squares },
  };
}

/** The codes and labels that a run was begun with; throws what {@link readRun} does. */
export async function readVocabulary(
  folder: string,
): Promise<{ vocabulary: Vocabulary; labelNames: string[] }> {
  const path = join(folder, "vocabulary.json");
  const found = await readJson(path) as {
    codes?: string[];
    descriptions?: string[];
    labels?: string[];
  } | null;
  const { codes, descriptions, labels } = found ?? {};
  if (!Array.isArray(codes) || !Array.isArray(descriptions) || !Array.isArray(labels)) {
    throw new SyntaxError(`Cannot read "${path}": it is not a run's vocabulary`);
  }
  return { vocabulary: vocabulary(codes, descriptions), labelNames: labels };
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
  const runConfig = await readRunConfig(folder);
  const model = modelOf(runConfig);
  const tensors = await readBest(folder);
  if ("adversary" in model && model.adversary !== undefined) {
    const second = Object.keys(model.adversary.initial);
    if (!second.some((name) => name in tensors)) {
      throw new RangeError(
        `Cannot read "${folder}": its second stage of training is not finished; resume it`,
      );
    }
  }
  const wanted = "learn" in model
    ? Object.fromEntries(Object.entries(model.shapes).map(([name, shape]) => [name, { shape }]))
    : { ...model.initial, ...model.adversary?.initial };
  checkShapes(runConfig.model, tensors, wanted);
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
  return {
    runConfig,
    parameters: tensors,
    ...names,
    training: await readTraining(folder),
  };
}
