import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { cohortOf, random, vocabulary } from "ehrloom";
import type { Case } from "ehrloom/evaluate/utility/cases.ts";
import {
  classifierBatch,
  classifierLogits,
  classifierLoss,
  initialClassifier,
} from "ehrloom/evaluate/utility/phenotype_classifier.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { rowOf } from "ehrloom/nn/multi_hot.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import { type NamedTensors, toTensors } from "ehrloom/nn/parameters.ts";
import {
  golden,
  type GoldenArray,
  goldenWeights,
  largestDifference,
  sparse,
  testOnBackends,
} from "../../golden.ts";

interface ClassifierGolden {
  config: { code_vocab_size: number; embedding_dim: number; hidden: number };
  weights: Record<string, GoldenArray>;
  state_dict_keys: string[];
  input: GoldenArray;
  lengths: number[];
  labels: number[];
  probs: number[];
  loss: number;
  grad_norms: Record<string, number>;
  adam_lr: number;
  losses: number[];
}

const file = golden<ClassifierGolden>("phenotype-classifier-tiny");
const codes = file.config.code_vocab_size;

/** The file's records as cases. */
function goldenCases(): Case[] {
  const [records, rows] = file.input.shape;
  const visits = sparse(file.input.data, codes);
  const names = Array.from({ length: codes }, (_, code) => `code ${code}`);
  const cohort = cohortOf(
    vocabulary(names),
    [],
    Array.from({ length: records }, (_, r) => ({
      visits: Array.from({ length: file.lengths[r] }, (_, v) => [...rowOf(visits, r * rows + v)]),
      labels: [],
    })),
  );
  return file.labels.map((isPositive, record) => ({
    cohort,
    record,
    visits: file.lengths[record],
    isPositive,
  }));
}

const batch = classifierBatch(goldenCases());

function lossAndGradients(parameters: NamedTensors) {
  const names = Object.keys(parameters);
  return tf.valueAndGrads((...tensors) =>
    classifierLoss(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), batch)
  )(Object.values(parameters));
}

testOnBackends("the phenotype classifier's probabilities equal the original's", async () => {
  const parameters = toTensors(goldenWeights(file.weights));
  const probabilities = tf.tidy(() => tf.sigmoid(classifierLogits(parameters, batch)));
  const difference = largestDifference(await probabilities.data(), file.probs);
  assert(difference < 1e-5, `differ by ${difference}`);
  tf.dispose([parameters, probabilities]);
});

testOnBackends("the phenotype classifier's loss and gradients equal the original's", async () => {
  const parameters = toTensors(goldenWeights(file.weights));
  const { value, grads } = lossAndGradients(parameters);
  assertAlmostEquals((await value.data())[0], file.loss, 1e-4 * file.loss);
  for (const [i, name] of Object.keys(parameters).entries()) {
    const norm = tf.tidy(() => tf.norm(grads[i]));
    const [found] = await norm.data();
    norm.dispose();
    const expected = file.grad_norms[name];
    assert(Math.abs(found - expected) <= 1e-3 * expected, `${name}: ${found}, wanted ${expected}`);
  }
  tf.dispose([parameters, value, grads]);
});

testOnBackends(
  "five Adam steps of the phenotype classifier have the original's losses",
  async () => {
    const optimizer = adam(goldenWeights(file.weights));
    for (const expected of file.losses) {
      const { value, grads } = lossAndGradients(optimizer.parameters());
      assertAlmostEquals((await value.data())[0], expected, 1e-4 * expected);
      value.dispose();
      await optimizer.step(grads, file.adam_lr);
    }
    optimizer.dispose();
  },
);

testOnBackends(
  "a record's log odds depend neither on the records beside it nor on padding",
  async () => {
    const parameters = toTensors(goldenWeights(file.weights));
    const cases = goldenCases();
    const all = tf.tidy(() => classifierLogits(parameters, batch));
    const together = await all.data();
    for (const [i, each] of cases.entries()) {
      const alone = tf.tidy(() => classifierLogits(parameters, classifierBatch([each])));
      assertAlmostEquals((await alone.data())[0], together[i], 1e-5);
      alone.dispose();
    }
    tf.dispose([parameters, all]);
  },
);

Deno.test("initialClassifier() has every key and shape of the original's state dict", () => {
  const { embedding_dim: embedding, hidden } = file.config;
  const parameters = drawn(initialClassifier({ codes, embedding, hidden }), random(1));
  assertEquals(Object.keys(parameters).sort(), file.state_dict_keys.toSorted());
  for (const [name, { shape }] of Object.entries(parameters)) {
    assertEquals([...shape], file.weights[name].shape, name);
  }
});
