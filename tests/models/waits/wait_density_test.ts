// The density of waits by its definition, with Φ in float64.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { random } from "ehrloom";
import { drawnWait, waitLogDensities } from "ehrloom/models/waits/wait_density.ts";
import type { WaitStart } from "ehrloom/models/waits/wait_start.ts";
import { testOnBackends } from "../../golden.ts";
import { testLayer } from "../../nn/layer.ts";

/** Days; a third of waits are short, the others about a year. */
const start: WaitStart = {
  step: 1,
  longest: 400,
  weights: [1 / 3, 2 / 3],
  means: [Math.log(10), Math.log(365)],
  deviations: [1, 0.05],
};

/** Φ(x), by its power series for |x| < 6, which is 0 or 1 in float64's digits here beyond that. */
function below(x: number): number {
  if (Math.abs(x) > 6) return x > 0 ? 1 : 0;
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) sum += term *= x * x / (2 * n + 1);
  return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}

/** The probability that a time is told as `wait`, from a row of outputs a, u, v of two components. */
function probability(
  { step, longest, weights, means, deviations }: WaitStart,
  outputs: ArrayLike<number>,
  wait: number,
): number {
  const odds = weights.map((weight, k) => weight * Math.exp(outputs[k]));
  const whole = odds.reduce((sum, own) => sum + own, 0);
  const shorter = (days: number, k: number) => {
    const mean = means[k] + deviations[k] * outputs[2 + k];
    const deviation = deviations[k] * Math.exp(outputs[4 + k]);
    return days === 0 ? 0 : below((Math.log(days) - mean) / deviation);
  };
  return odds.reduce((sum, own, k) => {
    const from = wait === 0 ? 0 : shorter(Math.min(wait, longest) - step / 2, k);
    const to = wait >= longest ? 1 : shorter(wait + step / 2, k);
    return sum + own / whole * (to - from);
  }, 0);
}

const waits = Float64Array.of(0, 1, 7, NaN, 350, 365, 400, 900);
const rows = waits.length;

testLayer("waitLogDensities()", {
  shapes: [[rows, 6]],
  layer: (outputs) => waitLogDensities(outputs as tf.Tensor2D, waits, start),
  literal: (outputs) =>
    Float64Array.from(
      waits,
      (wait, row) =>
        Number.isNaN(wait)
          ? 0
          : Math.log(probability(start, outputs.subarray(6 * row, 6 * row + 6), wait)),
    ),
});

testOnBackends("the densities of all waits, times the step, sum to 1", async () => {
  const hourly = { ...start, step: 1 / 24 };
  const all = Float64Array.from({ length: 24 * 400 + 1 }, (_, step) => step / 24);
  const row = [0.3, -0.2, 0.5, -1, 0.4, 0.9];
  const found = tf.tidy(() =>
    waitLogDensities(
      tf.tile(tf.tensor2d([row]), [all.length, 1]) as tf.Tensor2D,
      all,
      hourly,
    )
  );
  const sum = (await found.data<"float32">()).reduce((sum, log) => sum + Math.exp(log) / 24, 0);
  found.dispose();
  assertAlmostEquals(sum, 1, 1e-5);
});

testOnBackends("a wait of one log-normal has the likelihood that its formula gives", async () => {
  const [mean, deviation] = [Math.log(30), 0.5];
  const one: WaitStart = {
    step: 1 / 86_400, // so fine that the density at a point is meant
    longest: 1000,
    weights: [1],
    means: [mean],
    deviations: [deviation],
  };
  const found = tf.tidy(() => waitLogDensities(tf.zeros([1, 3]), Float64Array.of(40), one));
  const z = (Math.log(40) - mean) / deviation;
  const expected = -Math.log(40 * deviation * Math.sqrt(2 * Math.PI)) - z * z / 2;
  assertAlmostEquals((await found.data())[0], expected, 1e-5);
  found.dispose();
});

Deno.test("drawnWait() draws each wait with its probability", () => {
  const outputs = Float32Array.of(1, 0, -0.5, 0.5, 0.2, 0.1);
  const draws = 100_000;
  const source = random(5);
  const counts = new Map<number, number>();
  for (let i = 0; i < draws; i++) {
    const uniforms = [source.uniform(), source.uniform(), source.uniform()];
    const wait = drawnWait(outputs, uniforms, start);
    assert(Number.isInteger(wait) && wait >= 0 && wait <= start.longest);
    counts.set(wait, (counts.get(wait) ?? 0) + 1);
  }
  let chi2 = 0;
  let cells = 0;
  for (let wait = 0; wait <= start.longest; wait++) {
    const expected = draws * probability(start, outputs, wait);
    if (expected < 20) continue;
    chi2 += ((counts.get(wait) ?? 0) - expected) ** 2 / expected;
    cells++;
  }
  assert(cells > 100);
  assert(chi2 < cells + 5 * Math.sqrt(2 * cells), `χ² of ${cells} waits is ${chi2}`);
});

Deno.test("the extremes of uniform numbers give waits in range", () => {
  const outputs = Float32Array.of(0, 0, 0, 0, 30, 30);
  const largest = 1 - 2 ** -24;
  for (const uniforms of [[0, 0, 0], [largest, largest, largest], [0, largest, 0.5]]) {
    const wait = drawnWait(outputs, uniforms, start);
    assert(wait >= 0 && wait <= start.longest, `${uniforms} gives ${wait}`);
  }
  assertEquals(drawnWait(Float32Array.of(0, 99, 0, 0, 0, 0), [0.1, 0, 0], start), 365);
});
