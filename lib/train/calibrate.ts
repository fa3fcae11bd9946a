/**
 * The last step of training: calibration in the large. Gradient descent stops at the epoch that
 * predicts validation records best, where the frequencies of rare columns are often not yet those
 * of the records: the end of a record, say, is expected 83 times where it occurs 195 times, so that
 * records become too long. Each output bias is therefore shifted to its maximum of likelihood.
 *
 * A shift s of the bias of a column adds s to its log odds l in every row. The log-likelihood's
 * slope in s is the actual count minus the expected one, Σ sigmoid(l + s): concave, so Newton's
 * steps find the maximum from the log odds alone, which one pass over the records counts. Where
 * columns share their probability (softmax), a shift also moves the others, and a few passes are
 * made. The shifted biases are kept only if validation records become more probable.
 *
 * @see docs/results.md
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { breathe } from "../breathe.ts";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { readableRecords } from "../models/coverage.ts";
import type { GradientModel } from "../models/interface/model.ts";
import { logOddsTally, type OutputBiases } from "../models/interface/output_biases.ts";
import { comfortable, fittingRuns } from "../models/room/needs.ts";
import { type NamedArrays, type NamedTensors, toTensors } from "../nn/parameters.ts";
import { roomOn } from "../nn/room.ts";
import type { OnProgress } from "../progress.ts";
import { batchesByLength } from "./batches.ts";
import { lengthsOf } from "./fit.ts";
import { readBest } from "./read_parameters.ts";
import { type Calibration, writeBest } from "./run_folder.ts";

/** Largest number of records per forward pass. */
const batch = 48;

/** A pass over a cohort's records with some parameters. */
type Pass = (
  parameters: NamedArrays,
  cohort: Cohort,
  see: (tensors: NamedTensors, records: Int32Array) => Promise<void>,
) => Promise<void>;

/**
 * Calibrates the best parameters of a run and stores them, unless that was done before. Nothing is
 * changed if the model has no output biases, gives validation records no probability, or these do not
 * agree; what happened is stored with the parameters.
 *
 * @param model of the run
 * @param cohort that it was trained on
 * @param folder of the run, whose epochs are finished
 * @param onProgress called after every pass over some records
 */
export async function calibrate(
  model: GradientModel,
  cohort: Cohort,
  folder: string,
  onProgress?: OnProgress,
): Promise<void> {
  const { outputBiases, likelihoods } = model;
  if (outputBiases === undefined || likelihoods === undefined) return;
  const { parameters, calibration } = await readBest(folder, model);
  if (calibration !== undefined) return;
  const began = performance.now();
  const done = (of: Omit<Calibration, "seconds">, found = parameters) =>
    writeBest(folder, found, { ...of, seconds: (performance.now() - began) / 1000 });
  const train = splitOf(cohort, "train");
  const validation = readableRecords(model, splitOf(cohort, "validation"));
  if (validation.recordCount === 0) { // nothing that could agree
    return await done({ validation_before: null, validation_after: null, kept: false });
  }
  const total = outputBiases.passes * train.recordCount + 2 * validation.recordCount;
  const pass = passOver(model, total, onProgress);
  const before = await meanLoss(likelihoods, validation, parameters, pass);
  let shifted = parameters;
  for (let k = 0; k < outputBiases.passes; k++) {
    const tally = logOddsTally(outputBiases.count);
    await pass(
      shifted,
      train,
      (tensors, records) => outputBiases.tally(tensors, train, records, tally),
    );
    shifted = withShifts(shifted, outputBiases, tally.shifts(outputBiases.passes > 1));
  }
  const after = await meanLoss(likelihoods, validation, shifted, pass);
  const kept = after < before;
  await done(
    { validation_before: before, validation_after: after, kept },
    kept ? shifted : parameters,
  );
}

/** Passes over a number of records in all, which are counted. */
function passOver(model: GradientModel, total: number, onProgress?: OnProgress): Pass {
  let done = 0;
  return async (parameters, cohort, see) => {
    const tensors = toTensors(parameters);
    try {
      for (const records of runsOf(model, cohort)) {
        await see(tensors, records);
        await breathe();
        done += records.length;
        onProgress?.({ stage: "calibrating", done, total });
      }
    } finally {
      tf.dispose(tensors);
    }
  };
}

/** Mean negative log-likelihood of records in nats per visit. */
async function meanLoss(
  likelihoods: Required<GradientModel>["likelihoods"],
  cohort: Cohort,
  parameters: NamedArrays,
  pass: Pass,
): Promise<number> {
  let loss = 0;
  let visits = 0;
  await pass(parameters, cohort, async (tensors, records) => {
    for (const each of await likelihoods(tensors, cohort, records)) {
      loss -= each.logProbability;
      visits += each.visits;
    }
  });
  return loss / visits;
}

/** The records by length, in runs of which each fits into one pass. */
function runsOf(model: GradientModel, cohort: Cohort): Int32Array[] {
  const room = comfortable(model, "judging", roomOn());
  return batchesByLength(lengthsOf(model, cohort), batch)
    .flatMap((records) => fittingRuns(model, "judging", room, cohort, records));
}

/** Parameters whose output biases are shifted. */
function withShifts(
  parameters: NamedArrays,
  { parameter, from }: OutputBiases,
  shifts: Float64Array,
): NamedArrays {
  const { shape, numbers } = parameters[parameter];
  const shifted = numbers.slice();
  shifts.forEach((shift, i) => shifted[from + i] += shift);
  return { ...parameters, [parameter]: { shape, numbers: shifted } };
}
