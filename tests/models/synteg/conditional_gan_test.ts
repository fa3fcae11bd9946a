import { assert, assertAlmostEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  distance,
  type GanConfig,
  generated,
  gradientPenalty,
  initialGan,
  scores,
  slopes,
} from "ehrloom/models/synteg/conditional_gan.ts";
import { ganPair } from "ehrloom/models/synteg/gan_training.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { checkShapes, type NamedArrays, toTensors } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import { assertClose } from "../../nn/layer.ts";
import { golden, type GoldenArray, goldenWeights, sparse, testOnBackends } from "../../golden.ts";

interface Step {
  z_d: number[];
  epsilon: number[];
  z_g: number[];
  gradient_norm_per_row: number[];
  w_distance: number;
  gradient_penalty: number;
  disc_loss: number;
  gen_loss: number;
}

interface GanGolden {
  config: { g_dims: number[]; d_dims: number[]; z_dim: number; gp_weight: number };
  gan: {
    generator_weights: Record<string, GoldenArray>;
    discriminator_weights: Record<string, GoldenArray>;
    real: GoldenArray;
    conditions: GoldenArray;
    z_probe: GoldenArray;
    generator_output_eval: GoldenArray;
    generator_output_train: GoldenArray;
    discriminator_real: number[];
    discriminator_fake: number[];
    discriminator_grad_norms: Record<string, number>;
    generator_grad_norms: Record<string, number>;
    running_stats_after_5_steps: Record<string, number[]>;
    steps: Step[];
    adam: { lr: number };
  };
}

const { config: sizes, gan } = golden<GanGolden>("synteg-tiny");
const config: GanConfig = {
  columns: gan.real.shape[1],
  condition: gan.conditions.shape[1],
  noise: sizes.z_dim,
  generator: sizes.g_dims.slice(0, -1),
  critic: sizes.d_dims,
  penalty: sizes.gp_weight,
  generatorRate: gan.adam.lr,
  criticRate: gan.adam.lr,
};
const prefixed = (prefix: string, weights: Record<string, GoldenArray>): NamedArrays =>
  Object.fromEntries(
    Object.entries(goldenWeights(weights))
      .filter(([name]) => !name.endsWith("num_batches_tracked"))
      .map(([name, array]) => [`${prefix}.${name}`, array]),
  );
const critic = prefixed("discriminator", gan.discriminator_weights);
const weights = { ...prefixed("generator", gan.generator_weights), ...critic };
const matrix = ({ shape, data }: GoldenArray) => tf.tensor2d(data, [shape[0], shape[1]]);
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

testOnBackends(
  "five steps of both networks have the original's losses and statistics",
  async () => {
    const pair = ganPair(config, weights);
    const real = matrix(gan.real);
    const conditions = matrix(gan.conditions);
    for (const { z_d, epsilon, z_g, disc_loss, gen_loss } of gan.steps) {
      const losses = await pair.stepWith(real, conditions, {
        forCritic: Float32Array.from(z_d),
        shares: Float32Array.from(epsilon),
        forGenerator: Float32Array.from(z_g),
      }, 1);
      assertAlmostEquals(losses.critic, disc_loss, 1e-3 * Math.abs(disc_loss));
      assertAlmostEquals(losses.generator, gen_loss, 1e-3 * Math.abs(gen_loss));
    }
    const { parameters } = await pair.read();
    for (const [name, expected] of Object.entries(gan.running_stats_after_5_steps)) {
      assertClose(parameters[`generator.${name}`].numbers, expected, name, 2e-3);
    }
    pair.dispose();
    tf.dispose([real, conditions]);
  },
);

testOnBackends("a pair that is read and begun again goes on as if it had not been", async () => {
  const batch = {
    rows: sparse(gan.real.data, config.columns),
    conditions: Float32Array.from(gan.conditions.data),
  };
  const initial = drawn(initialGan(config, false), random(3));
  checkShapes("gan", weights, initial);
  const whole = ganPair(config, initial);
  const first = ganPair(config, initial);
  for (const pair of [whole, first]) await pair.step(batch, random(4, 0), 1);
  const second = ganPair(config, await first.read());
  for (const pair of [whole, second]) await pair.step(batch, random(4, 1), 1);
  const [expected, found] = [await whole.read(), await second.read()];
  for (const [name, { numbers }] of Object.entries(expected.parameters)) {
    // batch norm takes these away again: their gradients are rounding, which webgpu does in two places
    if (/^generator\.dense_layers\.\d+\.bias$/.test(name)) continue;
    assertClose(found.parameters[name].numbers, numbers, name, 1e-7);
  }
  [whole, first, second].forEach((pair) => pair.dispose());
});
