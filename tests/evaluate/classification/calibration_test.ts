import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import {
  brierScore,
  calibrationLine,
  expectedCalibrationError,
} from "ehrloom/evaluate/classification/calibration.ts";

Deno.test("brierScore() is the mean squared difference: 0 at best, 0.25 for 0.5 for everyone", () => {
  assertEquals(brierScore([1, 0], [1, 0]), 0);
  assertEquals(brierScore([0.5, 0.5], [1, 0]), 0.25);
  assertAlmostEquals(brierScore([0.8, 0.3], [1, 0], [3, 1]), (3 * 0.04 + 0.09) / 4, 1e-12);
});

Deno.test("expectedCalibrationError() is the mean gap of the bins by hand", () => {
  // bin 2: two cases of 0.25, one positive: gap |0.5 − 1| of 4; bin 9: 0.95 and 1, both positive
  const error = expectedCalibrationError([0.25, 0.25, 0.95, 1], [1, 0, 1, 1]);
  assertAlmostEquals(error, (0.5 + 0.05) / 4, 1e-12);
});

Deno.test("calibrationLine() finds intercept and slope exactly where shares lie on a line", () => {
  // predicted odds 1/3 and 3; true shares 1/4 and 3/4: the line is the diagonal
  const probabilities = [...Array(4).fill(0.25), ...Array(4).fill(0.75)];
  const truth = [1, 0, 0, 0, 1, 1, 1, 0];
  const right = calibrationLine(probabilities, truth);
  assertAlmostEquals(right.intercept, 0, 1e-9);
  assertAlmostEquals(right.slope, 1, 1e-9);
  // too extreme: odds 1/9 and 9 for the same truth, half the log odds are right
  const extreme = calibrationLine([...Array(4).fill(0.1), ...Array(4).fill(0.9)], truth);
  assertAlmostEquals(extreme.slope, Math.log(3) / Math.log(9), 1e-9);
  // too low by a factor of 3 in the odds
  const low = calibrationLine([...Array(4).fill(0.1), ...Array(4).fill(0.5)], truth);
  assertAlmostEquals(low.intercept, Math.log(3), 1e-9);
  assertAlmostEquals(low.slope, 1, 1e-9);
});

Deno.test("calibrationLine() has no line without both classes, spread or overlap", () => {
  for (
    const [probabilities, truth] of [
      [[0.2, 0.8], [1, 1]],
      [[0.5, 0.5], [1, 0]],
      [[0.9, 0.8, 0.2], [1, 1, 0]],
    ]
  ) {
    const { intercept, slope } = calibrationLine(probabilities, truth);
    assert(Number.isNaN(intercept) && Number.isNaN(slope));
  }
});

Deno.test("calibrationLine() of weights is that of repeated cases, wherever it starts", () => {
  const draws = random(3);
  const probabilities = Array.from({ length: 60 }, () => draws.uniform());
  const truth = probabilities.map((p) => Number(draws.uniform() < p));
  const weights = probabilities.map(() => draws.integer(3));
  const repeat = (of: number[]) => of.flatMap((each, i) => Array<number>(weights[i]).fill(each));
  const expected = calibrationLine(repeat(probabilities), repeat(truth));
  const start = calibrationLine(probabilities, truth);
  const found = calibrationLine(probabilities, truth, weights, start);
  assertAlmostEquals(found.intercept, expected.intercept, 1e-9);
  assertAlmostEquals(found.slope, expected.slope, 1e-9);
});
