import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { initialGan, withAverages } from "ehrloom/models/synteg/conditional_gan.ts";
import { ganPair } from "ehrloom/models/synteg/gan_training.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { checkShapes } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import { sparse, testOnBackends } from "../../golden.ts";
import { assertClose } from "../../nn/layer.ts";
import { config, gan, matrix, weights } from "./tiny_gan.ts";

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
  const initial = drawn(initialGan(config, { published: false, averaged: true }), random(3));
  checkShapes("gan", weights, initialGan(config, { published: false, averaged: false }));
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

testOnBackends(
  "the averages move by a two-hundredth of the way to the generator in each step",
  async () => {
    const batch = {
      rows: sparse(gan.real.data, config.columns),
      conditions: Float32Array.from(gan.conditions.data),
    };
    const initial = drawn(initialGan(config, { published: false, averaged: true }), random(3));
    const name = "generator.output_layer.weight";
    assertEquals(initial[`average.${name}`].numbers, initial[name].numbers);
    const pair = ganPair(config, initial);
    await pair.step(batch, random(4, 0), 1);
    const { parameters } = await pair.read();
    pair.dispose();
    const expected = parameters[name].numbers.map((now, i) =>
      0.995 * initial[name].numbers[i] + 0.005 * now
    );
    assertClose(parameters[`average.${name}`].numbers, expected, name, 1e-6);
    assertEquals(withAverages(parameters)[name], parameters[`average.${name}`]);
  },
);
