import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { random } from "ehrloom/random.ts";
import { deltaSpent, epsilonSpent } from "ehrloom/train/private/accounting/pld.ts";
import { epsilonByRdp } from "ehrloom/train/private/accounting/rdp.ts";
import { addDelta, gaussianDelta, gaussianEpsilon, removeDelta } from "./gaussian.ts";

/**
 * Noise multiplier, sampling rate, steps, δ, and ε by the PyPI package dp-accounting 0.6.0 on grids
 * of 1e-4 (as it is by default) and of 1e-5, which is closer to the true ε, from above.
 */
const vectors = [
  [1.5, 0.04, 2250, 1e-5, 6.76878737, 6.76878059],
  [1, 0.01, 1000, 1e-5, 1.82824365, 1.82823674],
  [1, 0.01, 10000, 1e-5, 6.18774498, 6.18771273],
  [1.1, 256 / 37000, 14453, 1e-5, 4.18143163, 4.18137081],
  [0.8, 0.001, 50000, 1e-6, 2.02483312, 2.02440967],
] as const;

Deno.test("epsilonSpent() gives known values", () => {
  for (const [noiseMultiplier, samplingRate, steps, delta, byDefault, finer] of vectors) {
    const epsilon = epsilonSpent([{ samplingRate, noiseMultiplier, steps }], delta);
    assertAlmostEquals(epsilon / byDefault, 1, 1e-3);
    assert(epsilon > finer * (1 - 1e-6), `${epsilon} is below ${finer}`);
    assert(epsilon < finer * (1 + 2e-4), `${epsilon} is far above ${finer}`);
  }
});

Deno.test("epsilonSpent() of two kinds of steps is that of their composition, in any order", () => {
  const a = { samplingRate: 0.01, noiseMultiplier: 1, steps: 1000 };
  const b = { samplingRate: 0.02, noiseMultiplier: 1.3, steps: 500 };
  const epsilon = epsilonSpent([a, b], 1e-5);
  const finer = 2.51712698; // by dp-accounting on a grid of 1e-5
  assert(epsilon > finer * (1 - 1e-6) && epsilon < finer * (1 + 2e-4), String(epsilon));
  assertAlmostEquals(epsilonSpent([b, a], 1e-5), epsilon, 1e-9);
});

Deno.test("without sampling, epsilonSpent() is above the analytic Gaussian mechanism's by at most 0.1%", () => {
  for (const mu of [0.02, 0.2, 1, 3, 20]) {
    for (const steps of [1, 7, 1000]) {
      for (const delta of [0.01, 1e-6, 1e-12, 1e-20]) {
        const exact = gaussianEpsilon(mu, delta);
        const step = { samplingRate: 1, noiseMultiplier: Math.sqrt(steps) / mu, steps };
        const epsilon = epsilonSpent([step], delta);
        const seen = `${epsilon} for ${exact}: ${mu}, ${steps} steps, ${delta}`;
        assert(epsilon >= exact - 1e-12 && epsilon <= exact * 1.001 + 1e-9, seen);
      }
    }
  }
});

Deno.test("without sampling, deltaSpent() is above the analytic Gaussian mechanism's by at most 1%", () => {
  for (const mu of [0.2, 1, 3]) {
    for (const epsilon of [0, 0.1, 1, 4]) {
      const exact = gaussianDelta(mu, epsilon);
      const delta = deltaSpent(
        [{ samplingRate: 1, noiseMultiplier: 10 / mu, steps: 100 }],
        epsilon,
      );
      // the closed form is a difference, exact to 1e-15
      assert(delta >= exact - 1e-15 && delta <= exact * 1.01 + 1e-15, `${delta} for ${exact}`);
    }
  }
});

Deno.test("deltaSpent() of one step is above its closed form by at most 1%", () => {
  for (const q of [0.01, 0.3, 0.9]) {
    for (const sigma of [0.5, 1, 5]) {
      for (const epsilon of [0.01, 0.1, 1, 3]) {
        const exact = Math.max(removeDelta(q, sigma, epsilon), addDelta(q, sigma, epsilon));
        const delta = deltaSpent([{ samplingRate: q, noiseMultiplier: sigma, steps: 1 }], epsilon);
        const seen = `${delta} for ${exact}: ${q}, ${sigma}, ${epsilon}`;
        assert(delta >= exact - 1e-15 && delta <= exact * 1.01 + 1e-15, seen);
      }
    }
  }
});

/** δ of two steps, by Simpson's rule over the outcome of the first. */
function twoSteps(q: number, sigma: number, epsilon: number, remove: boolean): number {
  const [low, high, intervals] = [-12 * sigma, 1 + 12 * sigma, 20_000];
  let sum = 0;
  for (let i = 0; i <= intervals; i++) {
    const z = low + (high - low) * i / intervals;
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 0 ? 2 : 4;
    const normal = (mean: number) =>
      Math.exp(-(((z - mean) / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI));
    const mixture = (1 - q) * normal(0) + q * normal(1);
    const ratio = Math.log1p(q * Math.expm1((2 * z - 1) / (2 * sigma ** 2)));
    sum += weight *
      (remove
        ? mixture * removeDelta(q, sigma, epsilon - ratio)
        : normal(0) * addDelta(q, sigma, epsilon + ratio));
  }
  return sum * (high - low) / intervals / 3;
}

Deno.test("deltaSpent() of two steps is the integral of the second over the first", () => {
  for (const [q, sigma] of [[0.05, 0.7], [0.4, 1], [0.8, 3]]) {
    for (const epsilon of [0.1, 0.5, 1.5]) {
      const exact = Math.max(...[true, false].map((remove) => twoSteps(q, sigma, epsilon, remove)));
      const delta = deltaSpent([{ samplingRate: q, noiseMultiplier: sigma, steps: 2 }], epsilon);
      const seen = `${delta} for ${exact}: ${q}, ${sigma}, ${epsilon}`;
      assert(delta >= exact * (1 - 1e-6) - 1e-13 && delta <= exact * 1.01 + 1e-13, seen);
    }
  }
});

Deno.test("epsilonSpent() and deltaSpent() are 0 without steps, and never negative", () => {
  assertEquals(epsilonSpent([], 1e-5), 0);
  assertEquals(epsilonSpent([{ samplingRate: 0.1, noiseMultiplier: 1, steps: 0 }], 1e-5), 0);
  assertEquals(deltaSpent([], 0), 0);
  const hidden = [{ samplingRate: 0.001, noiseMultiplier: 100, steps: 1 }];
  assertEquals(epsilonSpent(hidden, 0.01), 0);
  assert(deltaSpent(hidden, 0) > 0);
});

Deno.test("epsilonSpent() is monotone in each argument, and at most that by RDP", () => {
  const draw = random(20);
  for (let trial = 0; trial < 25; trial++) {
    const samplingRate = Math.exp(-6 * draw.uniform());
    const noiseMultiplier = 0.5 + 4 * draw.uniform();
    const steps = 1 + Math.floor(300 * draw.uniform());
    const delta = Math.exp(-4 - 12 * draw.uniform());
    const step = { samplingRate, noiseMultiplier, steps };
    const epsilon = epsilonSpent([step], delta);
    const seen = JSON.stringify([step, delta, epsilon]);
    const isAtMost = (one: number, other: number) => assert(one <= other * (1 + 2e-4), seen);
    isAtMost(epsilon, epsilonByRdp([step], delta).epsilon);
    isAtMost(epsilon, epsilonSpent([{ ...step, steps: steps + 1 }], delta));
    isAtMost(epsilon, epsilonSpent([{ ...step, noiseMultiplier: noiseMultiplier * 0.98 }], delta));
    isAtMost(epsilonSpent([{ ...step, samplingRate: samplingRate * 0.98 }], delta), epsilon);
    isAtMost(epsilon, epsilonSpent([step], delta * 0.9));
  }
});

Deno.test("epsilonSpent() and deltaSpent() name what is out of range", () => {
  const steps = [{ samplingRate: 0.1, noiseMultiplier: 1, steps: 10 }];
  for (const delta of [0, -1e-5, 1, 2, NaN]) {
    assertThrows(
      () => epsilonSpent(steps, delta),
      RangeError,
      `delta of ${delta}: it must be above 0`,
    );
  }
  for (const epsilon of [-0.1, NaN, Infinity]) {
    assertThrows(() => deltaSpent(steps, epsilon), RangeError, `epsilon of ${epsilon}: it must be`);
  }
  for (const count of [-1, 1.5, NaN, 1e9]) {
    const bad = [{ ...steps[0], steps: count }];
    assertThrows(
      () => epsilonSpent(bad, 1e-5),
      RangeError,
      `${count} steps: the number must be whole`,
    );
  }
});
