/**
 * The training loop. It knows models by their interface only.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import type { Model } from "../models/model.ts";
import { adam, type Optimizer } from "../nn/optimizer.ts";
import { checkShapes, type NamedTensors } from "../nn/parameters.ts";
import { random } from "../nn/random.ts";
import type { OnProgress } from "../progress.ts";
import { epochBatches } from "./batches.ts";
import { type GradientSource, localGradients, sharedGradients } from "./gradients.ts";
import type { Training } from "./options.ts";
import {
  type Progress,
  readProgress,
  readTraining,
  type TrainingLine,
  writeBest,
  writeProgress,
} from "./run_folder.ts";

/** How long a run may lose when it is killed in the middle of a long epoch. */
const checkpointSeconds = 300;

/** The learning rate of a step, counted from 0. */
function rateAt(training: Training, step: number, steps: number): number {
  const { learningRate, schedule, warmup } = training;
  if (step < warmup) return learningRate * (step + 1) / warmup;
  if (schedule === "constant") return learningRate;
  return learningRate * 0.5 * (1 + Math.cos(Math.PI * (step - warmup) / (steps - warmup)));
}

function visitsIn(model: Model, cohort: Cohort, records: Int32Array): number {
  return records.reduce((sum, record) => sum + model.rowsOf(cohort, record), 0);
}

/** Mean loss in nats per visit over a cohort. */
async function meanLoss(
  model: Model,
  parameters: NamedTensors,
  cohort: Cohort,
  batch: number,
): Promise<number> {
  const lengths = Array.from({ length: cohort.recordCount }, (_, r) => model.rowsOf(cohort, r));
  let sum = 0;
  for (const records of epochBatches(lengths, batch, random(0))) {
    const loss = tf.tidy(() => model.loss(parameters, cohort, records));
    sum += (await loss.data())[0];
    loss.dispose();
  }
  return sum / lengths.reduce((total, length) => total + length, 0);
}

/**
 * Trains a model on the train split, with the validation split to tell when it is best, and keeps a
 * run folder whose config has been written before. Call again with the same arguments after an
 * interruption: training goes on as if there had been none.
 *
 * @param model whose vocabulary and labels are the cohort's
 * @param cohort with records in its train and validation splits
 * @param folder the run's
 * @param training how to train
 * @param onProgress hears of every step
 * @returns the epochs, those of earlier sittings included
 * @throws {RangeError} If the loss is no longer finite
 * @throws {SyntaxError} If what an earlier sitting left is cut short or foreign
 */
export async function fit(
  model: Model,
  cohort: Cohort,
  folder: string,
  training: Training,
  onProgress?: OnProgress,
): Promise<TrainingLine[]> {
  const learners = splitOf(cohort, "train");
  const judges = splitOf(cohort, "validation");
  const stored = await readProgress(folder);
  const initial = model.initialize(random(training.seed));
  if (stored !== undefined) {
    const { parameters, means, squares } = stored.state;
    for (const group of [parameters, means, squares]) checkShapes(model.family, group, initial);
  }
  const progress: Progress = stored?.progress ?? {
    epoch: 0,
    batch: 0,
    lossSum: 0,
    visitSum: 0,
    normSum: 0,
    bestLoss: Number.MAX_VALUE, // JSON knows no infinity
    bestEpoch: 0,
    seconds: 0,
  };
  const lines = (await readTraining(folder)).filter(({ epoch }) => epoch <= progress.epoch);
  const optimizer = adam(stored?.state ?? initial);
  let gradientSource: GradientSource | undefined;
  try {
    const { batch, workers } = training;
    const divisor = model.lossDivisor(batch); // the same for every batch: they hold as many rows
    gradientSource = workers === 1
      ? localGradients(model, learners, optimizer, divisor)
      : await sharedGradients(model, learners, optimizer, divisor, workers);
    await trainOn(
      { model, learners, judges, folder, training, progress, lines, optimizer, gradientSource },
      onProgress,
    );
  } finally {
    gradientSource?.dispose();
    optimizer.dispose();
  }
  return lines;
}

async function trainOn(
  { model, learners, judges, folder, training, progress, lines, optimizer, gradientSource }: {
    model: Model;
    learners: Cohort;
    judges: Cohort;
    folder: string;
    training: Training;
    progress: Progress;
    lines: TrainingLine[];
    optimizer: Optimizer;
    gradientSource: GradientSource;
  },
  onProgress: OnProgress | undefined,
): Promise<void> {
  const { epochs, batch, patience, seed } = training;
  const lengths = Array.from(
    { length: learners.recordCount },
    (_, record) => model.rowsOf(learners, record),
  );
  const batchesPerEpoch = Math.ceil(lengths.length / batch);
  const stepCount = epochs * batchesPerEpoch;
  const before = progress.seconds;
  const began = performance.now();
  let storedAt = began;
  const store = async () => {
    progress.seconds = before + (performance.now() - began) / 1000;
    await writeProgress(folder, lines, progress, await optimizer.readState());
    storedAt = performance.now();
  };
  let rate = 0;
  while (progress.epoch < epochs && progress.epoch - progress.bestEpoch < patience) {
    const batches = epochBatches(lengths, batch, random(seed, 1, progress.epoch));
    while (progress.batch < batches.length) {
      const records = batches[progress.batch];
      const { loss, gradients } = await gradientSource.compute(records);
      const step = progress.epoch * batchesPerEpoch + progress.batch;
      rate = rateAt(training, step, stepCount);
      const norm = await optimizer.step(gradients, rate);
      // The norm too: some kernels make a number of what is none, and would hide it
      for (const [what, value] of Object.entries({ loss, "gradient's norm": norm })) {
        if (Number.isFinite(value)) continue;
        throw new RangeError(
          `Cannot go on training: the ${what} is ${value} in epoch ${progress.epoch + 1}; ` +
            `try a lower learning rate than ${training.learningRate}`,
        );
      }
      progress.normSum += norm;
      progress.lossSum += loss;
      progress.visitSum += visitsIn(model, learners, records);
      progress.batch++;
      onProgress?.({
        stage: "training",
        done: step + 1,
        total: stepCount,
        note: `epoch ${progress.epoch + 1}/${epochs} loss ` +
          (progress.lossSum / progress.visitSum).toFixed(3),
      });
      if (performance.now() - storedAt > checkpointSeconds * 1000) await store();
    }
    const validationLoss = await meanLoss(model, optimizer.parameters(), judges, batch);
    const isBest = validationLoss < progress.bestLoss;
    progress.epoch++;
    lines.push({
      epoch: progress.epoch,
      step: progress.epoch * batchesPerEpoch,
      train_loss: progress.lossSum / progress.visitSum,
      validation_loss: validationLoss,
      learning_rate: rate,
      gradient_norm: progress.normSum / batches.length,
      seconds: before + (performance.now() - began) / 1000,
      best: isBest,
    });
    if (isBest) {
      Object.assign(progress, { bestLoss: validationLoss, bestEpoch: progress.epoch });
      await writeBest(folder, await optimizer.readParameters());
    }
    Object.assign(progress, { batch: 0, lossSum: 0, visitSum: 0, normSum: 0 });
    await store();
  }
  onProgress?.({ stage: "training", done: stepCount, total: stepCount });
}
