/**
 * The second stage of training, in models that have one: two networks against each other, on rows
 * and conditions from the trained first stage.
 *
 * @module
 */
import { breathe } from "../breathe.ts";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import type { AdversarialPair, Adversary, ConditionedRows } from "../models/interface/adversary.ts";
import type { GradientModel } from "../models/interface/model.ts";
import { rowsAt } from "../nn/multi_hot.ts";
import { drawn } from "../nn/initial.ts";
import { type NamedArrays, toTensors } from "../nn/parameters.ts";
import { type Random, stream } from "../random.ts";
import type { FinishedStage } from "./finished.ts";
import type { FitOptions } from "./fit.ts";
import { rateShare, timeShare, type Training, usualCheckpointMinutes } from "./options.ts";
import { readAdversary } from "./read_adversary.ts";
import { hasAnyOf, readBest } from "./read_parameters.ts";
import { type AdversaryLine, writeAdversary, writeBest } from "./run_folder.ts";

/** Batches of rows in random order, all about as large. */
function* batchesOf({ rows, conditions }: ConditionedRows, batch: number, draws: Random) {
  const order = draws.shuffle(Int32Array.from({ length: rows.rows }, (_, i) => i));
  const width = conditions.length / rows.rows;
  const count = Math.ceil(order.length / batch);
  for (let i = 0; i < count; i++) {
    const from = Math.floor(i * order.length / count);
    const chosen = order.subarray(from, Math.floor((i + 1) * order.length / count));
    const given = new Float32Array(chosen.length * width);
    chosen.forEach((row, at) =>
      given.set(conditions.subarray(row * width, (row + 1) * width), at * width)
    );
    yield { rows: rowsAt(rows, chosen), conditions: given };
  }
}

/** The examples of the second stage, from the trained first stage. */
async function examplesOf(
  adversary: Adversary,
  first: NamedArrays,
  cohort: Cohort,
): Promise<ConditionedRows> {
  const tensors = toTensors(first);
  try {
    return await adversary.examples(tensors, splitOf(cohort, "train"));
  } finally {
    tf.dispose(tensors);
  }
}

/**
 * One epoch.
 *
 * @param epoch counted from 0
 * @param seconds of this stage so far
 * @throws {RangeError} If a loss is no longer finite
 */
async function trainEpoch(
  { epochs, batch }: Adversary,
  pair: AdversarialPair,
  examples: ConditionedRows,
  training: Training,
  epoch: number,
  seconds: () => number,
): Promise<AdversaryLine> {
  const { seed } = training;
  const sums = { critic: 0, generator: 0 };
  let steps = 0;
  for (const part of batchesOf(examples, batch, stream("adversaryOrder", seed, epoch))) {
    const stepsDone = (epoch + steps * batch / examples.rows.rows) / epochs;
    const done = Math.min(1, Math.max(stepsDone, timeShare(training, seconds())));
    const noise = stream("adversaryNoise", seed, epoch, steps++);
    const losses = await pair.step(part, noise, rateShare(training, done));
    sums.critic += losses.critic;
    sums.generator += losses.generator;
    await breathe();
  }
  const line = {
    epoch: epoch + 1,
    critic_loss: sums.critic / steps,
    generator_loss: sums.generator / steps,
    seconds: seconds(),
  };
  if (Number.isFinite(line.critic_loss + line.generator_loss)) return line;
  throw new RangeError(
    `Cannot continue training: the losses of critic and generator are ${line.critic_loss} and ` +
      `${line.generator_loss} in epoch ${line.epoch}; try lower learning rates`,
  );
}

/** What ended the stage by its stored epochs; undefined if it continues. */
function endingOf(
  lines: readonly AdversaryLine[],
  epochs: number,
  training: Training,
): FinishedStage["ended_by"] | undefined {
  if (lines.length >= epochs) return "epochs";
  const last = lines.at(-1);
  return last !== undefined && timeShare(training, last.seconds) >= 1 ? "minutes" : undefined;
}

/**
 * Trains the second stage and stores its parameters beside the best ones of the first stage. Call
 * again with the same arguments after an interruption: it continues from the last stored epoch and
 * reaches exactly the same parameters. If it had ended, nothing is written.
 *
 * @param model its first stage is in the folder, trained
 * @param adversary the second stage of the model
 * @param cohort that the first stage was trained on
 * @param folder of the run
 * @param training its seed, schedule and minutes are used
 * @param options.onProgress called after every epoch
 * @param options.checkpointMinutes longest time, in minutes, that a killed run loses
 * @returns how it ended
 * @throws {RangeError} If a loss is no longer finite
 */
export async function fitAdversary(
  model: GradientModel,
  adversary: Adversary,
  cohort: Cohort,
  folder: string,
  training: Training,
  { onProgress, checkpointMinutes = usualCheckpointMinutes }: Omit<FitOptions, "tables"> = {},
): Promise<FinishedStage> {
  const { epochs } = adversary;
  const { parameters: trained } = await readBest(folder, model);
  const first = Object.fromEntries(
    Object.keys(model.initial).map((name) => [name, trained[name]]),
  );
  const isTrained = hasAnyOf(adversary.initial, trained);
  const stored = await readAdversary(folder, adversary, isTrained);
  const lines: AdversaryLine[] = stored?.lines ?? [];
  let ending = endingOf(lines, epochs, training);
  if (isTrained && ending !== undefined) return { epochs: lines.length, ended_by: ending };
  const before = lines.at(-1)?.seconds ?? 0;
  const began = performance.now();
  const seconds = () => before + (performance.now() - began) / 1000;
  const examples = await examplesOf(adversary, first, cohort);
  const pair = adversary.begin(
    stored?.state ?? drawn(adversary.initial, stream("adversaryParameters", training.seed)),
  );
  try {
    let storedAt = performance.now();
    while (ending === undefined) {
      const line = await trainEpoch(adversary, pair, examples, training, lines.length, seconds);
      lines.push(line);
      ending = endingOf(lines, epochs, training);
      onProgress?.({
        stage: "training, second stage",
        done: lines.length,
        total: epochs,
        note: `critic ${line.critic_loss.toFixed(3)}`,
      });
      if (performance.now() - storedAt > checkpointMinutes * 60_000) {
        await writeAdversary(folder, lines, await pair.read());
        storedAt = performance.now();
      }
    }
    const state = await pair.read();
    await writeAdversary(folder, lines, state);
    await writeBest(folder, { ...first, ...state.parameters });
    return { epochs: lines.length, ended_by: ending };
  } finally {
    pair.dispose();
  }
}
