/**
 * Reads the state of a killed run, and its finished epochs. These must agree with each other.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { checked, finite, flag, list, object, readOwnText, whole } from "../files/checked_json.ts";
import { parsedJson } from "../files/input.ts";
import { isThere } from "../files/is_there.ts";
import type { GradientModel } from "../models/interface/model.ts";
import type { Extras } from "../models/room/needs.ts";
import type { AdamState } from "../nn/optimizer.ts";
import { checkShapes } from "../nn/parameters.ts";
import { stepsOfEpoch } from "./batches.ts";
import { readBest } from "./read_parameters.ts";
import { lost, readState } from "./read_state.ts";
import { type Checkpoint, hasStored, type TrainingLine } from "./run_folder.ts";
import { extrasOf, type RestartedTraining } from "./schedule.ts";

const lineSchema = object({
  epoch: whole(1),
  step: whole(0),
  train_loss: v.nullable(finite()),
  validation_loss: finite(),
  learning_rate: finite(0),
  gradient_norm: finite(0),
  seconds: finite(0),
  best: flag,
  epsilon: v.optional(finite(0)),
});

const checkpointSchema = object({
  epoch: whole(0),
  batch: whole(0),
  sums: object({ loss: finite(), visits: whole(0), norms: finite(0) }),
  best: object({ loss: finite(), epoch: whole(0) }),
  seconds: finite(0),
  privacy: v.optional(object({
    taken: list(
      object({ samplingRate: finite(0, 1), noiseMultiplier: finite(0), steps: whole(0) }),
    ),
    clip: finite(0),
  })),
});

/**
 * The epochs so far, one line of training.jsonl each; none if it is missing, as in a run that was
 * killed in its first epoch.
 *
 * @throws {SyntaxError} If a line is not valid, or the epochs are not 1, 2, and so on
 */
export async function readTraining(folder: string): Promise<TrainingLine[]> {
  const path = join(folder, "training.jsonl");
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
    const line = checked(value, lineSchema, place, "a line of training");
    if (line.epoch === index + 1) return line;
    throw new SyntaxError(
      `Cannot read ${place}: it is of epoch ${line.epoch}, must be of epoch ${index + 1}`,
    );
  });
}

/** The state of a killed run, and its epochs until then. */
export interface Progress {
  /** Its position and sums. */
  readonly checkpoint: Checkpoint;
  /** Parameters and optimizer. */
  readonly state: AdamState;
  /** The epochs that it had finished. */
  readonly lines: TrainingLine[];
}

/** The length of a training, and what it keeps. */
export interface Course extends Extras {
  /** Epochs, unless it stops before. */
  readonly epochs: number;
  /** Batches of each. */
  readonly batches: number;
}

/** The course of a training on so many records. */
export function courseOf(records: number, training: RestartedTraining): Course {
  const { epochs } = training;
  return { epochs, batches: stepsOfEpoch(records, training), ...extrasOf(training) };
}

/** The state of a run that has stored nothing. */
const beginning = { epoch: 0, batch: 0, best: { epoch: 0, loss: Infinity } };

/** How a checkpoint contradicts the lines of training, which are written just before it. */
function problemOf(
  { epoch, batch, best, privacy }: Pick<Checkpoint, "epoch" | "batch" | "best" | "privacy">,
  steps: number,
  lines: readonly TrainingLine[],
  { epochs, batches, isPrivate = false }: Course,
): string | undefined {
  const isOf = lines.length === epoch || lines.length === epoch + 1;
  if (epoch > epochs || batch > batches || !isOf) {
    return `it was stored at epoch ${epoch} of ${epochs} and batch ${batch} of ${batches}, ` +
      `but training.jsonl has ${lines.length} epochs`;
  }
  const wanted = epoch * batches + batch;
  if (steps !== wanted) return `its optimizer took ${steps} steps, must be ${wanted}`;
  const paid = privacy?.taken.reduce((sum, { steps }) => sum + steps, 0) ?? 0;
  if (isPrivate && paid !== steps) {
    return `its privacy budget paid for ${paid} steps, and its optimizer took ${steps}`;
  }
  const line = lines.slice(0, epoch).findLast(({ best }) => best);
  const isBest = line === undefined
    ? best.epoch === 0
    : best.epoch === line.epoch && best.loss === line.validation_loss;
  if (isBest) return undefined;
  return `its best epoch is ${best.epoch} with ${best.loss} nats, but in training.jsonl it is ` +
    (line === undefined ? "none" : `${line.epoch} with ${line.validation_loss}`);
}

/**
 * The state of a killed run; undefined if it was killed before it stored anything. Its best
 * parameters are read too, so that no training continues whose result could not be read.
 *
 * @param folder of the run
 * @param model of the run
 * @param course of the training
 * @throws {Deno.errors.NotFound} If the file to continue from is missing
 * @throws {SyntaxError} If it is truncated, of another run, or contradicts the log
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
    course.isAveraged,
  );
  const checkpoint = found &&
    checked(found.standing, checkpointSchema, `"${path}"`, "the state of a run");
  const lines = await readTraining(folder);
  const problem = problemOf(checkpoint ?? beginning, found?.state.steps ?? 0, lines, course);
  if (problem !== undefined) throw new SyntaxError(`Cannot read "${path}": ${problem}`);
  if (found === undefined || checkpoint === undefined) return undefined;
  if (checkpoint.best.epoch > 0) await readBest(folder, model);
  return { checkpoint, state: found.state, lines: lines.slice(0, checkpoint.epoch) };
}
