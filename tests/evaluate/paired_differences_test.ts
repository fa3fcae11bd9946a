import { assertEquals } from "@std/assert";
import { pairedDifferences } from "ehrloom/evaluate/paired_differences.ts";

Deno.test("pairedDifferences() are resample by resample, of figures that both have, around their value", () => {
  const found = pairedDifferences(
    { r2: [0.5, 0.5, 0.75, 1], days: [1, 2, 3, 4], none: [null, null, null, null] },
    { r2: [0.25, 0.25, 0.5, 0.75], none: [1, 1, 1, 1], other: [1, 1, 1, 1] },
  );
  // each resample's difference is 0.25, as that of the cohorts themselves
  assertEquals(found, { r2: { value: 0.25, low: 0.25, high: 0.25 } });
});
