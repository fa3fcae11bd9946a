import { assertAlmostEquals, assertEquals } from "@std/assert";
import { PairedCounts } from "ehrloom/evaluate/fidelity/counting/paired_counts.ts";
import { rankCorrelation } from "ehrloom/evaluate/fidelity/agreement/rank_correlation.ts";

const of = (real: number[], synthetic: number[]) =>
  rankCorrelation(
    new PairedCounts(Int32Array.from(real), Int32Array.from(synthetic), real.length),
  );

Deno.test("rankCorrelation() is 1 for the same order and −1 for the opposite one", () => {
  assertAlmostEquals(of([1, 5, 9], [10, 11, 900]), 1, 1e-12);
  assertAlmostEquals(of([1, 5, 9], [3, 2, 1]), -1, 1e-12);
});

Deno.test("rankCorrelation() gives ties their mean rank, and leaves out keys that neither has", () => {
  // ranks 1.5, 1.5, 3, 4 and 2, 1, 3.5, 3.5; means 2.5: products 0.5 + 1.5 + 0.5 + 1.5 = 4
  const wanted = 4 / Math.sqrt((1 + 1 + 0.25 + 2.25) * (0.25 + 2.25 + 1 + 1));
  assertAlmostEquals(of([2, 2, 0, 5, 7], [1, 0, 0, 4, 4]), wanted, 1e-12);
});

Deno.test("rankCorrelation() has no value where a side does not vary", () => {
  assertEquals(of([3, 3], [1, 2]), NaN);
});
