import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import {
  aucEstimate,
  delongVariance,
  rankedFolds,
  weightedAuc,
} from "ehrloom/evaluate/fidelity/two_sample/auc.ts";

/** Scores of a class in one fold, or in those given. */
const scored = (scores: number[], folds = scores.map(() => 0)) => ({
  scores: Float64Array.from(scores),
  folds: Uint8Array.from(folds),
});
const ones = [1, 1, 1, 1, 1];

Deno.test("weightedAuc() is 1 for separable classes, 0 for reversed ones, 1/2 for equal scores", () => {
  assertEquals(weightedAuc(rankedFolds(scored([1, 2]), scored([3, 4, 5])), ones, ones), 1);
  assertEquals(weightedAuc(rankedFolds(scored([3, 4]), scored([1, 2])), ones, ones), 0);
  assertEquals(weightedAuc(rankedFolds(scored([1, 1]), scored([1, 1, 1])), ones, ones), 1 / 2);
});

Deno.test("weightedAuc() is the share of pairs ordered rightly, ties half, within folds alone", () => {
  // pairs of 1, 2, 4 and 2, 3: 1 + 1/2 + 0 below 2, and 1 + 1 + 0 below 3
  const one = rankedFolds(scored([1, 2, 4]), scored([2, 3]));
  assertAlmostEquals(weightedAuc(one, ones, ones), 3.5 / 6, 1e-12);
  // fold 0 has (1, 0.5), fold 1 has (10, 20) and (10, 30); 1 against 20 is no pair
  const two = rankedFolds(scored([1, 10], [0, 1]), scored([0.5, 20, 30], [0, 1, 1]));
  assertAlmostEquals(weightedAuc(two, ones, ones), 2 / 3, 1e-12);
});

Deno.test("weightedAuc() with weights equals that of records written so many times", () => {
  const draws = random(3);
  const numbers = () => Array.from({ length: 12 }, () => draws.integer(8));
  const [first, second] = [numbers(), numbers()];
  const [a, b] = [numbers(), numbers()];
  const folds = first.map((_, i) => i % 2);
  const repeated = (values: number[], weights: number[]) =>
    [
      values.flatMap((value, i) => new Array(weights[i]).fill(value)),
      folds.flatMap((fold, i) => new Array(weights[i]).fill(fold)),
    ] as const;
  const written = rankedFolds(scored(...repeated(first, a)), scored(...repeated(second, b)));
  const many = new Array(200).fill(1);
  assertAlmostEquals(
    weightedAuc(rankedFolds(scored(first, folds), scored(second, folds)), a, b),
    weightedAuc(written, many, many),
    1e-12,
  );
});

Deno.test("delongVariance() is that of the paper, by hand", () => {
  // Placements: 1 → 1, 2 → 3/4, 4 → 0; 2 → 1/2, 3 → 2/3
  const variance = (numbers: number[]) => {
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    return numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (numbers.length - 1);
  };
  const expected = variance([1, 3 / 4, 0]) / 3 + variance([1 / 2, 2 / 3]) / 2;
  const sorted = rankedFolds(scored([1, 2, 4]), scored([2, 3]));
  assertAlmostEquals(delongVariance(sorted), expected, 1e-12);
  // two equal folds: half the variance
  const twice = rankedFolds(
    scored([1, 2, 4, 1, 2, 4], [0, 0, 0, 1, 1, 1]),
    scored([2, 3, 2, 3], [0, 0, 1, 1]),
  );
  assertAlmostEquals(delongVariance(twice), expected / 2, 1e-12);
});

Deno.test("aucEstimate() of separable classes is as unsure as their number of patients", () => {
  const { value, low, high } = aucEstimate(rankedFolds(scored([1, 2]), scored([3, 4, 5])));
  assertEquals([value, high], [1, 1]);
  assertAlmostEquals(low, Math.sqrt(0.025), 1e-12); // two pairs in a row with probability 0.025
  const reversed = aucEstimate(rankedFolds(scored([3, 4, 5]), scored([1, 2])));
  assertEquals([reversed.value, reversed.low], [0, 0]);
  assertAlmostEquals(reversed.high, 1 - Math.sqrt(0.025), 1e-12);
});

Deno.test("aucEstimate()'s interval holds the true area in 95% of 400 draws", () => {
  const truth = 0.7602499389065233; // Φ(1/√2) for N(0, 1) and N(1, 1)
  let held = 0;
  for (let run = 0; run < 400; run++) {
    const draws = random(run);
    const numbers = (mean: number) => Array.from({ length: 60 }, () => mean + draws.normal());
    const { low, high } = aucEstimate(rankedFolds(scored(numbers(0)), scored(numbers(1))));
    if (low <= truth && truth <= high) held++;
  }
  assert(held >= 372 && held <= 388, `${held}`); // 93 to 97%
});
