import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { random } from "ehrloom";
import {
  fullGraphLoss,
  graphLossAndGradients,
  graphVectors,
  learnedGraphVectors,
  sampledGraphLoss,
} from "ehrloom/models/knowledge/graph_encoder.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import {
  golden,
  type GoldenArray,
  goldenWeights,
  largestDifference,
  testOnBackends,
} from "../../golden.ts";

interface GraphGolden {
  parent: number[];
  propagation: GoldenArray;
  weights: Record<string, GoldenArray>;
  embeddings: GoldenArray;
  loss: number;
  grad_norms: Record<string, number>;
  adam_lr: number;
  losses: number[];
  embeddings_after: GoldenArray;
}

const file = golden<GraphGolden>("hisgt-gcn-tiny");
const weights = goldenWeights(file.weights);
const parents = file.parent.map((parent) => parent === -1 ? [] : [parent]);
const fullLoss = (vectors: tf.Tensor2D) => fullGraphLoss(vectors, parents);
/** Batch norm undoes it, so what gradient it has is rounding. */
const undone = "conv2_bias";

testOnBackends("graphVectors(), its loss and gradients equal the original's", async () => {
  const parameters = toTensors(weights);
  const vectors = tf.tidy(() => graphVectors(parameters, parents));
  assert(largestDifference(await vectors.data(), file.embeddings.data) < 1e-5);
  const { value, grads } = graphLossAndGradients(parameters, parents, fullLoss);
  assertAlmostEquals((await value.data())[0], file.loss, 1e-5);
  for (const [i, name] of Object.keys(parameters).entries()) {
    const norm = tf.tidy(() => tf.norm(grads[i]));
    const [found] = await norm.data();
    norm.dispose();
    const expected = file.grad_norms[name];
    const tolerance = name === undone ? 1e-7 : 1e-3 * expected;
    assert(Math.abs(found - expected) <= tolerance, `${name}: ${found}, wanted ${expected}`);
  }
  tf.dispose([parameters, vectors, value, grads]);
});

testOnBackends(
  "five Adam steps of the encoder have the original's losses and vectors",
  async () => {
    const optimizer = adam(weights);
    for (const expected of file.losses) {
      const { value, grads } = graphLossAndGradients(optimizer.parameters(), parents, fullLoss);
      assertAlmostEquals((await value.data())[0], expected, 1e-4 * expected);
      value.dispose();
      await optimizer.step(grads, file.adam_lr);
    }
    const parameters = optimizer.parameters();
    const vectors = tf.tidy(() => graphVectors(parameters, parents));
    assert(largestDifference(await vectors.data(), file.embeddings_after.data) < 1e-3);
    vectors.dispose();
    optimizer.dispose();
  },
);

testOnBackends(
  "graphVectors() holds for several parents: the generic normalised product",
  async () => {
    const above = [[], [], [0, 1], [2, 0]];
    const degree = above.map((list) => 1 + list.length);
    const normal = (size: number, key: number) => {
      const draws = random(key);
      return Float64Array.from({ length: size }, () => draws.normal());
    };
    const table = normal(4 * 2, 1);
    const parameters = toTensors({
      conv1_weight: { shape: [4, 2], numbers: Float32Array.from(table) },
      conv1_bias: { shape: [2], numbers: Float32Array.of(0, 0) },
      bn1_weight: { shape: [2], numbers: Float32Array.of(1, 1) },
      bn1_bias: { shape: [2], numbers: Float32Array.of(0, 0) },
      conv2_weight: { shape: [2, 1], numbers: Float32Array.of(1, 0.5) },
      conv2_bias: { shape: [1], numbers: Float32Array.of(0) },
      bn2_weight: { shape: [1], numbers: Float32Array.of(1) },
      bn2_bias: { shape: [1], numbers: Float32Array.of(0) },
    });
    const propagate = (x: number[][]) =>
      above.map((list, i) =>
        x[i].map((_, k) =>
          [...list, i].reduce((sum, j) => sum + x[j][k] / Math.sqrt(degree[i] * degree[j]), 0)
        )
      );
    const normalized = (x: number[][]) =>
      x.map((row) =>
        row.map((value, k) => {
          const column = x.map((other) => other[k]);
          const mean = column.reduce((sum, each) => sum + each, 0) / x.length;
          const variance = column.reduce((sum, each) => sum + (each - mean) ** 2, 0) / x.length;
          return (value - mean) / Math.sqrt(variance + 1e-5);
        })
      );
    const rows = above.map((_, i) => [table[2 * i], table[2 * i + 1]]);
    const hidden = normalized(propagate(rows).map((row) => row.map((x) => Math.max(0, x))));
    const expected = normalized(propagate(hidden.map(([a, b]) => [a + 0.5 * b]))).flat();
    const vectors = tf.tidy(() => graphVectors(parameters, above));
    assert(largestDifference(await vectors.data(), expected) < 1e-4);
    tf.dispose([vectors, parameters]);
  },
);

for (const objective of ["full", "sampled"] as const) {
  testOnBackends(`learnedGraphVectors() by ${objective} pairs falls, by seed`, async () => {
    const learned = (seed: number, steps: number) =>
      learnedGraphVectors(parents, { width: 4, steps, objective, random: random(seed) });
    const [once, again, other] = [await learned(1, 30), await learned(1, 30), await learned(2, 1)];
    assert(largestDifference(once.vectors, again.vectors) < 1e-4); // webgpu sums in any order
    assertEquals(once.objective, objective);
    assertEquals(once.vectors.length, 12 * 4);
    assert(once.loss < (await learned(1, 1)).loss);
    assert(largestDifference(once.vectors, other.vectors) > 0.1);
  });
}

testOnBackends("sampledGraphLoss() of equal unit vectors is known", async () => {
  const vectors = tf.ones<tf.Rank.R2>([12, 1]);
  const loss = tf.tidy(() => sampledGraphLoss(vectors, parents, random(3)));
  const likeness = 1 / (1 + Math.exp(-1));
  assertAlmostEquals((await loss.data())[0], (1 - likeness) ** 2 + likeness ** 2, 1e-6);
  tf.dispose([vectors, loss]);
});
