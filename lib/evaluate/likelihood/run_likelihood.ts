/**
 * How probable are the real test records under a trained run: the forward passes behind
 * {@link likelihoodMetrics}.
 *
 * @module
 */
import { breathe } from "../../breathe.ts";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, splitOf } from "../../cohort/cohort.ts";
import { fingerprint } from "../../cohort/fingerprint.ts";
import { reindexed } from "../../cohort/trim.ts";
import type { RecordLikelihood } from "../../models/interface/model.ts";
import { comfortable, fittingRuns } from "../../models/room/needs.ts";
import { checkRoom } from "../../models/room/room_check.ts";
import { toTensors } from "../../nn/parameters.ts";
import { roomOn } from "../../nn/room.ts";
import type { OnProgress } from "../../progress.ts";
import { modelOf, type Run } from "../../train/run_folder.ts";
import { checkResamples } from "../bootstrap.ts";
import { differenceOfNames } from "../vocabularies.ts";
import { likelihoodMetrics } from "./likelihood.ts";
import type { Likelihood } from "../report.ts";

/** How to ask a run. */
export interface RunLikelihoodOptions {
  /** Names the resamples behind the interval; 0 when left out. */
  readonly seed?: number;
  /** Resamples of patients behind the interval; 1,000 when left out, 0 for none. */
  readonly resamples?: number;
  /** Most records to a forward pass; 48 when left out. The figures do not depend on it. */
  readonly batch?: number;
  /** Told of every batch. */
  readonly onProgress?: OnProgress;
}

/**
 * The records of a cohort without the codes that another one never holds, and without the visits that
 * this leaves empty: a model that saw no such code writes no such visit.
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

/** Whether a run's model gives records a probability. */
export function hasLikelihood(run: Run): boolean {
  return modelOf(run.runConfig).likelihoods !== undefined;
}

/** The test records' likelihoods under a run, in the order of the test split. */
export interface TestLikelihoods {
  readonly perRecord: readonly RecordLikelihood[];
  /** Columns of a row. */
  readonly cells: number;
  /** Whether the log-probabilities are lower bounds. */
  readonly isBound: boolean;
  /** As in {@link Likelihood}. */
  readonly unseenCodeOccurrences: number;
}

/**
 * A run's test metrics on the test split of the cohort that it was trained on. Codes that the train
 * split never holds are left out of the test visits and counted, as in the paper.
 *
 * @param run its model's backend must have been chosen; a run that does not say what it was trained
 *   on (`runConfig.cohort` is "", as from the original's weights) is judged by any cohort
 * @param real with splits, over the run's codes and labels
 * @throws {RangeError} If it is not the cohort that the run was trained on, with the same splits,
 *   if codes or labels differ, a test record is too long for the model, or the model has no
 *   likelihood
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

/** What {@link runLikelihood} sums up; throws what it throws. */
export async function testLikelihoods(
  run: Run,
  real: Cohort,
  { batch = 48, onProgress }: Pick<RunLikelihoodOptions, "batch" | "onProgress"> = {},
): Promise<TestLikelihoods> {
  const difference = differenceOfNames(
    [real.vocabulary.codes, "real cohort"],
    [run.vocabulary.codes, "run"],
  ) ?? differenceOfNames([real.labelNames, "real cohort"], [run.labelNames, "run"]);
  if (difference !== undefined) {
    throw new RangeError(`Cannot judge the run by this cohort: ${difference}`);
  }
  const { cohort: trainedOn } = run.runConfig;
  if (trainedOn !== "" && trainedOn !== await fingerprint(real)) {
    throw new RangeError(
      "Cannot judge the run by this cohort: it was trained on another one or on other splits, " +
        "so its training records may be among the test records",
    );
  }
  const model = modelOf(run.runConfig);
  if (model.likelihoods === undefined) {
    throw new RangeError(`Cannot judge the run: "${model.family}" has no likelihood of records`);
  }
  const { known, unseenCodeOccurrences } = withoutUnseenCodes(
    splitOf(real, "test"),
    splitOf(real, "train"),
  );
  const rows = Uint32Array.from(known.subjectIds, (_, record) => model.rowsOf(known, record));
  const tooLong = rows.findIndex((count) => count > model.rowLimit);
  if (tooLong >= 0) {
    throw new RangeError(
      `Cannot judge the run: test subject ${known.subjectIds[tooLong]} takes ${
        rows[tooLong]
      } rows, ` +
        `the model has ${model.rowLimit}`,
    );
  }
  const order = Int32Array.from(rows, (_, record) => record).sort((a, b) => rows[a] - rows[b]);
  const found: RecordLikelihood[] = new Array(known.recordCount);
  if (!("learn" in model)) checkRoom(model, { stage: "judging", cohort: known });
  const runsOf = (records: Int32Array) =>
    "learn" in model
      ? [records]
      : fittingRuns(model, "judging", comfortable(model, roomOn()), known, records);
  const tensors = "learn" in model ? {} : toTensors(run.parameters);
  const likelihoodsOf = (records: Int32Array) =>
    "learn" in model
      ? model.likelihoods?.(run.parameters, known, records)
      : model.likelihoods?.(tensors, known, records);
  try {
    for (let from = 0; from < order.length; from += batch) {
      const together = order.slice(from, from + batch);
      let done = from;
      for (const records of runsOf(together)) {
        const likelihoods = await likelihoodsOf(records);
        for (const [i, likelihood] of likelihoods?.entries() ?? []) found[records[i]] = likelihood;
        done += records.length;
        onProgress?.({ stage: "likelihood of test records", done, total: order.length });
        await breathe();
      }
    }
  } finally {
    tf.dispose(tensors);
  }
  const { columns, likelihoodIsBound = false } = model;
  return { perRecord: found, cells: columns, isBound: likelihoodIsBound, unseenCodeOccurrences };
}
