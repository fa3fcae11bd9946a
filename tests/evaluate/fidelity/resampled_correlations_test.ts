import { assertAlmostEquals, assertEquals } from "@std/assert";
import { resampleWeights } from "ehrloom/evaluate/bootstrap.ts";
import {
  observations,
  type Observe,
  resampledCorrelations,
} from "ehrloom/evaluate/fidelity/resampled_correlations.ts";
import { listedCohort } from "../random_cohort.ts";

/** Pairs that each of four patients has; the third has none. */
const pairs = [[[1, 2], [2, 1]], [[3, 5]], [], [[4, 4], [4, 9], [0, 0]]];
const cohort = listedCohort(pairs.map(() => ({ visits: [[0]], labels: [0, 0] })), 1);

function observe(record: number, add: Observe): void {
  for (const [x, y] of pairs[record]) {
    add(0, x, y);
    add(1, x, 7); // does not vary
  }
}

/** Pearson's correlation of pairs, from deviations. */
function correlation(of: readonly (readonly number[])[]): number {
  const mean = (i: number) => of.reduce((sum, pair) => sum + pair[i], 0) / of.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (f: (a: number, b: number) => number) =>
    of.reduce((total, pair) => total + f(pair[0] - x, pair[1] - y), 0);
  return sum((a, b) => a * b) / Math.sqrt(sum((a) => a * a) * sum((_, b) => b * b));
}

Deno.test("resampledCorrelations() are those of the records written out as often as they are drawn", async () => {
  const how = { role: "held_out", seed: 5 } as const;
  const found = await resampledCorrelations({ ...how, cohort }, 2, observe, {
    seed: how.seed,
    resamples: 120, // more than one block
  });
  assertEquals(found.length, 121 * 2);
  assertAlmostEquals(found[0], correlation(pairs.flat()), 1e-9);
  for (const resample of [1, 49, 50, 51, 120]) {
    const weights = new Int32Array(4);
    resampleWeights(how, resample, weights);
    const drawn = pairs.flatMap((own, i) => Array(weights[i]).fill(own).flat());
    const expected = correlation(drawn);
    assertAlmostEquals(found[2 * resample], Number.isNaN(expected) ? 0 : expected, 1e-9);
  }
});

Deno.test("resampledCorrelations() are 0 where a number does not vary", async () => {
  const found = await resampledCorrelations({ role: "real", cohort }, 2, observe, {
    seed: 0,
    resamples: 20,
  });
  assertEquals(found.filter((_, i) => i % 2 === 1), new Float64Array(21));
});

Deno.test("observations() counts pairs, and the additions of each record", () => {
  const { pairs, operations } = observations(4, 2, observe);
  assertEquals(pairs, Float64Array.of(6, 6));
  assertEquals(operations, 3 * 2 * 6); // three records, two correlations, six sums
});
