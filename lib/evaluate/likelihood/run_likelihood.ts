/**
 * How probable the real test records are under a trained run: the forward passes behind
 * {@link likelihoodMetrics}.
 *
 * @module
 */
import { breathe } from "../../breathe.ts";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, splitOf } from "../../cohort/cohort.ts";
import { fingerprint } from "../../cohort/fingerprint.ts";
import { reindexed } from "../../cohort/trim.ts";
import { readableRecords } from "../../models/coverage.ts";
import type { Model, RecordLikelihood } from "../../models/interface/model.ts";
import { comfortable, fittingRuns } from "../../models/room/needs.ts";
import { checkRoom } from "../../models/room/room_check.ts";
import { toTensors } from "../../nn/parameters.ts";
import { roomOn } from "../../nn/room.ts";
import type { OnProgress } from "../../progress.ts";
import { batchesByLength } from "../../train/batches.ts";
import { modelOf, type Run } from "../../train/run_folder.ts";
import { checkResamples } from "../bootstrap.ts";
import { differenceOfNames } from "../vocabularies.ts";
import { likelihoodMetrics, tooLongInWords } from "./likelihood.ts";
import type { Likelihood, TooLong } from "../report.ts";

/** How to compute the test loss of a run. */
export interface RunLikelihoodOptions {
  /** Random seed of the resamples behind the interval; default 0. */
  readonly seed?: number | undefined;
  /** Resamples of patients behind the interval; default 1,000; 0: no intervals. */
  readonly resamples?: number | undefined;
  /** Largest number of records per forward pass; default 48. The figures do not depend on it. */
  readonly batch?: number | undefined;
  /** Called after every batch. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * The records of a cohort without the codes that another cohort lacks, and without the visits that
 * become empty: a model that saw no such code writes no such visit.
 *
 * @returns also how many occurrences of codes were left out
 */
export function withoutUnseenCodes(
  source: Cohort,
  seenIn: Cohort,
): { known: Cohort; unseenCodeOccurrences: number } {
  const { vocabulary } = source;
  const newIndex = new Int32Array(vocabulary.codes.length).fill(-1);
  for (const code of seenIn.codes) newIndex[code] = code;
  const known = reindexed(source, { newIndex, vocabulary });
  return { known, unseenCodeOccurrences: source.codes.length - known.codes.length };
}

/** The test records without codes that training never saw, and those of them that a model reads whole. */
function testRecords(model: Model, real: Cohort) {
  const { known, unseenCodeOccurrences } = withoutUnseenCodes(
    splitOf(real, "test"),
    splitOf(real, "train"),
  );
  const readable = readableRecords(model, known);
  const of = known.recordCount;
  const records = of - readable.recordCount;
  const context = model.rowLimit + 1;
  return {
    readable,
    unseenCodeOccurrences,
    tooLong: records === 0 ? undefined : { records, of, context },
  };
}

/**
 * Whether a run's model gives records a probability.
 *
 * @param real if given, also whether it reads any of its test records to the end
 */
export function hasLikelihood(run: Run, real?: Cohort): boolean {
  const model = modelOf(run.runConfig);
  if (model.likelihoods === undefined) return false;
  return real === undefined || testRecords(model, real).readable.recordCount > 0;
}

/** The test records' likelihoods under a run, in the order of the test split. */
export interface TestLikelihoods {
  /** Of those that the model reads to their end. */
  readonly perRecord: readonly RecordLikelihood[];
  /** The others, if there are some. */
  readonly tooLong?: TooLong | undefined;
  /** Columns of a row. */
  readonly cells: number;
  /** Whether the log-probabilities are lower bounds. */
  readonly isBound: boolean;
  /** As in {@link Likelihood}. */
  readonly unseenCodeOccurrences: number;
}

/**
 * A run's test metrics on the test split of the cohort that it was trained on. Codes that the train
 * split lacks are left out of the test visits and counted, as in the paper. Records that are longer
 * than the context of a model that learns long records up to there are left out and counted.
 *
 * @param run its model's backend must have been chosen; a run that does not say what it was trained
 *   on (`runConfig.cohort` is "", as from the original's weights) can be used with any cohort
 * @param real with splits, and with the run's codes and labels
 * @throws {RangeError} If it is not the cohort that the run was trained on, with the same splits,
 *   if codes or labels differ, a test record is too long for a model that refuses such records, all
 *   are too long, or the model has no likelihood
 * @see Theodorou et al. 2023 (HALO), evaluation of the language model
 */
export async function runLikelihood(
  run: Run,
  real: Cohort,
  { seed, resamples, batch, onProgress }: RunLikelihoodOptions = {},
): Promise<Likelihood> {
  if (resamples !== undefined) checkResamples(resamples);
  const { perRecord, cells, ...about } = await testLikelihoods(run, real, { batch, onProgress });
  return likelihoodMetrics(perRecord, cells, { seed, resamples, ...about });
}

/** Makes sure that a cohort is the one that a run was trained on, with the same splits. */
async function checkTrainedOn(run: Run, real: Cohort): Promise<void> {
  const difference = differenceOfNames(
    [real.vocabulary.codes, "real cohort"],
    [run.vocabulary.codes, "run"],
  ) ?? differenceOfNames([real.labelNames, "real cohort"], [run.labelNames, "run"]);
  if (difference !== undefined) {
    throw new RangeError(`Cannot compute the test loss on this cohort: ${difference}`);
  }
  const { cohort: trainedOn } = run.runConfig;
  if (trainedOn !== "" && trainedOn !== await fingerprint(real)) {
    throw new RangeError(
      "Cannot compute the test loss on this cohort: the run was trained on another cohort or " +
        "other splits, so training records may be among the test records",
    );
  }
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
      fittingRuns(model, "judging", comfortable(model, roomOn()), cohort, records),
    likelihoodsOf: async (records) => await model.likelihoods?.(tensors, cohort, records) ?? [],
    dispose: () => tf.dispose(tensors),
  };
}

/** The likelihoods that {@link runLikelihood} summarises; throws the same errors. */
export async function testLikelihoods(
  run: Run,
  real: Cohort,
  { batch, onProgress }: Pick<RunLikelihoodOptions, "batch" | "onProgress"> = {},
): Promise<TestLikelihoods> {
  await checkTrainedOn(run, real);
  const model = modelOf(run.runConfig);
  if (model.likelihoods === undefined) {
    throw new RangeError(
      `Cannot compute the test loss: "${model.family}" gives records no likelihood`,
    );
  }
  const { readable, ...leftOut } = testRecords(model, real);
  if (readable.recordCount === 0 && leftOut.tooLong !== undefined) {
    throw new RangeError(`Cannot compute the test loss: ${tooLongInWords(leftOut.tooLong)}`);
  }
  const perRecord = await likelihoodsOf(model, run, readable, { batch, onProgress });
  const { columns, likelihoodIsBound = false } = model;
  return { perRecord, cells: columns, isBound: likelihoodIsBound, ...leftOut };
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
  { batch = 48, onProgress }: Pick<RunLikelihoodOptions, "batch" | "onProgress"> = {},
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
