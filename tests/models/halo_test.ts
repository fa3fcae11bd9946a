import { assert, assertAlmostEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { halo } from "ehrloom/models/halo.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import {
  golden,
  type GoldenArray,
  goldenCohort,
  goldenWeights,
  testOnBackends,
} from "../golden.ts";

interface HaloGolden {
  config: Record<string, number>;
  records: { visits: number[][]; labels: number[] }[];
  weights: Record<string, GoldenArray>;
  probs_masked: number[];
  loss: number;
  hidden: number[];
  logits: number[];
  grad_norms: Record<string, number>;
  adam_lr: number;
  losses: number[];
  greedy: number[][];
}

const file = golden<HaloGolden>("halo-tiny");
const codes = file.config.code_vocab_size;
const labels = file.config.label_vocab_size;
const cohort = goldenCohort(codes, labels, file.records);
const all = Int32Array.from(file.records.keys());
const config = {
  codes,
  labels,
  context: file.config.n_ctx,
  positions: file.config.n_positions,
  width: file.config.n_embd,
  layers: file.config.n_layer,
  heads: file.config.n_head,
  epsilon: file.config.layer_norm_epsilon,
  positiveWeight: 1,
};
const model = halo.create(config);

testOnBackends("halo.loss() and its gradients equal the original's", async () => {
  const parameters = toTensors(model.fromOriginal(goldenWeights(file.weights)));
  const names = Object.keys(parameters);
  const { value, grads } = tf.valueAndGrads((...tensors) =>
    model.loss(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), cohort, all)
  )(Object.values(parameters));
  const divisor = model.lossDivisor(all.length);
  assertAlmostEquals((await value.data())[0] / divisor, file.loss, 1e-4 * file.loss);
  for (const [i, name] of names.entries()) {
    const expected = file.grad_norms[name];
    const norm = tf.tidy(() => tf.norm(grads[i]));
    const found = (await norm.data())[0] / divisor;
    norm.dispose();
    const tolerance = expected < 1e-6 ? 1e-8 : 1e-3 * expected;
    assert(Math.abs(found - expected) <= tolerance, `${name}: ${found}, wanted ${expected}`);
  }
  tf.dispose([parameters, value, grads]);
});

testOnBackends("halo trains like the original: five Adam losses", async () => {
  const optimizer = adam(model.fromOriginal(goldenWeights(file.weights)));
  const divisor = model.lossDivisor(all.length);
  for (const expected of file.losses) {
    const parameters = optimizer.parameters();
    const names = Object.keys(parameters);
    const { value, grads } = tf.valueAndGrads((...tensors) =>
      tf.div(
        model.loss(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), cohort, all),
        divisor,
      )
    )(Object.values(parameters));
    assertAlmostEquals((await value.data())[0], expected, 1e-4 * expected);
    value.dispose();
    const squares = Object.values(file.grad_norms).reduce((sum, norm) => sum + norm ** 2, 0);
    const norm = await optimizer.step(grads, file.adam_lr);
    if (expected === file.losses[0]) assertAlmostEquals(norm, Math.sqrt(squares), 1e-3 * norm);
  }
  optimizer.dispose();
});
