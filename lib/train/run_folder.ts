/**
 * A run on disk: `config.json`, `vocabulary.json`, `model.safetensors` (the best parameters so
 * far), `training.jsonl` (one line per epoch) and `resume.safetensors` (all that is needed to
 * continue a killed run); for models of two stages also `adversary.jsonl` and
 * `resume-adversary.safetensors`, and of an audited run `canaries.json`. `finished.json` comes last: it
 * is there if training has ended, and for no other reason; an older run that is replaced keeps its own
 * until then. Each file is written complete or not at all; read_run.ts reads them.
 *
 * @module
 */
import { join } from "node:path";
import { isThere } from "../files/is_there.ts";
import { replaceText, replaceWhole } from "../files/output.ts";
import type { Vocabulary } from "../cohort/vocabulary.ts";
import type { Coverage } from "../models/coverage.ts";
import { modelFamily } from "../models/mod.ts";
import type { Model } from "../models/interface/model.ts";
import type { ModelConfig } from "../models/interface/settings.ts";
import type { Schema } from "../models/numbers/record_schema.ts";
import type { AdamState } from "../nn/optimizer.ts";
import type { NamedArrays } from "../nn/parameters.ts";
import { writeSafetensors } from "../nn/safetensors.ts";
import type { Canaries } from "./canaries.ts";
import type { Training } from "./options.ts";
import type { Privacy } from "./private/privacy.ts";
import type { PrivacyStanding } from "./private/protection.ts";
import type { Restart, RestartedTraining } from "./schedule.ts";
import type { CanaryNote } from "./stored_canaries.ts";

/** The content of config.json. */
export interface RunConfig {
  /** Version of Ehrloom that started the run. */
  readonly ehrloom: string;
  /** Its commit, if it ran from a checkout. */
  readonly commit?: string | undefined;
  /** Name of the model's family. */
  readonly model: string;
  /** The model's settings, all of them. */
  readonly config: ModelConfig;
  /** What the model's tokens stand for, if that was fitted on the training records. */
  readonly schema?: Schema | undefined;
  /** How the model sees the cohort, and the source of parameters computed before training. */
  readonly sources?: Readonly<Record<string, string>> | undefined;
  /** What should be known before the run is passed on, by subject. */
  readonly remarks?: Readonly<Record<string, string>> | undefined;
  /** What of its training records the model learns; absent in runs of earlier versions. */
  readonly coverage?: Coverage | undefined;
  /** How it was trained. */
  readonly training: Training;
  /** What it promises its training patients; absent unless it was trained privately. */
  readonly privacy?: Privacy | undefined;
  /** The canaries of its audit, some of whom are among its training records; absent without any. */
  readonly canaries?: CanaryNote | undefined;
  /** Where it was resumed with more epochs than planned until then; absent if it never was. */
  readonly restarts?: readonly Restart[] | undefined;
  /** Fingerprint of the cohort that it was trained on; empty if unknown. */
  readonly cohort: string;
  /** The engine and its versions. */
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
   * any other terms that the model minimises. Null in private training, whose budget does not pay
   * for it.
   */
  readonly train_loss: number | null;
  /**
   * The same for the validation records after the epoch, without other terms; of averaged weights,
   * where the run keeps those.
   */
  readonly validation_loss: number;
  /** Learning rate of the last step. */
  readonly learning_rate: number;
  /** Euclidean norm of the gradient, mean over the steps; in private training with its noise. */
  readonly gradient_norm: number;
  /** Seconds of training so far, summed over resumed runs. */
  readonly seconds: number;
  /** Whether this epoch's parameters are the best so far; in private training, the latest are. */
  readonly best: boolean;
  /** In private training, the ε that was spent so far, at the budget's δ. */
  readonly epsilon?: number | undefined;
}

/** A line of adversary.jsonl: one epoch of two networks against each other. */
export interface AdversaryLine {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss of the critic. */
  readonly critic_loss: number;
  /** Mean loss of the generator. */
  readonly generator_loss: number;
  /** Seconds of this stage so far, summed over resumed runs. */
  readonly seconds: number;
}

/** The state of a run between two steps. */
export interface Checkpoint {
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
  /** What was spent of a privacy budget. */
  privacy?: PrivacyStanding | undefined;
}

/** The calibration of a run's output biases after its last epoch. */
export interface Calibration {
  /**
   * Mean negative log-likelihood of the validation records before, nats per visit; null if the model
   * can read none of them.
   */
  readonly validation_before: number | null;
  /** The same with shifted biases. */
  readonly validation_after: number | null;
  /** Whether the shifted biases are the run's: only if validation agreed. */
  readonly kept: boolean;
  /** How long it took. */
  readonly seconds: number;
}

/** A trained model as plain data, ready to generate records or to compute likelihoods. */
export interface Run {
  /** The content of config.json. */
  readonly runConfig: RunConfig;
  /** Its best parameters. */
  readonly parameters: NamedArrays;
  /** The codes that it was trained on. */
  readonly vocabulary: Vocabulary;
  /** The labels that it was trained on. */
  readonly labelNames: readonly string[];
  /** Its epochs. */
  readonly training: readonly TrainingLine[];
  /** What calibration after them did; absent if the model has no output biases to calibrate. */
  readonly calibration?: Calibration | undefined;
  /** The canaries of its audit, with the coins that put some of them into training. */
  readonly canaries?: Canaries | undefined;
}

/** The model of a run. */
export function modelOf({ model, config, schema }: RunConfig): Model {
  return modelFamily(model).create(config, schema);
}

/**
 * Whether a run's model computes with an engine, which `useBackend` takes time to load; floors only
 * count.
 *
 * @example A floor needs none
 * ```ts
 * import { needsEngine, syntheaSample, train } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const run = await train(await syntheaSample(), folder, { model: "markov", force: true });
 * assertEquals(needsEngine(run), false);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function needsEngine({ runConfig }: Pick<Run, "runConfig">): boolean {
  return !("learn" in modelOf(runConfig));
}

/** How each stage of training goes; two stages share the time equally. */
export function stageTraining(runConfig: RunConfig): RestartedTraining {
  const { training, restarts, privacy } = runConfig;
  const model = modelOf(runConfig);
  const stages = "learn" in model || model.adversary === undefined ? 1 : 2;
  return { ...training, minutes: training.minutes / stages, restarts, privacy };
}

/**
 * Starts a run folder: its config and vocabulary and, for a network, a file that says that training
 * starts from the beginning. So a run without this file has lost it.
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
  await writeConfig(folder, runConfig);
}

/** Stores a run's config. */
export function writeConfig(folder: string, runConfig: RunConfig): Promise<void> {
  return replaceText(join(folder, "config.json"), JSON.stringify(runConfig, null, 2) + "\n");
}

/** Whether a run has stored anything of its training. */
export async function hasStored(folder: string): Promise<boolean> {
  return await isThere(join(folder, "training.jsonl")) ||
    await isThere(join(folder, "model.safetensors"));
}

/** Stores the best parameters so far, and their calibration once it is done. */
export function writeBest(
  folder: string,
  parameters: NamedArrays,
  calibration?: Calibration,
): Promise<void> {
  const metadata = {
    format: "pt",
    ...calibration && { calibration: JSON.stringify(calibration) },
  };
  return replaceWhole(
    join(folder, "model.safetensors"),
    (path) => writeSafetensors(path, parameters, metadata),
  );
}

/** Stores the state of the run; a run killed after this continues from here. */
export async function writeCheckpoint(
  folder: string,
  lines: readonly TrainingLine[],
  checkpoint: Checkpoint,
  state: AdamState,
): Promise<void> {
  await replaceText(join(folder, "training.jsonl"), linesText(lines));
  await writeState(join(folder, "resume.safetensors"), checkpoint, state);
}

/** Stores the state of a second stage; a run killed after this continues from here. */
export async function writeAdversary(
  folder: string,
  lines: readonly AdversaryLine[],
  state: AdamState,
): Promise<void> {
  await replaceText(join(folder, "adversary.jsonl"), linesText(lines));
  await writeState(join(folder, "resume-adversary.safetensors"), lines, state);
}

function linesText(lines: readonly object[]): string {
  return lines.map((line) => JSON.stringify(line) + "\n").join("");
}

function writeState(path: string, standing: object, state: AdamState): Promise<void> {
  const { steps, ...groups } = state;
  const tensors = Object.fromEntries(
    Object.entries(groups).flatMap(([group, arrays]) =>
      Object.entries(arrays).map(([name, array]) => [`${group}.${name}`, array])
    ),
  );
  const metadata = { standing: JSON.stringify(standing), steps: String(steps) };
  return replaceWhole(path, (temporary) => writeSafetensors(temporary, tensors, metadata));
}
