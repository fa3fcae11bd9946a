import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { kolmogorovSmirnov, random, totalVariation, wasserstein1 } from "ehrloom";
import {
  agreementEstimate,
  cumulative,
  distanceEstimate,
  distancesFrom,
} from "ehrloom/evaluate/fidelity/distribution_distance.ts";

Deno.test("equal distributions have no distance, whatever their totals", () => {
  const [once, thrice] = [[1, 0, 4, 2], [3, 0, 12, 6]];
  assertAlmostEquals(kolmogorovSmirnov(once, thrice), 0, 1e-12);
  assertAlmostEquals(wasserstein1([1, 2, 4, 8], once, thrice), 0, 1e-12);
  assertAlmostEquals(totalVariation(once, thrice), 0, 1e-12);
});

Deno.test("disjoint distributions are as far apart as can be", () => {
  assertEquals(kolmogorovSmirnov([1, 2, 0, 0], [0, 0, 5, 1]), 1);
  assertEquals(totalVariation([1, 0, 2, 0], [0, 5, 0, 1]), 1);
  assertEquals(kolmogorovSmirnov([1, 0, 1], [0, 1, 0]), 0.5); // disjoint, and one within the other
});

Deno.test("wasserstein1() of the same sample, moved, is the distance by which it is moved", () => {
  const values = [0, 1, 3, 7, 8, 10]; // 0, 1, 3 and the same plus 7
  assertAlmostEquals(wasserstein1(values, [1, 2, 3, 0, 0, 0], [0, 0, 0, 1, 2, 3]), 7, 1e-12);
});

Deno.test("distances of two samples are those of their sorted values, by another way of counting", () => {
  const draws = random(7);
  const [a, b] = [0, 0].map(() => Array.from({ length: 40 }, () => draws.integer(12)));
  const values = Array.from({ length: 12 }, (_, value) => value);
  const weights = (sample: number[]) =>
    values.map((value) => sample.filter((each) => each === value).length);
  const [sortedA, sortedB] = [a, b].map((sample) => sample.toSorted((x, y) => x - y));
  const pairs = sortedA.map((value, i) => Math.abs(value - sortedB[i])); // equal numbers
  assertAlmostEquals(
    wasserstein1(values, weights(a), weights(b)),
    pairs.reduce((sum, each) => sum + each) / 40,
    1e-9,
  );
  const share = (sample: number[], most: number) =>
    sample.filter((each) => each <= most).length / 40;
  const gaps = values.map((value) => Math.abs(share(a, value) - share(b, value)));
  assertAlmostEquals(kolmogorovSmirnov(weights(a), weights(b)), Math.max(...gaps), 1e-9);
});

Deno.test("distancesFrom() are both distances and the mean, in one pass", () => {
  const draws = random(9);
  for (let time = 0; time < 50; time++) {
    const cells = 1 + draws.integer(20);
    const drawn = (most: number) => Float64Array.from({ length: cells }, () => draws.integer(most));
    const values = drawn(1000).sort();
    const [real, other] = [drawn(5), drawn(3)]; // at times without any weight
    const total = (weights: Float64Array) => weights.reduce((sum, weight) => sum + weight, 0);
    const mean = (weights: Float64Array) =>
      weights.reduce((sum, weight, cell) => sum + weight * values[cell], 0) / total(weights);
    const truth = cumulative(values, real, new Float64Array(cells));
    assertEquals([truth.total, truth.mean], [total(real), mean(real)]);
    assertEquals(distancesFrom(truth, values, other), {
      total: total(other),
      mean: mean(other),
      largest: kolmogorovSmirnov(real, other),
      area: wasserstein1(values, real, other),
    });
  }
});

Deno.test("a sample without weight has no distance from anything", () => {
  assertEquals(kolmogorovSmirnov([0, 0], [1, 0]), NaN);
  assertEquals(wasserstein1([1, 2], [1, 0], [0, 0]), NaN);
  assertEquals(totalVariation([], []), NaN);
});

Deno.test("weights of different cells cannot be compared", () => {
  assertThrows(() => totalVariation([1], [1, 2]), RangeError, "1 real weights but 2 synthetic");
  assertThrows(() => wasserstein1([1], [1, 2], [1, 2]), RangeError, "1 values but 2 weights");
});

Deno.test("intervals are moved to their figure, and stay where distances can be", () => {
  // resamples around 0.3, while the distance itself is 0.1
  const distances = Float64Array.of(0.1, 0.1, 0.2, 0.3, 0.4, 0.5);
  const { value, low, high } = distanceEstimate(distances);
  assertEquals([value, low], [0.1, 0]);
  assertAlmostEquals(high, 0.1 + 0.19, 1e-12); // 97.5% of the way from 0.3 to 0.5, less 5%
  const agreement = agreementEstimate(distances.map((each) => 1 - each));
  assertAlmostEquals(agreement.low, 0.9 - 0.19, 1e-12);
  assertEquals(agreement.high, 1);
});
