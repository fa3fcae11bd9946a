import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { eva, evaLoss } from "ehrloom/models/eva.ts";
import {
  divergence,
  type EvaConfig,
  evaLogits,
  evaPosterior,
} from "ehrloom/models/eva/autoencoder.ts";
import { rowLikelihoods } from "ehrloom/models/rows/row_model.ts";
import { paddedRows } from "ehrloom/models/rows/visit_rows.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { type NamedTensors, toTensors } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import {
  golden,
  type GoldenArray,
  goldenCohort,
  goldenWeights,
  largestDifference,
  testOnBackends,
} from "../golden.ts";

interface EvaGolden {
  config: {
    code_vocab_size: number;
    label_vocab_size: number;
    n_ctx: number;
    n_embd: number;
    latent_dim: number;
    decoder_channels: number[];
  };
  records: { visits: number[][]; labels: number[] }[];
  weights: Record<string, GoldenArray>;
  state_dict_keys: string[];
  eps: GoldenArray;
  mean_logvar: GoldenArray;
  mean_logvar_if_lengths_plus_2: GoldenArray;
  z: GoldenArray;
  logits: GoldenArray;
  kl: number;
  "loss_kl_weight_0.1": number;
  loss_kl_weight_1: number;
  adam_lr: number;
  adam_kl_weight: number;
  grad_norms: Record<string, number>;
  losses: number[];
  sample_z: GoldenArray;
  sample_probs: GoldenArray;
}

const file = golden<EvaGolden>("eva-tiny");
const [channels1, channels2, channels3, channels4, channels5, channels6, channels7] =
  file.config.decoder_channels;
const published: EvaConfig = {
  codes: file.config.code_vocab_size,
  labels: file.config.label_vocab_size,
  context: file.config.n_ctx,
  width: file.config.n_embd,
  latent: file.config.latent_dim,
  positiveWeight: 1,
  publishedLengths: true,
  publishedBound: true,
  publishedStart: true,
  calibrate: false,
  channels1,
  channels2,
  channels3,
  channels4,
  channels5,
  channels6,
  channels7,
};
const intended: EvaConfig = {
  ...published,
  publishedLengths: false,
  publishedBound: false,
  publishedStart: false,
  calibrate: false,
};
const model = eva.create(published);
const weights = goldenWeights(file.weights);
const cohort = goldenCohort(published.codes, published.labels, file.records);
const batch = paddedRows(published, cohort, Int32Array.of(0, 1, 2));
const noise = Float32Array.from(file.eps.data);
const divisor = model.lossDivisor(cohort, 3);

const tensor = ({ shape, data }: GoldenArray) =>
  tf.tensor2d(data, [shape[0], shape[1]]) as tf.Tensor2D;

async function assertNumbers(
  compute: () => tf.Tensor,
  expected: ArrayLike<number>,
  tolerance: number,
) {
  const found = tf.tidy(compute);
  const difference = largestDifference(await found.data(), expected);
  found.dispose();
  assert(difference < tolerance, `differs by ${difference}`);
}

testOnBackends("eva's posterior equals the original's, and the intended one's", async () => {
  const parameters = toTensors(model.fromOriginal(weights));
  const expected = [
    [published, file.mean_logvar],
    [intended, file.mean_logvar_if_lengths_plus_2],
  ] as const;
  for (const [config, { data }] of expected) {
    await assertNumbers(
      () => {
        const { mean, logVariance } = evaPosterior(config, parameters, batch);
        return tf.concat([mean, logVariance], 1);
      },
      data,
      1e-5,
    );
  }
  await assertNumbers(
    () => tf.div(divergence(evaPosterior(published, parameters, batch)), 3),
    [file.kl],
    1e-4 * file.kl,
  );
  tf.dispose(parameters);
});

testOnBackends("eva's logits equal the original's, all rows or the first ones", async () => {
  const parameters = toTensors(model.fromOriginal(weights));
  const columns = file.logits.shape[2];
  await assertNumbers(
    () => evaLogits(published, parameters, tensor(file.z), published.context),
    file.logits.data,
    1e-4,
  );
  await assertNumbers(
    () => tf.slice(evaLogits(published, parameters, tensor(file.z), 7), 0, 7),
    file.logits.data.slice(0, 7 * columns),
    1e-4,
  );
  await assertNumbers(
    () => tf.sigmoid(evaLogits(published, parameters, tensor(file.sample_z), published.context)),
    file.sample_probs.data,
    1e-5,
  );
  tf.dispose(parameters);
});

function lossAndGradients(parameters: NamedTensors, weight: number) {
  const names = Object.keys(parameters);
  return tf.valueAndGrads((...tensors) => {
    const named = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    return tf.div(evaLoss(published, named, batch, noise, weight), divisor);
  })(Object.values(parameters));
}

testOnBackends("eva's loss and gradients equal the original's", async () => {
  const parameters = toTensors(model.fromOriginal(weights));
  const full = lossAndGradients(parameters, 1);
  assertAlmostEquals((await full.value.data())[0], file.loss_kl_weight_1, 1e-5);
  const { value, grads } = lossAndGradients(parameters, 0.1);
  assertAlmostEquals((await value.data())[0], file["loss_kl_weight_0.1"], 1e-5);
  for (const [i, name] of Object.keys(parameters).entries()) {
    const norm = tf.tidy(() => tf.norm(grads[i]));
    const [found] = await norm.data();
    norm.dispose();
    const expected = file.grad_norms[name];
    assert(Math.abs(found - expected) <= 1e-3 * expected, `${name}: ${found}, not ${expected}`);
  }
  tf.dispose([parameters, full.value, full.grads, value, grads]);
});

testOnBackends("eva's five Adam steps have the original's losses", async () => {
  const optimizer = adam(model.fromOriginal(weights));
  for (const expected of file.losses) {
    const { value, grads } = lossAndGradients(optimizer.parameters(), file.adam_kl_weight);
    assertAlmostEquals((await value.data())[0], expected, 1e-4 * expected);
    value.dispose();
    await optimizer.step(grads, file.adam_lr);
  }
  optimizer.dispose();
});

Deno.test("eva.toOriginal() has every key of the original's state dict", () => {
  const stateDict = model.toOriginal(model.fromOriginal(weights));
  assertEquals(Object.keys(stateDict).sort(), file.state_dict_keys.toSorted());
  assertEquals(stateDict, weights);
});

testOnBackends(
  "eva's noise follows seed and epoch, and is the same where it is judged",
  async () => {
    const { loss } = eva.create(intended);
    const parameters = toTensors(weights);
    const records = Int32Array.of(0, 1, 2);
    const at = async (moment?: { seed: number; epoch: number }) => {
      const value = tf.tidy(() => loss(parameters, cohort, records, moment));
      const [number] = await value.data();
      value.dispose();
      return number;
    };
    assertEquals(await at(), await at());
    assertEquals(await at({ seed: 1, epoch: 0 }), await at({ seed: 1, epoch: 0 }));
    assert(await at({ seed: 1, epoch: 0 }) !== await at({ seed: 2, epoch: 0 }), "same noise");
    tf.dispose(parameters);
  },
);

testOnBackends("eva's records come up as often as its probabilities say", async () => {
  const parameters = toTensors(model.fromOriginal(weights));
  const sampling = model.sampling(parameters);
  assert(sampling.kind === "records");
  const count = 500;
  const streams = (key: number) => Array.from({ length: count }, (_, i) => random(key, i));
  const first = Array.from({ length: published.labels }, () => 0);
  for (const { labels } of await sampling.write(streams(1))) {
    labels.forEach((on, i) => first[i] += on / count);
  }
  const logits = tf.tidy(() => {
    const draws = random(2);
    const z = Float32Array.from({ length: count * published.latent }, () => draws.normal());
    const rows = evaLogits(published, parameters, tf.tensor2d(z, [count, published.latent]), 1);
    return tf.mean(tf.sigmoid(tf.slice(rows, [0, published.codes], [-1, published.labels])), 0);
  });
  const expected = await logits.data();
  logits.dispose();
  // Five standard errors of a share among 500, on both sides
  first.forEach((share, i) => assertAlmostEquals(share, expected[i], 5 * Math.sqrt(0.5 / count)));
  sampling.dispose();
  tf.dispose(parameters);
});

testOnBackends("eva's likelihoods come close to its integral, from below", async () => {
  const kinds = [
    { visits: [[0], [1, 2]], labels: [1] },
    { visits: [[2]], labels: [0] },
    { visits: [[0, 1], [0], [0, 1, 2]], labels: [0] },
  ];
  const cohort = goldenCohort(3, 1, Array.from({ length: 60 }, (_, i) => kinds[i % 3]));
  const small = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`channels${i + 1}`, 4]));
  const model = eva.create(eva.configFor(cohort, { width: 4, latent: 1, ...small }));
  const config = model.config as EvaConfig;
  const initial = drawn(model.initial, random(2));
  for (const [name, { numbers }] of Object.entries(initial)) {
    if (name.startsWith("decoder")) numbers.forEach((x, i) => numbers[i] = 3 * x); // to heed z
  }
  initial["encoder.latent_encoder.bias"].numbers.set([0.6, 0]); // a posterior unlike N(0, 1)
  const parameters = toTensors(initial);
  const records = Int32Array.from({ length: cohort.recordCount }, (_, record) => record);
  const before = tf.memory().numTensors;
  const found = await model.likelihoods?.(parameters, cohort, records) ?? [];
  assertEquals(tf.memory().numTensors, before);
  assert(found.every(({ hits }) => hits === undefined));

  const batch = paddedRows(config, cohort, Int32Array.of(0, 1, 2));
  const exact = [0, 0, 0];
  for (let z = -6; z <= 6; z += 0.2) {
    const logits = tf.tidy(() =>
      evaLogits(config, parameters, tf.fill([3, 1], z) as tf.Tensor2D, batch.rows)
    );
    const numbers = await logits.data() as Float32Array;
    logits.dispose();
    const weight = 0.2 * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    rowLikelihoods(batch, numbers, model.columns).forEach(({ logProbability }, kind) =>
      exact[kind] += weight * Math.exp(logProbability)
    );
  }
  for (const [kind, probability] of exact.entries()) {
    const own = found.filter((_, record) => record % 3 === kind);
    const mean = own.reduce((sum, { logProbability }) => sum + logProbability, 0) / own.length;
    const short = Math.log(probability) - mean; // chance among twenty times sixteen draws: 0.02
    assert(short > -0.06 && short < 0.15, `kind ${kind}: ${short}`);
  }
  tf.dispose(parameters);
});
