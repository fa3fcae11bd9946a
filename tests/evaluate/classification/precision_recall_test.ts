import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  averagePrecision,
  trapezoidalAuprc,
} from "ehrloom/evaluate/classification/precision_recall.ts";
import { rankedCases } from "ehrloom/evaluate/classification/ranked_cases.ts";

Deno.test("both areas below the precision-recall curve are 1 for scores in order", () => {
  const cases = rankedCases([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0]);
  assertEquals([trapezoidalAuprc(cases), averagePrecision(cases)], [1, 1]);
});

Deno.test("the two areas of positive, negative, positive are those by hand", () => {
  // recall 1/2 at precision 1, then recall 1 at precision 2/3; precision 1/2 between at recall 1/2
  const cases = rankedCases([0.9, 0.7, 0.5], [1, 0, 1]);
  assertAlmostEquals(averagePrecision(cases), (1 + 2 / 3) / 2, 1e-12);
  assertAlmostEquals(trapezoidalAuprc(cases), 0.5 * 1 + 0.5 * (1 / 2 + 2 / 3) / 2, 1e-12);
});

Deno.test("equal scores give average precision the share of positives, and the trapezoid more", () => {
  const cases = rankedCases([0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0]);
  assertEquals(averagePrecision(cases), 0.25);
  assertEquals(trapezoidalAuprc(cases), (1 + 0.25) / 2);
});

Deno.test("weights count cases as often as repeating them, and weight 0 leaves them out", () => {
  const cases = rankedCases([0.9, 0.7, 0.5, 0.3], [1, 0, 1, 0]);
  const repeated = rankedCases([0.9, 0.7, 0.7, 0.5], [1, 0, 0, 1]);
  for (const area of [averagePrecision, trapezoidalAuprc]) {
    assertAlmostEquals(area(cases, [1, 2, 1, 0]), area(repeated), 1e-12);
  }
  assert(Number.isNaN(averagePrecision(cases, [0, 1, 0, 1])));
});
