/**
 * What a training would take, without training: nothing is written.
 *
 * @module
 */
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import type { Coverage } from "../models/coverage.ts";
import type { GradientModel } from "../models/interface/model.ts";
import { bothNeeds, extraNeed, fittingRuns, needOf, passFloats } from "../models/room/needs.ts";
import { processBytes } from "../models/room/room_check.ts";
import { adam } from "../nn/optimizer.ts";
import { gradientsFor, initialOf, lengthsOf, protectionFor, roomFor, stepsOf } from "./fit.ts";
import { trainedNumbers } from "./parameter_count.ts";
import type { Privacy } from "./private/privacy.ts";
import { extrasOf, type RestartedTraining } from "./schedule.ts";
import { checkSplits, planned, type TrainOptions } from "./train.ts";

/** What a training would take. */
export interface TrainingEstimate {
  /** Name of the kind of model. */
  readonly model: string;
  /** Records in the train split. */
  readonly records: number;
  /** What the model learns of the training records. */
  readonly coverage: Coverage;
  /** What would be promised to the training patients; absent unless they are to be protected. */
  readonly privacy?: Privacy | undefined;
  /** What a model that learns by gradient descent takes; null for one that counts in one pass. */
  readonly descent: DescentEstimate | null;
}

/** What a training by gradient descent would take. */
export interface DescentEstimate {
  /** Trained numbers, of both stages of training where there are two. */
  readonly parameters: number;
  /** Memory of the whole process, about. */
  readonly bytes: number;
  /** Epochs, unless training stops before. */
  readonly epochs: number;
  /** Steps of the optimizer in an epoch. */
  readonly steps: number;
  /** Rows of visits, or tokens, that an epoch goes through. */
  readonly rows: number;
  /** Seconds of an epoch with its validation, estimated from a few steps. */
  readonly secondsPerEpoch: number;
  /** Steps that were timed, besides the first, which is slower. */
  readonly timedSteps: number;
  /** Whether a second stage of training follows, which is not timed. */
  readonly hasSecondStage: boolean;
}

/** Steps that are timed, and the seconds after which no other one starts. */
const most = { steps: 10, seconds: 5 };

/** A validation loss is a pass without gradients, which take about twice as long as that. */
const judgingShare = 1 / 3;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

/** Bytes of the process in the largest pass of an epoch. */
function bytesOf(
  model: GradientModel,
  train: Cohort,
  batches: Int32Array[],
  training: RestartedTraining,
) {
  const room = roomFor(model, training);
  const passes = batches.flatMap((batch) => fittingRuns(model, "learning", room, train, batch))
    .map((records) => passFloats(model, "learning", train, records));
  const need = needOf(model, "learning", passes.reduce((a, b) => Math.max(a, b), 0));
  const whole = bothNeeds(need, extraNeed(model, extrasOf(training)));
  return processBytes(whole, model, training.workers === 1 ? 0 : training.workers);
}

/** Seconds of some steps that change nothing, and the rows that they went through. */
async function timed(
  model: GradientModel,
  train: Cohort,
  training: RestartedTraining,
  batches: readonly Int32Array[],
): Promise<{ seconds: number; rows: number; steps: number }> {
  const { seed } = training;
  const lengths = lengthsOf(model, train);
  const optimizer = adam(initialOf(model, seed), training.averageWeights);
  const own = await gradientsFor(model, train, optimizer, training);
  const gradients = protectionFor(model, optimizer, training)?.protected(own) ?? own;
  const step = async (records: Int32Array) => {
    const { gradients: slopes } = await gradients.compute(records, { seed, epoch: 0 });
    await optimizer.step(slopes, 0);
  };
  try {
    await step(batches[0]); // engines prepare their kernels
    let [steps, rows] = [0, 0];
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    while (steps === 0 || steps < most.steps && seconds() < most.seconds) {
      const records = batches[(steps + 1) % batches.length];
      await step(records);
      rows += sum(Array.from(records, (record) => lengths[record]));
      steps++;
    }
    return { seconds: seconds(), rows, steps };
  } finally {
    gradients.dispose();
    optimizer.dispose();
  }
}

/**
 * What {@link train} would take with these options: parameters, memory and time. A few steps are
 * timed on the chosen engine; nothing is written.
 *
 * @example
 * ```ts
 * import { estimateTraining, syntheaSample, useBackend } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * await useBackend("wasm");
 * const { descent } = await estimateTraining(await syntheaSample(), {
 *   settings: { width: 16, layers: 1, heads: 2 },
 *   batch: 8,
 * });
 * assert(descent !== null && descent.steps === 36 && descent.secondsPerEpoch > 0);
 * ```
 *
 * @param source with splits
 * @param options as of {@link train}
 * @throws {RangeError} If such a model could not be trained, as {@link train} says it
 */
export async function estimateTraining(
  source: Cohort,
  options: TrainOptions = {},
): Promise<TrainingEstimate> {
  checkSplits(source);
  const { model, training, privacy, coverage, cohort } = planned(source, options);
  const train = splitOf(cohort, "train");
  const about = {
    model: model.family,
    records: train.recordCount,
    coverage,
    ...privacy && { privacy },
  };
  if ("learn" in model) return { ...about, descent: null };
  const { epochs } = training;
  const lengths = lengthsOf(model, train);
  const batches = Array.from(stepsOf(model, train, training, 0), ({ records }) => records);
  const how = { ...training, privacy };
  const found = await timed(model, train, how, batches);
  const rows = sum(batches.map((records) => sum(Array.from(records, (i) => lengths[i]))));
  const validationRows = sum(lengthsOf(model, splitOf(cohort, "validation")));
  return {
    ...about,
    descent: {
      parameters: trainedNumbers(model),
      bytes: bytesOf(model, train, batches, how),
      epochs,
      steps: batches.length,
      rows,
      secondsPerEpoch: found.seconds / found.rows * (rows + judgingShare * validationRows),
      timedSteps: found.steps,
      hasSecondStage: model.adversary !== undefined,
    },
  };
}
