/**
 * How probable single records are under a trained run: the forward passes behind test losses and
 * attacks by likelihood.
 *
 * @module
 */
import { breathe } from "../../breathe.ts";
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import type { Model, RecordLikelihood } from "../../models/interface/model.ts";
import { comfortable, fittingRuns } from "../../models/room/needs.ts";
import { checkRoom } from "../../models/room/room_check.ts";
import { toTensors } from "../../nn/parameters.ts";
import { roomOn } from "../../nn/room.ts";
import type { OnProgress } from "../../progress.ts";
import { batchesByLength } from "../../train/batches.ts";
import type { Run } from "../../train/run_folder.ts";

/** How to pass records through a model. */
interface PassOptions {
  /** Largest number of records per forward pass; default 48. The figures do not depend on it. */
  readonly batch?: number | undefined;
  /** Called after every batch. */
  readonly onProgress?: OnProgress | undefined;
}

/** Rows of each record; throws a RangeError if one is too long. */
function lengthsOf(model: Model, cohort: Cohort): Uint32Array {
  const rows = Uint32Array.from(cohort.subjectIds, (_, record) => model.rowsOf(cohort, record));
  const tooLong = rows.findIndex((count) => count > model.rowLimit);
  if (tooLong >= 0) {
    throw new RangeError(
      `Cannot compute the test loss: the record of test subject ${cohort.subjectIds[tooLong]} ` +
        `takes ${rows[tooLong]} steps, and the model writes at most ${model.rowLimit}`,
    );
  }
  return rows;
}

/** A model's passes over records. */
interface Passes {
  /** Cuts records into runs of which each fits into one pass. */
  readonly runsOf: (records: Int32Array) => Int32Array[];
  readonly likelihoodsOf: (records: Int32Array) => Promise<readonly RecordLikelihood[]>;
  readonly dispose: () => void;
}

/** Puts a run's parameters where its model takes them from; makes sure that a record has room. */
function passesOf(model: Model, { parameters }: Run, cohort: Cohort): Passes {
  if ("learn" in model) {
    return {
      runsOf: (records) => [records],
      likelihoodsOf: async (records) =>
        await model.likelihoods?.(parameters, cohort, records) ?? [],
      dispose: () => {},
    };
  }
  checkRoom(model, { stage: "judging", cohort });
  const tensors = toTensors(parameters);
  return {
    runsOf: (records) =>
      fittingRuns(model, "judging", comfortable(model, "judging", roomOn()), cohort, records),
    likelihoodsOf: async (records) => await model.likelihoods?.(tensors, cohort, records) ?? [],
    dispose: () => tf.dispose(tensors),
  };
}

/**
 * The likelihoods of all records of a cohort, in its order.
 *
 * @param cohort with the run's codes and labels
 * @throws {RangeError} If a record is too long for the model
 */
export async function likelihoodsOf(
  model: Model,
  run: Run,
  cohort: Cohort,
  { batch = 48, onProgress }: PassOptions = {},
): Promise<RecordLikelihood[]> {
  const lengths = lengthsOf(model, cohort);
  const found: RecordLikelihood[] = new Array(cohort.recordCount);
  const passes = passesOf(model, run, cohort);
  try {
    let done = 0;
    for (const records of batchesByLength(lengths, batch).flatMap(passes.runsOf)) {
      const likelihoods = await passes.likelihoodsOf(records);
      for (const [i, likelihood] of likelihoods.entries()) found[records[i]] = likelihood;
      done += records.length;
      onProgress?.({ stage: "computing test loss", done, total: lengths.length });
      await breathe();
    }
  } finally {
    passes.dispose();
  }
  return found;
}
