import { assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { linearScore, logisticRegression } from "ehrloom/evaluate/utility/logistic_regression.ts";

/** Cases with an intercept and one binary feature, from a table of counts. */
function tabulated([a, b, c, d]: readonly number[]) {
  const rows = [[1, 1, a], [1, 0, b], [0, 1, c], [0, 0, d]];
  const cases = rows.flatMap(([x, y, count]) => Array.from({ length: count }, () => [x, y]));
  return {
    features: Float64Array.from(cases.flatMap(([x]) => [1, x])),
    width: 2,
    isPositive: cases.map(([, y]) => y),
  };
}

Deno.test("logisticRegression() of one binary feature is the log odds and the log odds ratio", () => {
  const [intercept, slope] = logisticRegression(tabulated([30, 10, 20, 40]), 1e-12);
  assertAlmostEquals(intercept, Math.log(20 / 40), 1e-9);
  assertAlmostEquals(slope, Math.log(30 * 40 / (10 * 20)), 1e-9);
});

Deno.test("logisticRegression() of separated classes is finite, and its gradient is 0", () => {
  const cases = tabulated([20, 0, 0, 20]);
  const [intercept, slope] = logisticRegression(cases, 1);
  const p = (score: number) => 1 / (1 + Math.exp(-score));
  const [of, others] = [p(intercept + slope), p(intercept)];
  assertAlmostEquals(20 * (1 - of) - 20 * others, 0, 1e-6); // of the intercept
  assertAlmostEquals(20 * (1 - of) - slope, 0, 1e-6); // of the slope, with its penalty
});

Deno.test("logisticRegression() finds the coefficients that drew the outcomes", () => {
  const draws = random(1);
  const truth = Float64Array.of(-1, 2, -0.5);
  const features = new Float64Array(3 * 20_000);
  for (let i = 0; i < 20_000; i++) features.set([1, draws.normal(), draws.normal()], 3 * i);
  const isPositive = Uint8Array.from({ length: 20_000 }, (_, i) => {
    const odds = Math.exp(linearScore({ features, width: 3 }, i, truth));
    return Number(draws.uniform() < odds / (1 + odds));
  });
  const found = logisticRegression({ features, width: 3, isPositive });
  assertEquals(found.map((each) => Math.round(each * 10) / 10), truth);
});
