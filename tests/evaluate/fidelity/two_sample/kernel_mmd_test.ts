import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import {
  discrepancy,
  gaussianKernel,
  kernelMmd,
} from "ehrloom/evaluate/fidelity/two_sample/kernel_mmd.ts";
import { coins, figuresOf, walks } from "./cohorts.ts";

const line = (coordinates: ArrayLike<number>) => ({
  count: coordinates.length,
  width: 1,
  coordinates: Float32Array.from(coordinates),
});

Deno.test("gaussianKernel() has the median distance as its bandwidth", async () => {
  // distances 1, 3, 6, 2, 5, 3
  const { bandwidth, values } = await gaussianKernel(line([0, 1, 3, 6]));
  assertAlmostEquals(bandwidth, Math.sqrt((3 ** 2 + 3 ** 2) / 2), 1e-9);
  assertAlmostEquals(values[1], Math.exp(-1 / 18), 1e-6);
  assertEquals([values[0], values[5]], [0, 0]); // no pair of a point with itself
  assertEquals((await gaussianKernel(line([2, 2, 2, 2]))).bandwidth, 1);
});

Deno.test("discrepancy() is the unbiased estimate, by hand", () => {
  // points 0, 1 | 2, 3 with made-up kernel values
  const k = [[0, 0.5, 0.25, 0.125], [0.5, 0, 0.5, 0.25], [0.25, 0.5, 0, 0.75], [
    0.125,
    0.25,
    0.75,
    0,
  ]];
  const kernel = { count: 4, bandwidth: 1, values: Float32Array.from(k.flat()) };
  const expected = 0.5 + 0.75 - 2 * (0.25 + 0.125 + 0.5 + 0.25) / 4;
  assertAlmostEquals(discrepancy(kernel, [1, 1, -1, -1]), expected, 1e-12);
  // the first point twice: no pair of its two copies
  const within = 2 * 2 * 0.5 / (9 - 5);
  const between = (2 * (0.25 + 0.125) + 0.5 + 0.25) / 6;
  assertAlmostEquals(
    discrepancy(kernel, [2, 1, -1, -1]),
    within + 0.75 - 2 * between,
    1e-12,
  );
});

Deno.test("discrepancy() between two Gaussians is the closed form, and about 0 for one", async () => {
  const draws = random(4);
  const each = 400;
  const classes = Int8Array.from({ length: 2 * each }, (_, i) => i < each ? 1 : -1);
  const numbers = (distance: number) =>
    Float64Array.from(classes, (side) => draws.normal() + (side < 0 ? distance : 0));
  const apart = await gaussianKernel(line(numbers(1)));
  // E k(x, y) = σ / √(σ² + 2) exp(−δ² / (2 (σ² + 2)))
  const spread = apart.bandwidth ** 2 + 2;
  const truth = 2 * apart.bandwidth / Math.sqrt(spread) * (1 - Math.exp(-1 / (2 * spread)));
  assertAlmostEquals(discrepancy(apart, classes), truth, 0.04);
  const same = await gaussianKernel(line(numbers(0)));
  assert(Math.abs(discrepancy(same, classes)) < 0.01);
});

Deno.test("kernel_mmd tells coins apart, and its p values are spread for equal ones", async () => {
  const cohorts = { training: coins(1, 100, 0.3), heldOut: coins(2, 100, 0.3) };
  const apart = await figuresOf(kernelMmd, { ...cohorts, synthetic: coins(3, 100, 0.7) });
  assert(apart.mmd_squared.low > 0);
  assertEquals(apart.p_value, 1 / 501);
  let [low, sum] = [0, 0];
  for (let run = 0; run < 20; run++) {
    const { p_value } = await figuresOf(kernelMmd, {
      training: walks(3 * run, 40),
      heldOut: walks(3 * run + 1, 40),
      synthetic: walks(3 * run + 2, 40),
    });
    if (p_value < 0.05) low++;
    sum += p_value;
  }
  assert(low <= 4, `${low} of 20 p values below 0.05`);
  assert(sum > 6 && sum < 14, `mean p value ${sum / 20}`);
});
