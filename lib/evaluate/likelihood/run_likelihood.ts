/**
 * How probable the real test records are under a trained run: the forward passes behind
 * {@link likelihoodMetrics}.
 *
 * @module
 */
import { checkArguments } from "../../arguments.ts";
import { type Cohort, splitOf, subset } from "../../cohort/cohort.ts";
import { reindexed } from "../../cohort/trim.ts";
import { readableRecords } from "../../models/coverage.ts";
import type { Model, RecordLikelihood } from "../../models/interface/model.ts";
import type { OnProgress } from "../../progress.ts";
import { modelOf, type Run } from "../../train/run_folder.ts";
import { checkResamples } from "../bootstrap.ts";
import { checkTrainedOn } from "../trained_on.ts";
import { likelihoodMetrics, tooLongInWords } from "./likelihood.ts";
import { likelihoodsOf } from "./record_likelihoods.ts";
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
  /**
   * The same with the codes that training never saw, where there are such; only of models that give
   * every single code of the vocabulary a probability, those over visit rows.
   */
  readonly withUnseen?: readonly RecordLikelihood[] | undefined;
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
 * @throws {TypeError} If they are no run and no cohort
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
  checkArguments("runLikelihood", [run, "run"], [real, "cohort"]);
  if (resamples !== undefined) checkResamples(resamples);
  const { perRecord, cells, ...about } = await testLikelihoods(run, real, { batch, onProgress });
  return likelihoodMetrics(perRecord, cells, { seed, resamples, ...about });
}

/** The likelihoods that {@link runLikelihood} summarises; throws the same errors. */
export async function testLikelihoods(
  run: Run,
  real: Cohort,
  { batch, onProgress }: Pick<RunLikelihoodOptions, "batch" | "onProgress"> = {},
): Promise<TestLikelihoods> {
  await checkTrainedOn(run, real, {
    purpose: "Cannot compute the test loss on this cohort",
    why: "so training records may be among the test records",
  });
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
  const hasCells = perRecord.every(({ hits }) => hits !== undefined);
  const { unseenCodeOccurrences, tooLong } = leftOut;
  return {
    perRecord,
    ...hasCells && unseenCodeOccurrences > 0 && tooLong === undefined && {
      withUnseen: await withUnseenCodes(model, run, splitOf(real, "test"), { perRecord, readable }),
    },
    cells: columns,
    isBound: likelihoodIsBound,
    ...leftOut,
  };
}

/**
 * The likelihoods of test records with all their codes: computed for those that hold one that training
 * never saw, and kept for the others. A model over visit rows has a column for each code of the
 * vocabulary; that of such a code stays as training began it.
 *
 * @param test all test records
 * @param known the same without these codes
 */
async function withUnseenCodes(
  model: Model,
  run: Run,
  test: Cohort,
  known: { readonly perRecord: readonly RecordLikelihood[]; readonly readable: Cohort },
): Promise<RecordLikelihood[] | undefined> {
  const { perRecord, readable } = known;
  const eventsOf = ({ visitOffsets, codeOffsets }: Cohort, record: number) =>
    codeOffsets[visitOffsets[record + 1]] - codeOffsets[visitOffsets[record]];
  const changed = [...perRecord.keys()].filter((record) =>
    eventsOf(test, record) > eventsOf(readable, record)
  );
  const whole = subset(test, changed);
  const isTooLong = (_: unknown, record: number) => model.rowsOf(whole, record) > model.rowLimit;
  if (changed.some(isTooLong)) return undefined;
  const found = [...perRecord];
  const likelihoods = await likelihoodsOf(model, run, whole);
  likelihoods.forEach((likelihood, i) => found[changed[i]] = likelihood);
  return found;
}
