import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { keptShare } from "ehrloom/nn/averaged_weights.ts";
import { adam, type Optimizer } from "ehrloom/nn/optimizer.ts";
import type { NamedArrays } from "ehrloom/nn/parameters.ts";
import { testOnBackends } from "../golden.ts";

/** Two parameters on both sides of the flat buffer's alignment of 16. */
const initial: NamedArrays = {
  a: { shape: [3], numbers: Float32Array.of(1, -2, 0.1) },
  b: { shape: [2, 9], numbers: Float32Array.from({ length: 18 }, (_, i) => i / 7) },
};
const names = Object.keys(initial);
const rates = [0.1, 0.2, 0.05, 0.1, 0.3, 0.01, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1];

/** A step whose gradients change sign; the first number of each parameter has none. */
async function step(optimizer: Optimizer, at: number): Promise<void> {
  const gradients = names.map((name) => {
    const { shape, numbers } = initial[name];
    return tf.tensor(numbers.map((_, i) => i === 0 ? 0 : Math.cos(at * (i + 1))), [...shape]);
  });
  await optimizer.step(gradients, rates[at]);
}

Deno.test("keptShare() rises from a tenth by (1 + t) / (10 + t) to the most", () => {
  assertEquals(keptShare(0.9, 0), 0.1);
  assertEquals(keptShare(0.9, 8), 0.5);
  assertEquals(keptShare(0.9, 80), 0.9); // 81 / 90
  assertEquals(keptShare(0.9, 1e6), 0.9);
  assertAlmostEquals(keptShare(1, 9989), 0.9991, 5e-5); // 9990 / 9999
});

testOnBackends(
  "adam() averages the parameters after each step, and not those to begin with",
  async () => {
    const [averaged, plain] = [adam(initial, 0.55), adam(initial)];
    let mean = names.map((name) => Float64Array.from(initial[name].numbers));
    // shares 1/10, 2/11, 3/12 ... 10/19, then 0.55 for all later steps
    const shares = rates.map((_, t) => t < 11 ? (1 + t) / (10 + t) : 0.55);
    for (const [t] of rates.entries()) {
      await step(averaged, t);
      await step(plain, t);
      const now = await plain.readParameters();
      mean = mean.map((each, i) =>
        each.map((value, j) => shares[t] * value + (1 - shares[t]) * now[names[i]].numbers[j])
      );
    }
    const kept = await averaged.readParameters();
    const { parameters, averages } = await averaged.readState();
    assertEquals(averages, kept);
    assertEquals(parameters, await plain.readParameters(), "the steps are the same");
    for (const [i, name] of names.entries()) {
      kept[name].numbers.forEach((value, j) => assertAlmostEquals(value, mean[i][j], 2e-6));
      assertEquals(kept[name].numbers[0], initial[name].numbers[0], "nothing changed it");
      assert(Math.abs(kept[name].numbers[1] - parameters[name].numbers[1]) > 1e-3);
      assertEquals([...await averaged.keptParameters()[name].data()], [...kept[name].numbers]);
      assertEquals(
        [...await averaged.parameters()[name].data()],
        [...parameters[name].numbers],
      );
      assertEquals(
        [...await plain.keptParameters()[name].data()],
        [...parameters[name].numbers],
      );
    }
    averaged.dispose();
    plain.dispose();
  },
);

testOnBackends(
  "adam() goes on averaging from readState() to the bit, and leaves no tensors",
  async () => {
    const before = tf.memory().numTensors;
    const whole = adam(initial, 0.9);
    for (const at of rates.keys()) await step(whole, at);
    const first = adam(initial, 0.9);
    for (const at of [0, 1, 2, 3]) await step(first, at);
    const state = await first.readState();
    const stored = structuredClone(state);
    await step(first, 4); // what was read does not move with the optimizer
    assertEquals(state, stored);
    const second = adam(state, 0.9);
    for (const [at] of rates.entries()) {
      if (at < 4) continue;
      second.keptParameters();
      second.parameters();
      await step(second, at);
    }
    assertEquals(await second.readState(), await whole.readState());
    [whole, first, second].forEach((each) => each.dispose());
    assertEquals(tf.memory().numTensors, before);
  },
);
