import { assert, assertAlmostEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  distance,
  generated,
  gradientPenalty,
  scores,
  slopes,
} from "ehrloom/models/synteg/conditional_gan.ts";
import { ganPair } from "ehrloom/models/synteg/gan_training.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { assertClose } from "../../nn/layer.ts";
import { type GoldenArray, testOnBackends } from "../../golden.ts";
import { config, gan, matrix, weights } from "./tiny_gan.ts";

const [rows] = gan.real.shape;

async function numbersOf(compute: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(compute);
  const numbers = await tensor.data() as Float32Array;
  tensor.dispose();
  return numbers;
}

/** What the critic is shown in the first step; to be made inside a tidy. */
function shown(parameters: Record<string, tf.Tensor>) {
  const [{ z_d, epsilon }] = gan.steps;
  const conditions = matrix(gan.conditions);
  return {
    real: matrix(gan.real),
    fake: generated(config, parameters, tf.tensor2d(z_d, [rows, config.noise]), conditions),
    conditions,
    share: tf.tensor2d(epsilon, [rows, 1]),
  };
}

testOnBackends("the generator gives the original's rows in both modes", async () => {
  const parameters = toTensors(weights);
  const rowsIn = (onMoments?: () => void) => () =>
    generated(config, parameters, matrix(gan.z_probe), matrix(gan.conditions), onMoments);
  assertClose(await numbersOf(rowsIn()), gan.generator_output_eval.data, "evaluation", 1e-5);
  assertClose(
    await numbersOf(rowsIn(() => {})),
    gan.generator_output_train.data,
    "training",
    1e-5,
  );
  tf.dispose(parameters);
});

testOnBackends("the critic gives the original's scores, slopes and losses", async () => {
  const parameters = toTensors(weights);
  const [step] = gan.steps;
  const scoresOf = (x: GoldenArray) =>
    numbersOf(() => scores(config, parameters, matrix(x), matrix(gan.conditions)));
  assertClose(await scoresOf(gan.real), gan.discriminator_real, "real", 1e-4);
  assertClose(await scoresOf(gan.generator_output_eval), gan.discriminator_fake, "fake", 1e-4);
  const norms = await numbersOf(() => {
    const { real, fake, share, conditions } = shown(parameters);
    const between = tf.add(real, tf.mul(share, tf.sub(fake, real))) as tf.Tensor2D;
    return slopes(config, parameters, between, conditions);
  });
  step.gradient_norm_per_row.forEach((norm, i) => assertAlmostEquals(norms[i], norm, 1e-3 * norm));
  const [far] = await numbersOf(() => distance(config, parameters, shown(parameters)));
  assertAlmostEquals(far, step.w_distance, 1e-5);
  const [penalty] = await numbersOf(() => gradientPenalty(config, parameters, shown(parameters)));
  assertAlmostEquals(penalty, step.gradient_penalty, 1e-4 * step.gradient_penalty);
  tf.dispose(parameters);
});

testOnBackends(
  "gradients of both losses, the penalty's included, equal the original's",
  async () => {
    const parameters = toTensors(weights);
    const assertNorms = async (
      kind: "generator" | "discriminator",
      expected: Record<string, number>,
      loss: (parameters: Record<string, tf.Tensor>) => tf.Scalar,
    ) => {
      const names = Object.keys(expected).map((name) => `${kind}.${name}`);
      const norms = tf.tidy(() => {
        const { grads } = tf.valueAndGrads((...tensors) =>
          loss({ ...parameters, ...Object.fromEntries(names.map((name, i) => [name, tensors[i]])) })
        )(names.map((name) => parameters[name]));
        return tf.stack(grads.map((grad) => tf.norm(grad)));
      });
      const found = await norms.data();
      norms.dispose();
      Object.entries(expected).forEach(([name, norm], i) => {
        // What is zero but for rounding comes out as other rounding
        const tolerance = norm < 1e-6 ? 1e-6 : 1e-3 * norm;
        assert(Math.abs(found[i] - norm) <= tolerance, `${kind}.${name}: ${found[i]}, not ${norm}`);
      });
    };
    const given = tf.tidy(() => shown(parameters));
    await assertNorms(
      "discriminator",
      gan.discriminator_grad_norms,
      (all) => tf.add(distance(config, all, given), gradientPenalty(config, all, given)),
    );
    const pair = ganPair(config, weights);
    const [{ z_d, epsilon, z_g }] = gan.steps;
    await pair.stepWith(given.real, given.conditions, {
      forCritic: Float32Array.from(z_d),
      shares: Float32Array.from(epsilon),
      forGenerator: Float32Array.from(z_g),
    }, 1);
    const after = toTensors((await pair.read()).parameters); // the critic steps first
    pair.dispose();
    const z = tf.tensor2d(z_g, [rows, config.noise]);
    await assertNorms("generator", gan.generator_grad_norms, (all) => {
      const written = generated(config, all, z, given.conditions, () => {});
      return tf.neg(tf.mean(scores(config, after, written, given.conditions)));
    });
    tf.dispose([Object.values(given), z]);
    tf.dispose([parameters, after]);
  },
);
