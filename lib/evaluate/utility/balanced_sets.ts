/**
 * How many records classifiers are trained, validated and tested on. As published (Theodorou, Xiao &
 * Sun 2023): 2,500, 250 and 500 records of a label, half of them with it. Smaller cohorts have smaller
 * sets: nine tenths of the training records, the last tenth, and as many as are held out.
 *
 * @module
 */
import { flag, object, whole } from "../../files/checked_json.ts";
import type { Case, CasePool } from "./cases.ts";

/** Records of each set, half of them with the label. */
export interface SetSizes {
  /** To train on. */
  train: number;
  /** To choose the best epoch. */
  validation: number;
  /** To test on, from held-out records. */
  test: number;
  /** Whether these are the published sizes. */
  as_published: boolean;
  /** Repetitions with other draws and other initial parameters; figures are their means. */
  repetitions: number;
}

/** {@link SetSizes}, when they are read from a file. */
export const setSizesSchema = object({
  train: whole(2),
  validation: whole(2),
  test: whole(2),
  as_published: flag,
  repetitions: whole(1),
});

/** The published sizes. */
const published = { train: 2500, validation: 250, test: 500 };

/** The sizes for a number of training and held-out records. */
export function setSizes(trainRecords: number, heldOut: number, repetitions: number): SetSizes {
  const even = (wanted: number, most: number) =>
    2 * Math.max(1, Math.floor(Math.min(wanted, most) / 2));
  const train = even(published.train, 0.9 * trainRecords);
  const validation = even(published.validation, 0.1 * trainRecords);
  const test = even(published.test, heldOut);
  const as_published = train === published.train && test === published.test &&
    validation === published.validation;
  return { train, validation, test, as_published, repetitions };
}

/** How long a classifier is trained on a set. */
export interface TrainingLength {
  /** Cases per step, on average. */
  readonly batch: number;
  /** Most epochs. */
  readonly epochs: number;
  /** Adam's learning rate. */
  readonly learningRate: number;
}

/** Of sets that are smaller than the published ones: most cases per step, epochs, and steps in each. */
const [mostCases, mostEpochs, epochSteps] = [64, 14, 13];

/**
 * As published: 25 epochs of batches of 512 with learning rate 0.001. Smaller sets would have too few
 * steps then: they get about 180 with learning rate 0.006, in 14 epochs, or in fewer where a step takes
 * 64 cases. (On the Synthea sample, the mean AUROC of real-trained classifiers was 0.92 so, 0.86 with
 * 0.004 and 0.78 with 0.012. On 1,684 training patients and eight labels, it was 0.999 in 8 epochs with
 * 64 cases a step, 0.996 in 4 epochs with 32, and 0.995 in 14 epochs with 116, which took 1.5 times as
 * long.)
 */
export function trainingLength(cases: number, { as_published }: SetSizes): TrainingLength {
  if (as_published) return { batch: 512, epochs: 25, learningRate: 0.001 };
  const batch = Math.min(mostCases, Math.max(4, Math.round(cases / epochSteps)));
  const fewer = Math.max(1, Math.round(mostEpochs * epochSteps * batch / cases));
  const epochs = batch < mostCases ? mostEpochs : fewer;
  return { batch, epochs, learningRate: 0.006 };
}

/**
 * Training records of a class in two disjoint parts: a tenth, at most as many as are drawn, from which
 * validation records are drawn, and the others.
 */
function reserved(
  cases: readonly Case[],
  validation: number,
): { validation: Case[]; train: Case[] } {
  const count = Math.min(validation, Math.max(1, Math.floor(cases.length / 10)));
  return { validation: cases.slice(0, count), train: cases.slice(count) };
}

/** Two disjoint pools from shuffled cases, see {@link setSizes}. */
export function disjointPools(
  { positives, negatives }: CasePool,
  { validation }: SetSizes,
): { validation: CasePool; train: CasePool } {
  const [of, others] = [positives, negatives].map((cases) => reserved(cases, validation / 2));
  return {
    validation: { positives: of.validation, negatives: others.validation },
    train: { positives: of.train, negatives: others.train },
  };
}
