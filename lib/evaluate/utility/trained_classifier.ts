/**
 * Trains the phenotype classifier and asks it: by Adam, and the state with the lowest validation loss is
 * kept, as published (Theodorou, Xiao & Sun 2023).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { breathe } from "../../breathe.ts";
import { drawn } from "../../nn/initial.ts";
import { adam } from "../../nn/optimizer.ts";
import { type NamedArrays, type NamedTensors, toTensors } from "../../nn/parameters.ts";
import { sigmoid, softplus } from "../../nn/sigmoid.ts";
import { type Random, stream } from "../../random.ts";
import { batchesByLength, epochBatches } from "../../train/batches.ts";
import type { TrainingLength } from "./balanced_sets.ts";
import type { Case } from "./cases.ts";
import {
  type ClassifierBatch,
  classifierBatch,
  classifierLogits,
  classifierLoss,
  initialClassifier,
} from "./phenotype_classifier.ts";

/** Visits of a batch, padding included, that are computed at once: about half a GiB. */
const mostRows = 2 ** 17;

/** How a classifier is trained. */
export interface ClassifierTraining {
  /** What it learns from. */
  readonly train: readonly Case[];
  /** What decides when it has learned enough. */
  readonly validation: readonly Case[];
  /** Random seed of parameters, order and dropout. */
  readonly seed: number;
  /** Further parts of the random streams' keys, such as label and repetition. */
  readonly place: readonly number[];
  /** How long. */
  readonly length: TrainingLength;
  /** Called after every step. */
  readonly onStep?: (() => void) | undefined;
}

/** Cases per batch so that the longest of them fit. */
function fitting(cases: readonly Case[], batch: number): number {
  const longest = cases.reduce((most, { visits }) => Math.max(most, visits), 1);
  return Math.max(1, Math.min(batch, Math.floor(mostRows / longest)));
}

/** The gradient of a batch's loss at each parameter. */
function gradientsOf(parameters: NamedTensors, batch: ClassifierBatch, noise: Random): tf.Tensor[] {
  const names = Object.keys(parameters);
  const { value, grads } = tf.valueAndGrads((...tensors) =>
    classifierLoss(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), batch, noise)
  )(Object.values(parameters));
  value.dispose();
  return grads;
}

/** [cases] Log odds, in the order of the cases. */
async function logOddsOf(
  parameters: NamedTensors,
  cases: readonly Case[],
): Promise<Float64Array> {
  const found = new Float64Array(cases.length);
  const lengths = cases.map(({ visits }) => visits);
  for (const part of batchesByLength(lengths, fitting(cases, 512))) {
    const batch = classifierBatch(Array.from(part, (i) => cases[i]));
    const logits = tf.tidy(() => classifierLogits(parameters, batch));
    const numbers = await logits.data();
    logits.dispose();
    part.forEach((i, at) => found[i] = numbers[at]);
    await breathe();
  }
  return found;
}

/** The mean binary cross-entropy of cases, in nats. */
async function meanLoss(parameters: NamedTensors, cases: readonly Case[]): Promise<number> {
  const logOdds = await logOddsOf(parameters, cases);
  const losses = logOdds.map((x, i) => softplus(x) - cases[i].isPositive * x);
  return losses.reduce((sum, loss) => sum + loss, 0) / cases.length;
}

/**
 * A trained classifier's parameters, by the names of the original.
 *
 * @throws {RangeError} If there are no cases to learn from, or none to validate with
 */
export async function trainedClassifier(
  { train, validation, seed, place, length, onStep }: ClassifierTraining,
): Promise<NamedArrays> {
  if (train.length === 0 || validation.length === 0) {
    throw new RangeError("Cannot train a classifier: there are no training or validation cases");
  }
  const codes = train[0].cohort.vocabulary.codes.length;
  const initial = drawn(
    initialClassifier({ codes }),
    stream("classifierParameters", seed, ...place),
  );
  const optimizer = adam(initial);
  const lengths = train.map(({ visits }) => visits);
  const batch = fitting(train, length.batch);
  let best = { loss: Infinity, parameters: initial };
  try {
    for (let epoch = 1; epoch <= length.epochs; epoch++) {
      const order = stream("classifierOrder", seed, ...place, epoch);
      for (const [step, part] of epochBatches(lengths, batch, order).entries()) {
        const cases = classifierBatch(Array.from(part, (i) => train[i]));
        const noise = stream("classifierDropout", seed, ...place, epoch, step);
        const gradients = gradientsOf(optimizer.parameters(), cases, noise);
        await optimizer.step(gradients, length.learningRate);
        onStep?.();
        await breathe();
      }
      const loss = await meanLoss(optimizer.parameters(), validation);
      if (loss < best.loss) best = { loss, parameters: await optimizer.readParameters() };
    }
  } finally {
    optimizer.dispose();
  }
  return best.parameters;
}

/** [cases] The probability of the label that a classifier gives each case, in their order. */
export async function classified(
  classifier: NamedArrays,
  cases: readonly Case[],
): Promise<Float64Array> {
  const parameters = toTensors(classifier);
  try {
    return (await logOddsOf(parameters, cases)).map(sigmoid);
  } finally {
    tf.dispose(parameters);
  }
}
