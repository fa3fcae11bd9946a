/**
 * Classifiers of one label, trained on real records, on those of other cohorts and on both, all tested
 * on the same held-out real records.
 *
 * @module
 */
import { breathe } from "../../breathe.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { useDefaultBackend } from "../../nn/backend.ts";
import type { OnProgress } from "../../progress.ts";
import { type Random, stream } from "../../random.ts";
import { resampleWeights, type Role } from "../bootstrap.ts";
import {
  emptySeries,
  type FigureSeries,
  figuresIn,
  type Predictions,
  predictionsOf,
  setMeans,
} from "../classification/classifier_figures.ts";
import type { Asked } from "../measure.ts";
import { disjointPools, type SetSizes, trainingLength } from "./balanced_sets.ts";
import type { Case, CasePool } from "./cases.ts";
import { classified, trainedClassifier } from "./trained_classifier.ts";

/** Records that a classifier may learn from instead of real ones. */
export interface Source {
  readonly role: Role;
  readonly pool: CasePool;
}

/** What is asked about one label. */
export interface ClassifierTask {
  /** Index of the label, part of the random streams' keys. */
  readonly label: number;
  /** Training records. */
  readonly train: CasePool;
  /** Held-out records. */
  readonly test: CasePool;
  /** Other cohorts. */
  readonly sources: readonly Source[];
  /** Draws a set, with as many records of each class as asked for. */
  draw(pool: CasePool, ofEach: number, draws: Random): Case[];
}

/** Predictions of the test records, one entry for each repetition; of controls one in all. */
export interface Tested {
  /** By classifiers trained on real records. */
  readonly real: Predictions[];
  /** By classifiers trained on each of the other cohorts, and on these and real records together. */
  readonly sources: { readonly synthetic: Predictions[]; readonly both: Predictions[] | null }[];
}

/**
 * Whether a cohort only shows where the scale begins and ends: the floor and the memoriser. Their
 * classifiers are trained in the first repetition alone, and never with real records added.
 */
function isControl(role: Role): boolean {
  return role !== "synthetic";
}

/** Number of classifiers that a task trains. */
function classifierCount(sources: readonly Pick<Source, "role">[], repetitions: number): number {
  const controls = sources.filter(({ role }) => isControl(role)).length;
  return controls + repetitions * (1 + 2 * (sources.length - controls));
}

/** The sets that are drawn, each from its own stream. */
const sets = ["order", "train", "validation", "test", "synthetic", "floor", "memoriser"] as const;

/** Whether there is something to learn: a cohort may have no record with the label, or none without. */
function hasBoth({ positives, negatives }: CasePool): boolean {
  return positives.length > 0 && negatives.length > 0;
}

/** Cases of a pool in random order. */
function shuffledPool({ positives, negatives }: CasePool, draws: Random): CasePool {
  return { positives: draws.shuffle([...positives]), negatives: draws.shuffle([...negatives]) };
}

/** Predictions of one repetition; null for controls after the first one. */
interface TestedOnce {
  readonly real: Predictions;
  readonly sources: ({ synthetic: Predictions; both: Predictions | null } | null)[];
}

/** One repetition of a task. */
async function testedOnce(
  task: ClassifierTask,
  sizes: SetSizes,
  { seed, repetition, onClassifier }: {
    readonly seed: number;
    readonly repetition: number;
    readonly onClassifier: () => void;
  },
): Promise<TestedOnce> {
  const place = [task.label, repetition];
  const draws = (set: typeof sets[number] | Role) =>
    stream("classifierCases", seed, ...place, sets.findIndex((name) => name === set));
  const pools = disjointPools(shuffledPool(task.train, draws("order")), sizes);
  const train = task.draw(pools.train, sizes.train / 2, draws("train"));
  const validation = task.draw(pools.validation, sizes.validation / 2, draws("validation"));
  const test = task.draw(task.test, sizes.test / 2, draws("test"));
  const predictedBy = async (cases: readonly Case[]) => {
    const length = trainingLength(cases.length, sizes);
    const classifier = await trainedClassifier({ train: cases, validation, seed, place, length });
    onClassifier();
    return predictionsOf(await classified(classifier, test), test);
  };
  const guesses = () => predictionsOf(new Float64Array(test.length).fill(0.5), test);
  const real = await predictedBy(train);
  const bySource = async ({ role, pool }: Source): Promise<TestedOnce["sources"][number]> => {
    const control = isControl(role);
    if (control && repetition > 0) return null;
    if (!hasBoth(pool)) return { synthetic: guesses(), both: control ? null : real };
    const own = task.draw(pool, sizes.train / 2, draws(role));
    const synthetic = await predictedBy(own);
    return { synthetic, both: control ? null : await predictedBy([...train, ...own]) };
  };
  const sources: TestedOnce["sources"] = [];
  for (const source of task.sources) sources.push(await bySource(source));
  return { real, sources };
}

/**
 * All repetitions of a task. A cohort without records of one of the classes teaches nothing: its
 * classifier gives each record the probability 0.5.
 *
 * @param onClassifier called after each trained classifier
 */
export async function testedOn(
  task: ClassifierTask,
  sizes: SetSizes,
  seed: number,
  onClassifier: () => void,
): Promise<Tested> {
  const found: TestedOnce[] = [];
  for (let repetition = 0; repetition < sizes.repetitions; repetition++) {
    found.push(await testedOnce(task, sizes, { seed, repetition, onClassifier }));
  }
  return {
    real: found.map(({ real }) => real),
    sources: task.sources.map(({ role }, i) => ({
      synthetic: found.flatMap(({ sources }) => sources[i]?.synthetic ?? []),
      both: isControl(role) ? null : found.flatMap(({ sources }) => sources[i]?.both ?? []),
    })),
  };
}

/** The figures of a task, resample by resample. */
export interface TaskSeries {
  readonly real: FigureSeries;
  readonly sources: { readonly synthetic: FigureSeries; readonly both: FigureSeries | null }[];
}

/**
 * The repetitions whose mean is taken in a resample: all of them for the figure itself, else as many
 * drawn with replacement. So intervals include how far training differs by its draws and its initial
 * parameters, which in small cohorts is as much as the patients do.
 */
export function resampledRepetitions(
  repetitions: number,
  resample: number,
  { seed, label }: { readonly seed: number; readonly label: number },
): number[] {
  const draws = stream("repetitions", seed, label, resample);
  return Array.from(
    { length: repetitions },
    (_, own) => resample === 0 ? own : draws.integer(repetitions),
  );
}

/**
 * The figures of all classifiers of a task for the test patients as they are, and for each resample of
 * patients and repetitions; means over repetitions.
 *
 * @param testRecords number of held-out records, which are resampled
 */
export async function taskSeries(
  { real, sources }: Tested,
  testRecords: number,
  { seed, resamples, label }: {
    readonly seed: number;
    readonly resamples: number;
    readonly label: number;
  },
): Promise<TaskSeries> {
  const found: TaskSeries = {
    real: emptySeries(resamples),
    sources: sources.map(({ both }) => ({
      synthetic: emptySeries(resamples),
      both: both && emptySeries(resamples),
    })),
  };
  const filled: [Predictions[], FigureSeries][] = [[real, found.real]];
  for (const [i, { synthetic, both }] of sources.entries()) {
    filled.push([synthetic, found.sources[i].synthetic]);
    const ofBoth = found.sources[i].both;
    if (both !== null && ofBoth !== null) filled.push([both, ofBoth]);
  }
  const weights = new Int32Array(testRecords);
  for (let resample = 0; resample <= resamples; resample++) {
    resampleWeights({ role: "held_out", seed }, resample, weights);
    const drawn = resampledRepetitions(real.length, resample, { seed, label });
    for (const [predictions, series] of filled) {
      const figures = predictions.map((each) => figuresIn(each, weights));
      const ofDrawn = drawn.map((repetition) => figures[repetition % figures.length]);
      setMeans(series, resample, ofDrawn);
    }
    await breathe();
  }
  return found;
}

/** A task's predictions, and its figures. */
export interface TestedTask extends Tested {
  readonly series: TaskSeries;
}

/**
 * The predictions and figures of several tasks, one after the other.
 *
 * @param onProgress called after each trained classifier
 */
export async function testedTasks(
  tasks: readonly ClassifierTask[],
  sizes: SetSizes,
  { heldOut, others, seed, resamples }:
    & Pick<Asked, "others" | "seed" | "resamples">
    & { readonly heldOut: Cohort },
  onProgress?: OnProgress,
): Promise<TestedTask[]> {
  if (tasks.length > 0) await useDefaultBackend();
  const total = tasks.length * classifierCount(others, sizes.repetitions);
  let done = 0;
  const onClassifier = () => onProgress?.({ stage: "training classifiers", done: ++done, total });
  const all: TestedTask[] = [];
  for (const task of tasks) {
    const tested = await testedOn(task, sizes, seed, onClassifier);
    const of = { seed, resamples, label: task.label };
    all.push({ ...tested, series: await taskSeries(tested, heldOut.recordCount, of) });
  }
  return all;
}
