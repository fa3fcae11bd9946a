/**
 * Can outcomes be predicted as well after training on synthetic records as after training on real ones?
 * The outcomes of clinical benchmarks (Harutyunyan et al. 2019, and SynEHRgy's evaluation), where
 * visits are all that is known: readmission within 30 days, death, and a stay longer than the median. The
 * classifier is that of `phenotyping.ts`; it reads the codes of the visits before the outcome, see
 * `outcome_cases.ts`. All are tested on the same held-out real records, in balanced sets.
 *
 * An area under the ROC curve near that of classifiers trained on real records is good, and 0.5 is no
 * better than guessing.
 *
 * @module
 */
import * as v from "valibot";
import { object, type Schema } from "../../../files/checked_json.ts";
import type { OnProgress } from "../../../progress.ts";
import type { Answer, Asked, ThoroughMeasure } from "../../measure.ts";
import { type LeftOut, leftOutSchema } from "../../not_measured.ts";
import { type SetSizes, setSizes, setSizesSchema } from "../balanced_sets.ts";
import { tooFew } from "../phenotype_figures.ts";
import { type ClassifierTask, testedTasks } from "../train_and_test.ts";
import {
  headlines,
  type TrainedOnEach,
  trainedOnEach,
  trainedOnEachSchema,
} from "../trained_on_each.ts";
import { type Outcome, outcomeList } from "./outcome_cases.ts";

/** How well classifiers predict outcomes. An outcome that is left out is null. */
export interface OutcomeFigures {
  /** A next visit within 30 days, given that there is one. */
  readmission: TrainedOnEach | null;
  /** Death, from the visits before it. */
  mortality: TrainedOnEach | null;
  /** A stay longer than the real median, from the visits before it. */
  length_of_stay: TrainedOnEach | null;
  /** Records of the sets, which are balanced. */
  sizes: SetSizes;
  /** Outcomes that the records do not tell, and why. */
  left_out: LeftOut[];
}

type OutcomeName = keyof typeof outcomeList;

const all: readonly (readonly [OutcomeName, Outcome])[] = [
  ["readmission", outcomeList.readmission],
  ["mortality", outcomeList.mortality],
  ["length_of_stay", outcomeList.length_of_stay],
];

/** The task of an outcome, or why it is left out. */
function taskOf(
  label: number,
  { poolsOf, draw, classes }: Outcome,
  { real, heldOut = real.cohort, others, seed, minCell = 1 }: Asked,
): ClassifierTask | string {
  const poolOf = poolsOf(real.cohort, seed);
  if (typeof poolOf === "string") return poolOf;
  const [train, test] = [real.cohort, heldOut].map(poolOf);
  if (Math.min(train.positives.length, train.negatives.length) < minCell) {
    return `fewer than ${minCell} real patients are in one of the classes`;
  }
  const sources = others.map(({ role, cohort }) => ({ role, pool: poolOf(cohort) }));
  return tooFew({ train, test }, classes) ?? { label, train, test, sources, draw };
}

async function answers(
  asked: Asked,
  onProgress?: OnProgress,
): Promise<Answer<OutcomeFigures | null>[]> {
  const { real, heldOut, others, quick = false } = asked;
  if (heldOut === undefined) return others.map(() => ({ figures: null, resampled: {} }));
  const sizes = setSizes(real.cohort.recordCount, heldOut.recordCount, quick ? 1 : 3);
  const left_out: LeftOut[] = [];
  const found: { name: OutcomeName; task: ClassifierTask }[] = [];
  for (const [label, [name, outcome]] of all.entries()) {
    const task = taskOf(label, outcome, asked);
    if (typeof task === "string") left_out.push({ label: outcome.label, reason: task });
    else found.push({ name, task });
  }
  const tasks = found.map(({ task }) => task);
  const tested = await testedTasks(tasks, sizes, { ...asked, heldOut }, onProgress);
  return others.map((_, source) => {
    const figures: OutcomeFigures = {
      readmission: null,
      mortality: null,
      length_of_stay: null,
      sizes,
      left_out,
    };
    const resampled: Record<string, Float64Array> = {};
    for (const [i, { name }] of found.entries()) {
      const { real: own, sources } = tested[i].series;
      figures[name] = trainedOnEach(own, sources[source]);
      Object.assign(resampled, headlines(name, own, sources[source].synthetic));
    }
    return { figures, resampled };
  });
}

/** {@link OutcomeFigures}, when they are read from a file; null for cohorts that are not asked about. */
const schema: Schema<OutcomeFigures | null> = v.nullable(object({
  readmission: v.nullable(trainedOnEachSchema),
  mortality: v.nullable(trainedOnEachSchema),
  length_of_stay: v.nullable(trainedOnEachSchema),
  sizes: setSizesSchema,
  left_out: leftOutSchema,
}));

/** Classifiers of outcomes from the visits before them. */
export const outcomes: ThoroughMeasure<"outcomes", OutcomeFigures | null> = {
  key: "outcomes",
  question: "Can readmission, death and long stays be predicted?",
  needs: ["held_out"],
  of: ["synthetic", "floor", "memoriser"],
  effort: "thorough",
  thread: "main",
  schema,
  ask: answers,
};
