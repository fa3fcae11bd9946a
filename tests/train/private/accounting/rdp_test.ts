import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { epsilonByRdp, orders, renyiDivergence } from "ehrloom/train/private/accounting/rdp.ts";

/** Noise multiplier, sampling rate, steps, δ and ε, derived independently to 8 decimals. */
const vectors = [
  [1.5, 0.04, 2250, 1e-5, 7.32911117],
  [1, 0.01, 1000, 1e-5, 2.10136527],
  [1, 0.01, 10000, 1e-5, 6.7127383],
  [1.1, 256 / 37000, 14453, 1e-5, 4.53887313],
  [0.8, 0.001, 50000, 1e-6, 2.40746829],
] as const;

Deno.test("epsilonByRdp() gives known values to 1e-8", () => {
  for (const [noiseMultiplier, samplingRate, steps, delta, epsilon] of vectors) {
    const spent = epsilonByRdp([{ samplingRate, noiseMultiplier, steps }], delta);
    assertAlmostEquals(spent.epsilon, epsilon, 1e-8);
    assert(!spent.isAtEnd);
  }
});

/** Sampling rate, noise multiplier, order, and the divergence by mpmath 1.4.1 with 40 digits. */
const divergences = [
  [0.04, 1.5, 3.9, 0.0018332021995838586],
  [0.01, 1, 1.1, 9.2414710846869575e-5],
  [0.01, 1, 8.2, 0.00095230530261652397],
  [0.001, 0.8, 2.5, 4.7331903118483382e-6],
  [0.5, 0.5, 1.5, 1.495590849676597],
  [0.00001, 2, 10.9, 1.5479813558120412e-10],
  [0.9, 3, 40.5, 2.1433900118671545],
] as const;

Deno.test("renyiDivergence() of fractional orders is exact to a relative 1e-12", () => {
  for (const [samplingRate, noiseMultiplier, order, expected] of divergences) {
    const divergence = renyiDivergence({ samplingRate, noiseMultiplier }, order);
    assertAlmostEquals(divergence / expected, 1, 1e-12);
  }
});

/** The divergence by Simpson's rule over the definition, as it stands. */
function bySimpson(q: number, sigma: number, order: number): number {
  const [low, high, intervals] = [-12 * sigma, order + 12 * sigma, 40_000];
  let sum = 0;
  for (let i = 0; i <= intervals; i++) {
    const z = low + (high - low) * i / intervals;
    const ratio = 1 - q + q * Math.exp((2 * z - 1) / (2 * sigma ** 2));
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 0 ? 2 : 4;
    sum += weight * Math.exp(order * Math.log(ratio) - z * z / (2 * sigma ** 2));
  }
  const mean = sum * (high - low) / intervals / 3 / (sigma * Math.sqrt(2 * Math.PI));
  return Math.log(mean) / (order - 1);
}

Deno.test("renyiDivergence() equals quadrature over its definition, at whole and other orders", () => {
  for (const q of [0.01, 0.2, 0.7]) {
    for (const sigma of [0.7, 1, 4]) {
      for (const order of [1.5, 2, 2.7, 5, 9.9, 16]) {
        const divergence = renyiDivergence({ samplingRate: q, noiseMultiplier: sigma }, order);
        assertAlmostEquals(divergence, bySimpson(q, sigma, order), 1e-9 * (1 + divergence));
      }
    }
  }
});

Deno.test("renyiDivergence() without sampling is order / (2 σ²), which rates near 1 approach", () => {
  assertEquals(renyiDivergence({ samplingRate: 1, noiseMultiplier: 0.5 }, 3.5), 7);
  for (const order of [3, 3.5]) {
    const step = { samplingRate: 1 - 1e-9, noiseMultiplier: 0.5 };
    assertAlmostEquals(renyiDivergence(step, order), 2 * order, 1e-7);
  }
});

Deno.test("renyiDivergence() increases with the order and the sampling rate and falls with noise", () => {
  for (const q of [0.001, 0.1, 0.9]) {
    for (const sigma of [0.3, 1, 20]) {
      const divergence = (order: number, rate = q, noise = sigma) =>
        renyiDivergence({ samplingRate: rate, noiseMultiplier: noise }, order);
      for (const [i, order] of orders.slice(1).entries()) {
        assert(divergence(order) > divergence(orders[i]), `${q} ${sigma} ${order}`);
      }
      for (const order of [1.1, 2, 7.3, 64]) {
        assert(divergence(order, q * 1.05) > divergence(order));
        assert(divergence(order, q, sigma * 1.05) < divergence(order));
      }
    }
  }
});

Deno.test("epsilonByRdp() is 0 without steps, never negative, and says when the grid ends", () => {
  assertEquals(epsilonByRdp([], 1e-5), { epsilon: 0, order: undefined, isAtEnd: false });
  const hidden = [{ samplingRate: 0.001, noiseMultiplier: 100, steps: 1 }];
  assertEquals(epsilonByRdp(hidden, 0.5).epsilon, 0);
  assert(epsilonByRdp(hidden, 1e-9).isAtEnd);
  assert(epsilonByRdp([{ samplingRate: 1, noiseMultiplier: 0.02, steps: 1 }], 1e-5).isAtEnd);
});

Deno.test("renyiDivergence() names what is out of range", () => {
  const step = { samplingRate: 0.1, noiseMultiplier: 1 };
  for (const order of [1, 0, -2, NaN, Infinity]) {
    assertThrows(() => renyiDivergence(step, order), RangeError, `order ${order}`);
  }
  for (const samplingRate of [0, -0.1, 1.1, NaN]) {
    const message = `sampling rate of ${samplingRate}: it must be above 0`;
    assertThrows(() => renyiDivergence({ ...step, samplingRate }, 2), RangeError, message);
  }
  for (const noiseMultiplier of [0, -1, NaN, Infinity]) {
    const message = `noise multiplier of ${noiseMultiplier}: it must be above 0`;
    assertThrows(() => renyiDivergence({ ...step, noiseMultiplier }, 2), RangeError, message);
  }
});
