// Waits in bins as a density: by hand, and that it is one.
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, vocabulary } from "ehrloom";
import { binnedWaits, daysInBin } from "ehrloom/models/numbers/binned_waits.ts";
import { binOf } from "ehrloom/models/numbers/value_bins.ts";
import { blockLikelihood, waitLikelihood } from "ehrloom/models/rows/part_likelihoods.ts";
import { paddedRows } from "ehrloom/models/rows/visit_rows.ts";

/** Bins of no time, of up to a week, of a week alone, of up to a month. */
const edges = [0, 0, 6.9993, 7, 30];

Deno.test("daysInBin() counts the steps in a bin, at least one", () => {
  const days = (step: number) => [0, 1, 2, 3].map((bin) => daysInBin(edges, bin, step));
  assertEquals(days(1), [1, 6, 1, 23]);
  const hours = days(1 / 24).map((day) => 24 * day);
  [1, 167, 1, 552].forEach((expected, bin) => assertAlmostEquals(hours[bin], expected, 1e-9));
});

Deno.test("the densities of the steps in all bins sum to 1, whatever the bins' probabilities", () => {
  const probabilities = [0.1, 0.3, 0.4, 0.2];
  for (const step of [1, 1 / 24, 1 / 1440]) {
    let sum = 0;
    for (let told = 0; told <= Math.round(30 / step); told++) {
      const bin = binOf(edges, told * step + (told > 0 ? -1e-9 : 0)); // as rounding may leave it
      sum += step * probabilities[bin] / daysInBin(edges, bin, step);
    }
    assertAlmostEquals(sum, 1, 1e-9);
  }
});

/** Two records of two codes: three visits, and one. */
const cohort = cohortOf(vocabulary(["a", "b"]), [], [
  { visits: [[0], [1], [0, 1]], gapDays: [0, 7, 20], labels: [] },
  { visits: [[1]], gapDays: [0], labels: [] },
]);

Deno.test("blockLikelihood() is of the first column that is on", () => {
  const batch = paddedRows({ codes: 2, labels: 0 }, cohort, Int32Array.of(0, 1));
  const columns = 5;
  const logits = Float32Array.from({ length: 8 * columns }, (_, i) => (i * 7 % 5 - 2) / 2);
  const block = { from: 0, count: 2 };
  const p = (row: number, column: number) => 1 / (1 + Math.exp(-logits[row * columns + column]));
  const found = blockLikelihood(batch, logits, { record: 0, columns, block });
  // Rows 1, 2, 3 are the visits; a is on in the first and last, b in the second and last
  const first = Math.log(p(1, 0)) + Math.log((1 - p(2, 0)) * p(2, 1)) + Math.log(p(3, 0));
  const cells = Math.log(p(1, 0) * (1 - p(1, 1))) + Math.log((1 - p(2, 0)) * p(2, 1)) +
    Math.log(p(3, 0) * p(3, 1));
  assertAlmostEquals(found.logFirst, first, 1e-6);
  assertAlmostEquals(found.inCells, cells, 1e-6);
});

Deno.test("binnedWaits() divides the probability of bins by their days", () => {
  const block = { logFirst: -2, inCells: -2.5 };
  const found = binnedWaits(cohort, 0, { edges, step: 1, block });
  assertEquals([found.count, found.inCells], [2, -2.5]);
  assertAlmostEquals(found.logDensity, -2 - Math.log(1) - Math.log(23), 1e-12);
  const single = binnedWaits(cohort, 1, { edges, step: 1, block: { logFirst: 0, inCells: 0 } });
  assertEquals(single, { count: 0, logDensity: 0, inCells: 0 });
});

Deno.test("paddedRows() has the waits before visits, and waitLikelihood() sums their densities", () => {
  const batch = paddedRows({ codes: 2, labels: 0 }, cohort, Int32Array.of(1, 0));
  assertEquals([...batch.waits], [NaN, NaN, NaN, NaN, NaN, NaN, 7, 20]);
  const densities = Float32Array.of(0, 0, 0, 0, 0, 0, -3, -4);
  assertEquals(waitLikelihood(batch, densities, 1), { count: 2, logDensity: -7, inCells: 0 });
  assertEquals(waitLikelihood(batch, densities, 0), { count: 0, logDensity: 0, inCells: 0 });
});
