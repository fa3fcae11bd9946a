import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  accuracy,
  confusion,
  f1,
  precision,
  recall,
} from "ehrloom/evaluate/classification/decisions.ts";

Deno.test("confusion() calls positive what is above 0.5, and 0.5 itself negative", () => {
  const counts = confusion([0.9, 0.6, 0.5, 0.2, 0.7], [1, 0, 1, 0, 1]);
  assertEquals(counts, {
    truePositives: 2,
    falsePositives: 1,
    trueNegatives: 1,
    falseNegatives: 1,
  });
  assertEquals(accuracy(counts), 3 / 5);
  assertEquals(precision(counts), 2 / 3);
  assertEquals(recall(counts), 2 / 3);
  assertAlmostEquals(f1(counts), 2 / 3, 1e-12);
});

Deno.test("decisions are 0 or undefined where nothing is called positive, not NaN by accident", () => {
  const guesses = confusion([0.5, 0.5], [1, 0]);
  assertEquals([accuracy(guesses), precision(guesses), recall(guesses), f1(guesses)], [
    0.5,
    0,
    0,
    0,
  ]);
  assert(Number.isNaN(recall(confusion([0.9], [0]))));
});

Deno.test("confusion() counts cases by their weights", () => {
  const counts = confusion([0.9, 0.1, 0.8], [1, 1, 0], [3, 0, 2]);
  assertEquals([counts.truePositives, counts.falseNegatives, counts.falsePositives], [3, 0, 2]);
});
