/**
 * The second stage of training of models that have one: two networks against each other, on rows
 * and conditions that the trained first stage gives.
 *
 * @module
 */
import { breathe } from "../breathe.ts";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import type { Adversary, ConditionedRows } from "../models/interface/adversary.ts";
import type { GradientModel } from "../models/interface/model.ts";
import { rowsAt } from "../nn/multi_hot.ts";
import { drawn } from "../nn/initial.ts";
import { toTensors } from "../nn/parameters.ts";
import { type Random, stream } from "../random.ts";
import type { OnProgress } from "../progress.ts";
import { rateShare, timeShare, type Training } from "./options.ts";
import { hasAnyOf, readBest, readDuel } from "./read_run.ts";
import { type DuelLine, writeBest, writeDuel } from "./run_folder.ts";

/** How long a run may lose when it is killed. */
const checkpointSeconds = 60;

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

/**
 * Trains the second stage and puts its parameters beside the first one's best. Call again with the
 * same arguments after an interruption: it goes on from the last epoch that was stored, to the same
 * parameters as if there had been none.
 *
 * @param model whose first stage stands in the folder, trained
 * @param adversary the model's
 * @param cohort that the first stage was trained on
 * @param folder the run's
 * @param training whose seed, schedule and minutes are used
 * @param onProgress hears of every epoch
 * @throws {RangeError} If a loss is no longer finite
 */
export async function fitAdversary(
  model: GradientModel,
  adversary: Adversary,
  cohort: Cohort,
  folder: string,
  training: Training,
  onProgress?: OnProgress,
): Promise<void> {
  const { epochs, batch } = adversary;
  const { seed } = training;
  const trained = await readBest(folder, model);
  const first = Object.fromEntries(
    Object.keys(model.initial).map((name) => [name, trained[name]]),
  );
  const stored = await readDuel(folder, adversary, hasAnyOf(adversary.initial, trained));
  const lines: DuelLine[] = stored?.lines ?? [];
  const before = lines.at(-1)?.seconds ?? 0;
  const began = performance.now();
  const tensors = toTensors(first);
  let examples: ConditionedRows;
  try {
    examples = await adversary.examples(tensors, splitOf(cohort, "train"));
  } finally {
    tf.dispose(tensors);
  }
  const duel = adversary.begin(
    stored?.state ?? drawn(adversary.initial, stream("adversaryParameters", seed)),
  );
  try {
    let storedAt = performance.now();
    const seconds = () => before + (performance.now() - began) / 1000;
    const spent = () => timeShare(training, seconds());
    for (let epoch = lines.length; epoch < epochs && (epoch === 0 || spent() < 1); epoch++) {
      const sums = { critic: 0, generator: 0 };
      let steps = 0;
      for (const part of batchesOf(examples, batch, stream("adversaryOrder", seed, epoch))) {
        const done = Math.max((epoch + steps * batch / examples.rows.rows) / epochs, spent());
        const share = rateShare(training, Math.min(1, done));
        const losses = await duel.step(part, stream("adversaryNoise", seed, epoch, steps++), share);
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
      if (!Number.isFinite(line.critic_loss + line.generator_loss)) {
        throw new RangeError(
          `Cannot go on training: the networks' losses are ${line.critic_loss} and ` +
            `${line.generator_loss} in epoch ${line.epoch}; try lower learning rates`,
        );
      }
      lines.push(line);
      onProgress?.({
        stage: "training its second stage",
        done: epoch + 1,
        total: epochs,
        note: `critic ${line.critic_loss.toFixed(3)}`,
      });
      if (performance.now() - storedAt > checkpointSeconds * 1000) {
        await writeDuel(folder, lines, await duel.read());
        storedAt = performance.now();
      }
    }
    const state = await duel.read();
    await writeDuel(folder, lines, state);
    await writeBest(folder, { ...first, ...state.parameters });
  } finally {
    duel.dispose();
  }
}
