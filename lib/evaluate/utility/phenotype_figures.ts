/**
 * The figures of measures that train a classifier for each label: which labels are asked about, and
 * what is said about each and about all of them.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../cohort/cohort.ts";
import { list, object, type Schema, text, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { meanSeries, type Predictions } from "../classification/classifier_figures.ts";
import { type Reliability, reliability, reliabilitySchema } from "../classification/reliability.ts";
import type { Answer, Asked, ThoroughMeasure } from "../measure.ts";
import { leftOutSchema } from "../not_measured.ts";
import { type SetSizes, setSizes, setSizesSchema } from "./balanced_sets.ts";
import type { CasePool } from "./cases.ts";
import { type ClassifierTask, type TaskSeries, testedTasks } from "./train_and_test.ts";
import {
  eachEntries,
  headlines,
  type TrainedOnEach,
  trainedOnEach,
  trainedOnEachSchema,
} from "./trained_on_each.ts";

/** A label, and how well classifiers of it do. */
export interface PhenotypeRow extends TrainedOnEach {
  /** Its name. */
  label: string;
}

/** How reliable the probabilities of classifiers are. */
export interface ClassifierReliability {
  /** Of those trained on real records. */
  real: Reliability;
  /** Of those trained on the other cohort's. */
  synthetic: Reliability;
}

/** The figures of a measure that trains a classifier for each label. */
export interface PhenotypeFigures {
  /** Means over the labels; null if none is left. */
  macro: TrainedOnEach | null;
  /** One entry for each label. */
  labels: PhenotypeRow[];
  /**
   * Reliability of the classifiers of all labels together, whether they were trained on real records or
   * on the other cohort's; absent without labels, and in older reports.
   */
  calibration?: ClassifierReliability | undefined;
  /** Records of the sets, which are balanced. */
  sizes: SetSizes;
  /** Labels for which no classifiers were trained, and why. */
  left_out: { label: string; reason: string }[];
  /** Further labels, not named because too few real patients have or lack them; absent if none. */
  rare_labels?: number | undefined;
}

/** {@link PhenotypeFigures}, when they are read from a file; null for cohorts that are not asked about. */
const phenotypeFiguresSchema: Schema<PhenotypeFigures | null> = v.nullable(object({
  macro: v.nullable(trainedOnEachSchema),
  labels: list(object({ label: text, ...eachEntries })),
  calibration: v.optional(object({ real: reliabilitySchema, synthetic: reliabilitySchema })),
  sizes: setSizesSchema,
  left_out: leftOutSchema,
  rare_labels: v.optional(whole(1)),
}));

/** Records of each class that training must have. */
const leastTrain = 20;
/** Records of each class that held-out records must have. */
const leastTest = 10;

/** Why there are too few records for a task; undefined if there are enough. */
export function tooFew(
  { train, test }: Pick<ClassifierTask, "train" | "test">,
  [having, lacking]: readonly [having: string, lacking: string] = ["have it", "lack it"],
): string | undefined {
  const needed = [
    [train.positives.length, leastTrain, "training", having],
    [train.negatives.length, leastTrain, "training", lacking],
    [test.positives.length, leastTest, "held-out", having],
    [test.negatives.length, leastTest, "held-out", lacking],
  ] as const;
  const short = needed.find(([count, least]) => count < least);
  return short && `fewer than ${short[1]} ${short[2]} records ${short[3]}`;
}

/** Labels by whether they may be named: at least `minCell` real patients have and lack each. */
function namedLabels({ real: { cohort }, minCell = 1 }: Asked): number[] {
  const { labels, labelNames, recordCount } = cohort;
  const counts = labelNames.map(() => 0);
  for (let i = 0; i < labels.length; i++) counts[i % labelNames.length] += labels[i];
  return [...labelNames.keys()].filter((label) =>
    Math.min(counts[label], recordCount - counts[label]) >= minCell
  );
}

/** The series of all labels, as means over them. */
function macroSeries(all: readonly TaskSeries[], source: number): TaskSeries["sources"][number] {
  const of = all.map(({ sources }) => sources[source]);
  const both = of.flatMap((each) => each.both ?? []);
  return {
    synthetic: meanSeries(of.map(({ synthetic }) => synthetic)),
    both: both.length > 0 ? meanSeries(both) : null,
  };
}

/**
 * The answers of a measure that trains classifiers.
 *
 * @param taskOf what is asked about a label, or why it is left out
 */
async function phenotypeAnswers(
  asked: Asked,
  taskOf: (label: number) => ClassifierTask | string,
  onProgress?: OnProgress,
): Promise<Answer<PhenotypeFigures | null>[]> {
  const { real: { cohort }, heldOut, others, quick = false } = asked;
  if (heldOut === undefined) return others.map(() => ({ figures: null, resampled: {} }));
  const sizes = setSizes(cohort.recordCount, heldOut.recordCount, quick ? 1 : 3);
  const named = namedLabels(asked);
  const left_out: PhenotypeFigures["left_out"] = [];
  const tasks: ClassifierTask[] = [];
  for (const label of named) {
    const task = taskOf(label);
    if (typeof task !== "string") tasks.push(task);
    else left_out.push({ label: cohort.labelNames[label], reason: task });
  }
  const tested = await testedTasks(tasks, sizes, { ...asked, heldOut }, onProgress);
  const all = tested.map(({ series }) => series);
  const rare = cohort.labelNames.length - named.length;
  const rest = { sizes, left_out, ...rare > 0 && { rare_labels: rare } };
  if (all.length === 0) {
    return others.map(() => ({ figures: { macro: null, labels: [], ...rest }, resampled: {} }));
  }
  const real = meanSeries(all.map((each) => each.real));
  const reliabilityOf = (predictions: Predictions[]) =>
    reliability(predictions, { ...asked, testRecords: heldOut.recordCount });
  const realReliability = reliabilityOf(tested.flatMap((each) => each.real));
  return others.map((_, source) => {
    const macro = macroSeries(all, source);
    const labels = all.map((series, i) => ({
      label: cohort.labelNames[tasks[i].label],
      ...trainedOnEach(series.real, series.sources[source]),
    }));
    return {
      figures: {
        macro: trainedOnEach(real, macro),
        labels,
        calibration: {
          real: realReliability,
          synthetic: reliabilityOf(tested.flatMap(({ sources }) => sources[source].synthetic)),
        },
        ...rest,
      },
      resampled: headlines("macro", real, macro.synthetic),
    };
  });
}

/** A measure that trains classifiers of labels. */
interface PhenotypingOptions<Key extends string> {
  /** The same as in {@link Measure}. */
  readonly key: Key;
  /** The same as in {@link Measure}. */
  readonly question: string;
  /** What the cases of a label are, in any cohort; or why the label is left out. */
  poolsOf(training: Cohort, label: number): ((cohort: Cohort) => CasePool) | string;
  /** The same as in {@link ClassifierTask}. */
  readonly draw: ClassifierTask["draw"];
  /** What records of either class must do, to say that there are too few; default "have it", "lack it". */
  readonly classes?: readonly [having: string, lacking: string];
}

/** A measure of classifiers that are trained on each cohort and tested on held-out records. */
export function phenotypingMeasure<const Key extends string>(
  { key, question, poolsOf, draw, classes }: PhenotypingOptions<Key>,
): ThoroughMeasure<Key, PhenotypeFigures | null> {
  return {
    key,
    question,
    needs: ["labels", "held_out"],
    of: ["synthetic", "floor", "memoriser"],
    effort: "thorough",
    thread: "main",
    schema: phenotypeFiguresSchema,
    ask(asked, onProgress) {
      const { real, heldOut = real.cohort, others } = asked;
      const taskOf = (label: number) => {
        const poolOf = poolsOf(real.cohort, label);
        if (typeof poolOf === "string") return poolOf;
        const [train, test] = [real.cohort, heldOut].map(poolOf);
        const sources = others.map(({ role, cohort }) => ({ role, pool: poolOf(cohort) }));
        return tooFew({ train, test }, classes) ?? { label, train, test, sources, draw };
      };
      return phenotypeAnswers(asked, taskOf, onProgress);
    },
  };
}
