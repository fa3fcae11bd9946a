/**
 * A recurrent network that tells the records of two samples apart by their visits in order: the codes
 * and the days of each visit are embedded and go through one LSTM, whose last output gives the log
 * odds.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { breathe } from "../../../breathe.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { bernoulliNll } from "../../../nn/bernoulli.ts";
import { constant, drawn, uniform } from "../../../nn/initial.ts";
import { affine } from "../../../nn/linear.ts";
import { lstm, lstmWeights } from "../../../nn/lstm.ts";
import { embedding, type MultiHot, rowsFrom } from "../../../nn/multi_hot.ts";
import { adam, type Optimizer } from "../../../nn/optimizer.ts";
import { matrix, type NamedArrays, type NamedTensors, toTensors } from "../../../nn/parameters.ts";
import { type Random, stream } from "../../../random.ts";

const width = 32;
const batch = 32;
const epochs = 20;
/** Epochs without a lower validation loss after which training stops. */
const patience = 4;
const learningRate = 3e-3;
/** Every fifth training record is for validation. */
const validationShare = 5;
/** Visits of a record that are read, the first ones. */
const mostVisits = 64;
/** Upper ends, in days, of ranges of gaps; each has an embedding like a code. */
const gapEnds = [0, 1, 7, 30, 90, 365, Infinity];

/** Records with their classes. */
export interface Labelled {
  /** A cohort and the record in it. */
  readonly source: Cohort;
  readonly record: number;
  /** Whether the days between its visits may be used. */
  readonly hasGaps: boolean;
  /** Whether it is of the second class. */
  readonly isSecond: boolean;
}

/** [codes, then ranges of gaps] Columns that are on for one visit; the first range if gaps are unknown. */
function columnsOf({ source, hasGaps }: Labelled, visit: number): number[] {
  const { codeOffsets, codes, gapDays, vocabulary } = source;
  const gap = hasGaps ? gapEnds.findIndex((end) => gapDays[visit] <= end) : 0;
  const own = codes.subarray(codeOffsets[visit], codeOffsets[visit + 1]);
  return [...own, vocabulary.codes.length + gap];
}

/** Visits step by step: the first rows of all records, then the second ones; empty rows come first. */
function rowsOf(records: readonly Labelled[]): MultiHot {
  const visits = records.map(({ source: { visitOffsets }, record }) =>
    Math.min(mostVisits, visitOffsets[record + 1] - visitOffsets[record])
  );
  const steps = Math.max(...visits);
  const lists: number[][] = [];
  for (let step = 0; step < steps; step++) {
    records.forEach((each, i) => {
      const visit = step - steps + visits[i];
      lists.push(visit < 0 ? [] : columnsOf(each, each.source.visitOffsets[each.record] + visit));
    });
  }
  return rowsFrom(lists);
}

/** Log odds of the second class. [records, 1] */
function logits(parameters: NamedTensors, records: readonly Labelled[]): tf.Tensor2D {
  const x = embedding(rowsOf(records), matrix(parameters, "embedding.weight"));
  const y = lstm(x, records.length, lstmWeights(parameters, "lstm", "l0"));
  const last = y.shape[0] - records.length;
  return affine(parameters, "head", tf.slice(y, [last, 0], [records.length, width]));
}

/** Mean negative log-likelihood of the classes, in nats. */
function loss(parameters: NamedTensors, records: readonly Labelled[]): tf.Scalar {
  const targets = rowsFrom(records.map(({ isSecond }) => isSecond ? [0] : []));
  const counts = new Float32Array(records.length).fill(1);
  return tf.div(bernoulliNll(logits(parameters, records), targets, counts), records.length);
}

/** A classifier's random numbers: those of its parameters at 0, of the order of records by epoch. */
function drawsOf([seed, fold]: readonly [seed: number, fold: number], epoch: number): Random {
  return stream("sequenceClassifier", seed, fold, epoch);
}

function initial(columns: number, key: readonly [seed: number, fold: number]): NamedArrays {
  const bound = 1 / Math.sqrt(width);
  return drawn({
    "embedding.weight": uniform([width, columns], 0.1),
    "lstm.weight_ih_l0": uniform([4 * width, width], bound),
    "lstm.weight_hh_l0": uniform([4 * width, width], bound),
    "lstm.bias_ih_l0": uniform([4 * width], bound),
    "lstm.bias_hh_l0": uniform([4 * width], bound),
    "head.weight": uniform([1, width], bound),
    "head.bias": constant([1], 0),
  }, drawsOf(key, 0));
}

/** Records in parts that go through the network at once. */
function* batches(records: readonly Labelled[]): Generator<readonly Labelled[]> {
  for (let i = 0; i < records.length; i += batch) yield records.slice(i, i + batch);
}

/** One step of Adam for each batch. */
async function trainEpoch(optimizer: Optimizer, records: readonly Labelled[]): Promise<void> {
  for (const some of batches(records)) {
    await breathe();
    const parameters = optimizer.parameters();
    const names = Object.keys(parameters);
    const gradients = tf.valueAndGrads((...tensors) =>
      loss(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), some)
    );
    const { value, grads } = gradients(Object.values(parameters));
    value.dispose();
    await optimizer.step(grads, learningRate);
  }
}

/** The mean loss of records that are not trained on. */
async function meanLoss(parameters: NamedTensors, records: readonly Labelled[]): Promise<number> {
  let sum = 0;
  for (const some of batches(records)) {
    await breathe();
    const part = tf.tidy(() => loss(parameters, some));
    sum += (await part.data())[0] * some.length;
    part.dispose();
  }
  return sum / records.length;
}

/**
 * Parameters of the epoch with the lowest validation loss, on every fifth record.
 *
 * @param records at least 5
 * @param key random seed and fold
 */
export async function fitSequences(
  records: readonly Labelled[],
  key: readonly [seed: number, fold: number],
): Promise<NamedArrays> {
  const validation = records.filter((_, i) => i % validationShare === 0);
  const training = records.filter((_, i) => i % validationShare !== 0);
  const columns = records[0].source.vocabulary.codes.length + gapEnds.length;
  const optimizer = adam(initial(columns, key));
  try {
    let best = { epoch: 0, loss: Infinity, parameters: await optimizer.readParameters() };
    for (let epoch = 1; epoch <= epochs && epoch - best.epoch <= patience; epoch++) {
      const order = drawsOf(key, epoch).shuffle(training.slice());
      await trainEpoch(optimizer, order);
      const loss = await meanLoss(optimizer.parameters(), validation);
      if (loss < best.loss) best = { epoch, loss, parameters: await optimizer.readParameters() };
    }
    return best.parameters;
  } finally {
    optimizer.dispose();
  }
}

/** [records] Log odds of the second class. */
export async function sequenceScores(
  arrays: NamedArrays,
  records: readonly Labelled[],
): Promise<Float64Array> {
  const parameters = toTensors(arrays);
  const scores: number[] = [];
  try {
    for (const some of batches(records)) {
      await breathe();
      const part = tf.tidy(() => logits(parameters, some));
      scores.push(...await part.data());
      part.dispose();
    }
  } finally {
    tf.dispose(parameters);
  }
  return Float64Array.from(scores);
}
