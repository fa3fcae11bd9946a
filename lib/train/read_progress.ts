/**
 * Reads where a killed run stands, and the epochs that it has finished. What it says of itself must fit
 * together.
 *
 * @module
 */
import { join } from "node:path";
import { checked, finite, flag, object, readOwnText, whole } from "../files/checked_json.ts";
import { parsedJson } from "../files/input.ts";
import { isThere } from "../files/is_there.ts";
import type { GradientModel } from "../models/interface/model.ts";
import type { AdamState } from "../nn/optimizer.ts";
import { checkShapes } from "../nn/parameters.ts";
import { readBest } from "./read_parameters.ts";
import { lost, readState } from "./read_state.ts";
import { type Checkpoint, hasStored, type TrainingLine } from "./run_folder.ts";

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

const checkpointSchema = object({
  epoch: whole(0),
  batch: whole(0),
  sums: object({ loss: finite(), visits: whole(0), norms: finite(0) }),
  best: object({ loss: finite(), epoch: whole(0) }),
  seconds: finite(0),
});

/**
 * The epochs so far, a line of training.jsonl each; none where it is missing, as in a run that was
 * killed before its first.
 *
 * @throws {SyntaxError} If a line is no such line, or they are not those of epochs 1, 2, and so on
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
    throw new SyntaxError(`Cannot read ${place}: it is of epoch ${line.epoch}`);
  });
}

/** Where a killed run stood, and its epochs until then. */
export interface Progress {
  /** Where it stood. */
  readonly checkpoint: Checkpoint;
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

/** What cannot be of a checkpoint beside the lines of training, which are written just before it. */
function problemOf(
  { epoch, batch, best }: Pick<Checkpoint, "epoch" | "batch" | "best">,
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

/**
 * Where a killed run stood; undefined where it was killed before it stored anything. Its best
 * parameters are read too, so that nothing trains on to an end that cannot be read.
 *
 * @param folder the run's
 * @param model whose parameters are stored
 * @param course that the training has
 * @throws {Deno.errors.NotFound} If what it would continue from is gone
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
  const checkpoint = found &&
    checked(found.standing, checkpointSchema, `"${path}"`, "where a run stood");
  const lines = await readTraining(folder);
  const problem = problemOf(checkpoint ?? beginning, found?.state.steps ?? 0, lines, course);
  if (problem !== undefined) throw new SyntaxError(`Cannot read "${path}": ${problem}`);
  if (found === undefined || checkpoint === undefined) return undefined;
  if (checkpoint.best.epoch > 0) await readBest(folder, model);
  return { checkpoint, state: found.state, lines: lines.slice(0, checkpoint.epoch) };
}
