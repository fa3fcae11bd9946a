import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { random } from "ehrloom";
import { rankedCases } from "ehrloom/evaluate/classification/ranked_cases.ts";
import {
  auroc,
  deLong,
  deLongDifference,
  placements,
  rocCurve,
  tprAtFpr,
} from "ehrloom/evaluate/classification/roc.ts";

/** The area by its definition: over all pairs. */
function areaOfPairs(scores: number[], isPositive: number[], weights = scores.map(() => 1)) {
  let [won, pairs] = [0, 0];
  for (const [i, score] of scores.entries()) {
    for (const [j, other] of scores.entries()) {
      if (isPositive[i] !== 1 || isPositive[j] !== 0) continue;
      pairs += weights[i] * weights[j];
      won += weights[i] * weights[j] * (score > other ? 1 : score === other ? 0.5 : 0);
    }
  }
  return won / pairs;
}

Deno.test("auroc() is 1 for scores in order, 0 for the reverse, 0.5 for equal ones", () => {
  assertEquals(auroc(rankedCases([0.9, 0.8, 0.3, 0.1], [1, 1, 0, 0])), 1);
  assertEquals(auroc(rankedCases([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0])), 0);
  assertEquals(auroc(rankedCases([0.5, 0.5, 0.5], [1, 0, 0])), 0.5);
  assertEquals(auroc(rankedCases([0.5, 0.4], [1, 1])), NaN);
});

Deno.test("auroc() counts ties half: 3 of 4 pairs won, one tied", () => {
  // 0.8 beats both; 0.5 beats 0.2 and ties with 0.5
  assertEquals(auroc(rankedCases([0.8, 0.5, 0.5, 0.2], [1, 1, 0, 0])), 3.5 / 4);
});

Deno.test("auroc() equals the share of pairs in order, with ties and weights", () => {
  const draws = random(1);
  for (let run = 0; run < 20; run++) {
    const scores = Array.from({ length: 40 }, () => draws.integer(9) / 8);
    const isPositive = scores.map(() => draws.integer(2));
    const weights = scores.map(() => draws.integer(4));
    const cases = rankedCases(scores, isPositive);
    assertAlmostEquals(auroc(cases), areaOfPairs(scores, isPositive), 1e-12);
    assertAlmostEquals(auroc(cases, weights), areaOfPairs(scores, isPositive, weights), 1e-12);
  }
});

Deno.test("rocCurve() goes from (0, 0) to (1, 1), ties in one step, and has the area below it", () => {
  const cases = rankedCases([0.9, 0.7, 0.7, 0.2], [1, 1, 0, 0]);
  const curve = rocCurve(cases);
  assertEquals(
    curve.map(({ falsePositiveRate, truePositiveRate }) => [falsePositiveRate, truePositiveRate]),
    [[0, 0], [0, 0.5], [0.5, 1], [1, 1]],
  );
  assertEquals(curve.map(({ threshold }) => threshold), [Infinity, 0.9, 0.7, 0.2]);
  const area = curve.slice(1).reduce(
    (sum, { falsePositiveRate, truePositiveRate }, i) =>
      sum + (falsePositiveRate - curve[i].falsePositiveRate) *
        (truePositiveRate + curve[i].truePositiveRate) / 2,
    0,
  );
  assertAlmostEquals(area, auroc(cases), 1e-12);
});

Deno.test("tprAtFpr() takes the best threshold, and ties do not raise it", () => {
  const cases = rankedCases([5, 4, 3, 3, 2, 1], [1, 0, 1, 0, 1, 0]);
  assertEquals(tprAtFpr(cases, 0), 1 / 3);
  assertEquals(tprAtFpr(cases, 1 / 3), 1 / 3);
  assertEquals(tprAtFpr(cases, 2 / 3), 1);
  assertEquals(tprAtFpr(rankedCases([1, 1, 1, 1], [1, 1, 0, 0]), 0.5), 0);
});

Deno.test("deLong() equals the variance of placements by hand", () => {
  // placements: positives 2/3, 1, 1; negatives 1, 1, 2/3
  const cases = rankedCases([0.4, 0.8, 0.9, 0.1, 0.2, 0.6], [1, 1, 1, 0, 0, 0]);
  assertEquals([...placements(cases)], [2 / 3, 1, 1, 1, 1, 2 / 3]);
  const variance = 2 * (1 / 27) / 3; // each class: ((2/9)² + 2 (1/9)²) / 2 = 1/27, over its 3 cases
  const { value, low, high } = deLong(cases);
  assertAlmostEquals(value, 8 / 9, 1e-12);
  assertAlmostEquals(low, 8 / 9 - 1.959963984540054 * Math.sqrt(variance), 1e-12);
  assertEquals(high, 1);
});

Deno.test("deLong() of a perfect area does not pretend to be certain: 0.025^(1/n) at the least", () => {
  const { value, low, high } = deLong(rankedCases([4, 3, 2, 1], [1, 1, 0, 0]));
  assertEquals([value, low, high], [1, Math.sqrt(0.025), 1]);
  const worst = deLong(rankedCases([1, 2, 3, 4], [1, 1, 0, 0]));
  assertEquals([worst.value, worst.low, worst.high], [0, 0, 1 - Math.sqrt(0.025)]);
});

Deno.test("deLong() covers the true area, and deLongDifference() a true difference, 95 ± 3% of the time", () => {
  // positives are N(1, 1) and negatives N(0, 1): area Φ(1/√2); a second, blind score has 1/2
  const area = 0.7602499389065233;
  let [covered, coveredDifference] = [0, 0];
  const runs = 1000;
  for (let run = 0; run < runs; run++) {
    const draws = random(7, run);
    const isPositive = Array.from({ length: 120 }, (_, i) => i < 60 ? 1 : 0);
    const sharp = rankedCases(isPositive.map((each) => each + draws.normal()), isPositive);
    const blind = rankedCases(isPositive.map(() => draws.normal()), isPositive);
    const own = deLong(sharp);
    const difference = deLongDifference(sharp, blind);
    if (own.low <= area && area <= own.high) covered++;
    if (difference.low <= area - 0.5 && area - 0.5 <= difference.high) coveredDifference++;
  }
  for (const share of [covered / runs, coveredDifference / runs]) {
    assert(share > 0.92 && share < 0.98, `covered ${share}`);
  }
});

Deno.test("deLongDifference() of a classifier with itself is 0 to 0, and needs the same cases", () => {
  const cases = rankedCases([0.4, 0.8, 0.9, 0.1, 0.2, 0.6], [1, 1, 1, 0, 0, 0]);
  const { value, low, high } = deLongDifference(cases, cases);
  assertEquals([value, low, high], [0, 0, 0]);
  assertThrows(
    () => deLongDifference(cases, rankedCases([1, 2], [1, 0])),
    RangeError,
    "not of the same cases",
  );
});

Deno.test("rankedCases() names a score that is not a number", () => {
  assertThrows(() => rankedCases([0.5, NaN], [1, 0]), RangeError, "NaN");
  assertThrows(() => rankedCases([0.5], [1, 0]), RangeError, "1 scores for 2 cases");
});
