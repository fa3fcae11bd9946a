/**
 * The rare-condition experiment of HALO's evaluation (Theodorou, Xiao & Sun 2023): a classifier learns a
 * label from many records without it and few with it; from the same, balanced by synthetic records
 * with the label; and from the same, balanced by real ones, which is the best that augmentation could
 * reach. Published: 50,000 records without the label and 1,000 with it; smaller cohorts have smaller
 * sets in the same proportion.
 *
 * @module
 */
import { checkArguments, checkOptions } from "../../arguments.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { generate } from "../../generate/generate.ts";
import { type LongWork, longWork, type LongWorkOptions } from "../../long_work.ts";
import { useDefaultBackend } from "../../nn/backend.ts";
import { stream } from "../../random.ts";
import type { Run } from "../../train/run_folder.ts";
import { alignedCohorts } from "../align.ts";
import { checkResamples, resampleWeights } from "../bootstrap.ts";
import {
  type ClassifierDifferences,
  type ClassifierFigures,
  differencesOf,
  emptySeries,
  type FigureSeries,
  figuresIn,
  figuresOf,
  type Predictions,
  predictionsOf,
  setMeans,
} from "../classification/classifier_figures.ts";
import { checkReal } from "../real_splits.ts";
import { withoutEmptyRecords } from "../without_empty_records.ts";
import { disjointPools, type SetSizes, setSizes, trainingLength } from "./balanced_sets.ts";
import { balancedCases, type Case, type CasePool, casesOf, drawnCases } from "./cases.ts";
import { tooFew } from "./phenotype_figures.ts";
import { resampledRepetitions } from "./train_and_test.ts";
import { classified, trainedClassifier } from "./trained_classifier.ts";

/** What to try. */
export interface RareConditionOptions extends LongWorkOptions {
  /** The label that is made rare. */
  readonly label: string;
  /** Records without the label; default as many as training records have it, at most 50,000. */
  readonly negatives?: number | undefined;
  /** Records with the label that the classifier gets; default a fiftieth of `negatives`, at least 10. */
  readonly positives?: number | undefined;
  /** Repetitions with other draws, synthetic records and initial parameters; default 3. */
  readonly repetitions?: number | undefined;
  /** Random seed; default 0. */
  readonly seed?: number | undefined;
  /** Resamples of test patients and repetitions behind each interval; default 1,000. */
  readonly resamples?: number | undefined;
}

const optionNames = Object.keys(
  {
    label: 0,
    negatives: 0,
    positives: 0,
    repetitions: 0,
    seed: 0,
    resamples: 0,
    onProgress: 0,
    signal: 0,
  } satisfies Record<keyof RareConditionOptions, 0>,
);

/** What augmentation adds where positives are few. */
export interface RareCondition {
  /** The label. */
  label: string;
  /** Records that the classifiers learn from; `added` are synthetic or further real ones. */
  records: { negatives: number; positives: number; added: number; test: number };
  /** Without augmentation. */
  none: ClassifierFigures;
  /** Augmented by synthetic records with the label. */
  synthetic: ClassifierFigures;
  /** Augmented by real records with the label. */
  perfect: ClassifierFigures;
  /** Above 0 if synthetic records help (`brier`: below 0). */
  synthetic_minus_none: ClassifierDifferences;
  /** What real records would add. */
  perfect_minus_none: ClassifierDifferences;
}

const arms = ["none", "synthetic", "perfect"] as const;
type Arm = typeof arms[number];

/** The label's index and the real records by it; throws where there are too few. */
function poolsOf(cohort: Cohort, wanted: string) {
  const label = cohort.labelNames.indexOf(wanted);
  const fail = (why: string): never => {
    throw new RangeError(`Cannot try the rare condition "${wanted}": ${why}`);
  };
  if (label < 0) {
    fail(`there is no such label; known: ${cohort.labelNames.join(", ") || "none"}`);
  }
  const { train, heldOut } = checkReal(cohort);
  const tested = withoutEmptyRecords(heldOut);
  const pools = { train: casesOf(train, label), test: casesOf(tested, label) };
  const problem = tooFew(pools);
  if (problem !== undefined) fail(problem);
  return { label, ...pools, trainRecords: train.recordCount, testRecords: tested.recordCount };
}

/** How many records of each kind the classifiers get. */
function recordCounts(
  { positives: having, negatives: lacking }: CasePool,
  options: RareConditionOptions,
): { negatives: number; positives: number; added: number } {
  const { negatives = Math.min(50_000, having.length, lacking.length) } = options;
  const { positives = Math.max(10, Math.round(negatives / 50)) } = options;
  const isRight = Number.isSafeInteger(negatives) && Number.isSafeInteger(positives) &&
    positives >= 1 && positives < negatives;
  if (isRight && negatives <= Math.min(having.length, lacking.length)) {
    return { negatives, positives, added: negatives - positives };
  }
  throw new RangeError(
    `Cannot try a rare condition with ${positives} records among ${negatives} without it: must be ` +
      `fewer, and at most ${Math.min(having.length, lacking.length)} of each, since perfect data ` +
      `are real records`,
  );
}

/** Synthetic records with the label, over the codes of the real cohort. */
async function syntheticPositives(
  { run, cohort, label }: { run: Run; cohort: Cohort; label: string },
  { count, seed, signal }: { count: number; seed: number; signal: AbortSignal },
): Promise<readonly Case[]> {
  const generated = await generate(run, { count, labels: { [label]: 1 }, seed, signal });
  const { real, synthetic } = alignedCohorts(cohort, generated.cohort);
  if (real.vocabulary !== cohort.vocabulary) {
    throw new RangeError("Cannot try a rare condition: the run writes codes that the cohort lacks");
  }
  const found = casesOf(synthetic, synthetic.labelNames.indexOf(label)).positives;
  if (found.length > 0) return found;
  throw new RangeError("Cannot try a rare condition: no synthetic record has a visit");
}

/** What is tried, and on which records. */
interface Trial extends ReturnType<typeof poolsOf> {
  readonly cohort: Cohort;
  readonly run: Run;
  readonly options: RareConditionOptions;
  readonly seed: number;
  readonly sizes: SetSizes;
}

/** The records that the classifiers of a repetition learn from and are tested on. */
async function drawnSets(
  { cohort, run, options, seed, sizes, label, train, test }: Trial,
  repetition: number,
  signal: AbortSignal,
) {
  const draws = (set: number) => stream("rareCondition", seed, label, repetition, set);
  const pools = disjointPools({
    positives: draws(0).shuffle([...train.positives]),
    negatives: draws(1).shuffle([...train.negatives]),
  }, sizes);
  const counts = recordCounts(pools.train, options);
  const { positives, negatives, added } = counts;
  const synthetic = await syntheticPositives(
    { run, cohort, label: options.label },
    { count: added, seed: seed + repetition, signal },
  );
  const none = [
    ...pools.train.negatives.slice(0, negatives),
    ...pools.train.positives.slice(0, positives),
  ];
  const further = pools.train.positives.slice(positives, positives + added);
  const cases: Record<Arm, Case[]> = {
    none,
    synthetic: [...none, ...drawnCases(synthetic, added, draws(2))],
    perfect: [...none, ...further],
  };
  return {
    counts,
    cases,
    validation: balancedCases(pools.validation, sizes.validation / 2, draws(3)),
    tested: balancedCases(test, sizes.test / 2, draws(4)),
  };
}

/** The figures of each arm, resample by resample. */
function seriesOf(
  predictions: Record<Arm, Predictions[]>,
  testRecords: number,
  { seed, resamples, label }: { seed: number; resamples: number; label: number },
): Record<Arm, FigureSeries> {
  const series = {
    none: emptySeries(resamples),
    synthetic: emptySeries(resamples),
    perfect: emptySeries(resamples),
  };
  const weights = new Int32Array(testRecords);
  for (let resample = 0; resample <= resamples; resample++) {
    resampleWeights({ role: "held_out", seed }, resample, weights);
    const drawn = resampledRepetitions(predictions.none.length, resample, { seed, label });
    for (const arm of arms) {
      const figures = predictions[arm].map((each) => figuresIn(each, weights));
      setMeans(series[arm], resample, drawn.map((repetition) => figures[repetition]));
    }
  }
  return series;
}

async function tried(
  cohort: Cohort,
  run: Run,
  options: RareConditionOptions,
  { onProgress, signal }: LongWork,
): Promise<RareCondition> {
  const { seed = 0, resamples = 1000, repetitions = 3 } = options;
  checkResamples(resamples);
  const pools = poolsOf(cohort, options.label);
  // not the published balance, so not the published length of training
  const sizes = {
    ...setSizes(pools.trainRecords, pools.testRecords, repetitions),
    as_published: false,
  };
  const trial: Trial = { ...pools, cohort, run, options, seed, sizes };
  await useDefaultBackend();
  const predictions: Record<Arm, Predictions[]> = { none: [], synthetic: [], perfect: [] };
  let records = { negatives: 0, positives: 0, added: 0, test: sizes.test };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const { counts, cases, validation, tested } = await drawnSets(trial, repetition, signal);
    records = { ...counts, test: tested.length };
    for (const [index, arm] of arms.entries()) {
      const train = cases[arm];
      const place = [pools.label, repetition];
      const length = trainingLength(train.length, sizes);
      const classifier = await trainedClassifier({ train, validation, seed, place, length });
      predictions[arm].push(predictionsOf(await classified(classifier, tested), tested));
      const done = repetition * arms.length + index + 1;
      onProgress({ stage: "training classifiers", done, total: arms.length * repetitions });
    }
  }
  const { none, synthetic, perfect } = seriesOf(predictions, pools.testRecords, {
    seed,
    resamples,
    label: pools.label,
  });
  return {
    label: options.label,
    records,
    none: figuresOf(none),
    synthetic: figuresOf(synthetic),
    perfect: figuresOf(perfect),
    synthetic_minus_none: differencesOf(synthetic, none),
    perfect_minus_none: differencesOf(perfect, none),
  };
}

/**
 * What synthetic records with a label add where few real patients have it.
 *
 * Three classifiers are compared on the same held-out real patients: one that learns from many records
 * without the label and few with it, one that also gets synthetic records with the label until the
 * classes are balanced, and one that gets real records instead. The run has usually learned from all
 * training records with the label, as in the paper; a run trained on the few alone asks the harder
 * question.
 *
 * @example Copies of real records instead of a model's
 * ```ts
 * import { cohortOf, rareCondition, train, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = cohortOf(
 *   vocabulary(["a", "b"]),
 *   ["ill"],
 *   Array.from({ length: 200 }, (_, record) => ({
 *     visits: [[Math.floor(record / 5) % 2]],
 *     labels: [Math.floor(record / 5) % 2],
 *     split: [0, 0, 0, 1, 2][record % 5],
 *   })),
 * );
 * const run = await train(cohort, await Deno.makeTempDir(), { model: "memoriser", force: true });
 * const options = { label: "ill", positives: 10, repetitions: 1, resamples: 0 };
 * const { records } = await rareCondition(cohort, run, options);
 * assertEquals(records, { negatives: 54, positives: 10, added: 44, test: 40 });
 * ```
 *
 * @param cohort real, with splits and the label
 * @param run a model that has the label
 * @param options which label, and how many records
 * @throws {RangeError} If there is no such label, too few records have or lack it, or a number is out
 *   of range
 * @throws the reason of `signal`, once it is aborted
 */
export async function rareCondition(
  cohort: Cohort,
  run: Run,
  options: RareConditionOptions,
): Promise<RareCondition> {
  checkArguments("rareCondition", [cohort, "cohort"], [run, "run"], [options, "options"]);
  checkOptions("rareCondition", options, optionNames);
  return await longWork(
    options,
    () => "Experiment stopped by you; no figures are kept",
    (watched) => tried(cohort, run, options, watched),
  );
}
