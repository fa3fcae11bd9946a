import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { adam, type AdamState, type Optimizer } from "ehrloom/nn/optimizer.ts";
import type { NamedArrays } from "ehrloom/nn/parameters.ts";
import { testOnBackends } from "../golden.ts";
import { assertClose, numbers } from "./layer.ts";

/** Sizes on both sides of the flat buffer's alignment of 16. */
const shapes: Record<string, number[]> = { a: [3, 5], b: [16], c: [1], d: [2, 17] };
const names = Object.keys(shapes);
const initial: NamedArrays = Object.fromEntries(
  names.map((name, i) => [
    name,
    { shape: shapes[name], numbers: Float32Array.from(numbers(shapes[name], 1, i)) },
  ]),
);

/** The gradients of a step: of many sizes, as Adam divides them out. */
function gradientsOf(step: number): Float64Array[] {
  return names.map((name, i) =>
    numbers(shapes[name], 2, step, i).map((value) => Math.fround(value * 10 ** (i - 2)))
  );
}

/** Kingma & Ba 2015, algorithm 1, number by number. */
function literalAdam(rates: number[]): Float64Array[] {
  const parameters = names.map((name) => Float64Array.from(initial[name].numbers));
  const means = parameters.map((p) => p.map(() => 0));
  const squares = parameters.map((p) => p.map(() => 0));
  rates.forEach((rate, step) => {
    const t = step + 1;
    gradientsOf(step).forEach((gradient, i) =>
      gradient.forEach((g, j) => {
        means[i][j] = 0.9 * means[i][j] + 0.1 * g;
        squares[i][j] = 0.999 * squares[i][j] + 0.001 * g * g;
        const mean = means[i][j] / (1 - 0.9 ** t);
        const square = squares[i][j] / (1 - 0.999 ** t);
        parameters[i][j] -= rate * mean / (Math.sqrt(square) + 1e-8);
      })
    );
  });
  return parameters;
}

const rates = [0.01, 0.02, 0.005, 0.01, 0.03, 0.001];

async function step(optimizer: Optimizer, at: number): Promise<void> {
  const gradients = gradientsOf(at).map((gradient, i) =>
    tf.tensor(Float32Array.from(gradient), shapes[names[i]])
  );
  const norm = await optimizer.step(gradients, rates[at]);
  const sum = gradientsOf(at).flatMap((g) => [...g]).reduce((sum, g) => sum + g * g, 0);
  assertAlmostEquals(norm, Math.sqrt(sum), 1e-5 * norm);
  assert(gradients.every(({ isDisposed }) => isDisposed));
}

testOnBackends("adam() is Kingma & Ba's algorithm", async () => {
  const optimizer = adam(initial);
  for (const at of rates.keys()) await step(optimizer, at);
  const expected = literalAdam(rates);
  const found = await optimizer.readParameters();
  for (const [i, name] of names.entries()) {
    assertEquals(found[name].shape, shapes[name]);
    assertClose(found[name].numbers, expected[i], name, 2e-6);
    const tensor = optimizer.parameters()[name];
    assertEquals(tensor.shape, shapes[name]);
    assertEquals([...await tensor.data()], [...found[name].numbers]);
  }
  optimizer.dispose();
});

testOnBackends("adam() goes on from readState() as if it had not stopped, to the bit", async () => {
  const whole = adam(initial);
  for (const at of rates.keys()) await step(whole, at);
  const first = adam(initial);
  for (const at of [0, 1, 2]) await step(first, at);
  const state: AdamState = await first.readState();
  const kept = structuredClone(state);
  await step(first, 3); // what was read does not move with the optimizer
  first.dispose();
  assertEquals(state, kept);
  assertEquals(state.steps, 3);
  const second = adam(state);
  for (const at of [3, 4, 5]) await step(second, at);
  assertEquals(await second.readState(), await whole.readState());
  whole.dispose();
  second.dispose();
});

testOnBackends(
  "two optimizers do not share their numbers, and steps leave no tensors",
  async () => {
    const [one, other] = [adam(initial), adam(initial)];
    await step(one, 0);
    assertEquals((await other.readParameters()).a.numbers, initial.a.numbers);
    one.parameters();
    const before = tf.memory().numTensors;
    for (const at of [1, 2, 3, 4]) {
      one.parameters();
      await step(one, at);
    }
    one.parameters();
    assertEquals(tf.memory().numTensors, before);
    one.dispose();
    other.dispose();
  },
);
