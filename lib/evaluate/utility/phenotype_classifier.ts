/**
 * The phenotype classifier of HALO's evaluation (Theodorou, Xiao & Sun 2023): visits as multi-hot rows
 * go through a linear embedding, dropout and two bidirectional layers of long short-term memory; a
 * linear layer reads the last outputs of both directions. Parameters have the names of the original,
 * so that its state dict loads as it is.
 *
 * The original packs records by length, so the backward direction begins at the last visit of each
 * record. Here each record is reversed within its own length; padding stays behind it and is never
 * read.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { visitCodes } from "../../cohort/records.ts";
import { bernoulliNll } from "../../nn/bernoulli.ts";
import { differentiable } from "../../nn/differentiable.ts";
import { type Initial, type Initials, uniform } from "../../nn/initial.ts";
import { affine } from "../../nn/linear.ts";
import { lstm, lstmWeights } from "../../nn/lstm.ts";
import { embedding, type MultiHot, rowsFrom } from "../../nn/multi_hot.ts";
import { matrix, type NamedTensors } from "../../nn/parameters.ts";
import type { Random } from "../../random.ts";
import type { Case } from "./cases.ts";

/** Share of units that are dropped after the embedding and between the layers, while training. */
export const dropoutRate = 0.5;

const layers = ["l0", "l1"] as const;

/** Sizes of the network. */
export interface ClassifierSizes {
  /** Codes of the vocabulary. */
  readonly codes: number;
  /** Width of the embedding; default 64, as published. */
  readonly embedding?: number;
  /** Width of each layer and direction; default 32, as published. */
  readonly hidden?: number;
}

/** How the parameters begin: as PyTorch's layers do. */
export function initialClassifier(
  { codes, embedding = 64, hidden = 32 }: ClassifierSizes,
): Initials {
  const bound = 1 / Math.sqrt(hidden);
  const parameters: Record<string, Initial> = {
    "embedding.weight": uniform([embedding, codes], 1 / Math.sqrt(codes)),
  };
  layers.forEach((layer, at) => {
    for (const name of [layer, `${layer}_reverse`]) {
      const inputs = at === 0 ? embedding : 2 * hidden;
      parameters[`lstm.weight_ih_${name}`] = uniform([4 * hidden, inputs], bound);
      parameters[`lstm.weight_hh_${name}`] = uniform([4 * hidden, hidden], bound);
      parameters[`lstm.bias_ih_${name}`] = uniform([4 * hidden], bound);
      parameters[`lstm.bias_hh_${name}`] = uniform([4 * hidden], bound);
    }
  });
  const ofBoth = 1 / Math.sqrt(2 * hidden);
  parameters["fc.weight"] = uniform([1, 2 * hidden], ofBoth);
  parameters["fc.bias"] = uniform([1], ofBoth);
  return parameters;
}

/** Records side by side, step by step: the first visits of all records, then the second ones. */
export interface ClassifierBatch {
  /** How many records. */
  readonly records: number;
  /** [steps × records] Codes of each visit; empty beyond a record's end. */
  readonly rows: MultiHot;
  /** [steps × records] Where each row is when each record is reversed; its own inverse. */
  readonly reversed: Int32Array;
  /** [records] Row of each record's last visit; when reversed, that of its first. */
  readonly last: Int32Array;
  /** [records] One column, on for positives. */
  readonly targets: MultiHot;
}

/** Cases as a batch. */
export function classifierBatch(cases: readonly Case[]): ClassifierBatch {
  const records = cases.length;
  const steps = Math.max(...cases.map(({ visits }) => visits));
  const visits: ArrayLike<number>[] = [];
  const reversed = new Int32Array(steps * records);
  for (let step = 0; step < steps; step++) {
    for (const [r, { cohort, record, visits: own }] of cases.entries()) {
      visits.push(step < own ? visitCodes(cohort, record, step) : []);
      reversed[step * records + r] = (step < own ? own - 1 - step : step) * records + r;
    }
  }
  return {
    records,
    rows: rowsFrom(visits),
    reversed,
    last: Int32Array.from(cases, ({ visits }, r) => (visits - 1) * records + r),
    targets: rowsFrom(cases.map(({ isPositive }) => isPositive === 1 ? [0] : [])),
  };
}

/** The rows at distinct indices; the gradient is gathered too, since wasm has no scatter. */
function rowsTaken(x: tf.Tensor2D, indices: Int32Array): tf.Tensor2D {
  const [rows, width] = x.shape;
  return differentiable(
    [x],
    () => ({ value: tf.gather(x, tf.tensor1d(indices, "int32")), saved: [] }),
    (dy) => {
      const places = new Int32Array(rows).fill(indices.length); // others get the row of zeros
      for (const [place, index] of indices.entries()) places[index] = place;
      return [tf.gather(tf.concat([dy, tf.zeros([1, width])]), tf.tensor1d(places, "int32"))];
    },
  );
}

/** Units set to zero at random, the others grown by what evens their mean. */
function dropped(x: tf.Tensor2D, draws: Random): tf.Tensor2D {
  const factors = new Float32Array(x.size);
  draws.fillUniform(factors);
  for (let i = 0; i < factors.length; i++) {
    factors[i] = factors[i] < dropoutRate ? 0 : 1 / (1 - dropoutRate);
  }
  return tf.mul(x, tf.tensor2d(factors, x.shape));
}

/**
 * Log odds of the label.
 *
 * @param noise draws of the dropout, while training; omitted afterwards
 * @returns [records, 1]
 */
export function classifierLogits(
  parameters: NamedTensors,
  { records, rows, reversed, last }: ClassifierBatch,
  noise?: Random,
): tf.Tensor2D {
  let x = embedding(rows, matrix(parameters, "embedding.weight")); // [steps × records, embedding]
  const both = (layer: string): [forward: tf.Tensor2D, backward: tf.Tensor2D] => {
    const given = noise === undefined ? x : dropped(x, noise);
    return [
      lstm(given, records, lstmWeights(parameters, "lstm", layer)),
      lstm(
        rowsTaken(given, reversed),
        records,
        lstmWeights(parameters, "lstm", `${layer}_reverse`),
      ),
    ];
  };
  const [forward, backward] = both("l0");
  x = tf.concat([forward, rowsTaken(backward, reversed)], 1); // [steps × records, 2 × hidden]
  const ends = both("l1").map((outputs) => rowsTaken(outputs, last));
  return affine(parameters, "fc", tf.concat(ends, 1));
}

/** The mean binary cross-entropy of a batch, in nats: a scalar, computed from logits. */
export function classifierLoss(
  parameters: NamedTensors,
  batch: ClassifierBatch,
  noise?: Random,
): tf.Scalar {
  const logits = classifierLogits(parameters, batch, noise);
  const all = new Float32Array(batch.records).fill(1);
  return tf.div(bernoulliNll(logits, batch.targets, all), batch.records);
}
