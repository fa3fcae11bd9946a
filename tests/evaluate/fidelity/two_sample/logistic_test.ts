import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { rankedFolds, weightedAuc } from "ehrloom/evaluate/fidelity/two_sample/auc.ts";
import { fitLogistic, probabilities } from "ehrloom/evaluate/fidelity/two_sample/logistic.ts";

const points = (width: number, coordinates: number[]) => ({
  count: coordinates.length / width,
  width,
  coordinates: Float32Array.from(coordinates),
});
const indices = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

Deno.test("fitLogistic() on one binary feature gives the log odds of a two-by-two table", () => {
  // 0: 3 of 4 are of the first class; 1: 2 of 6 are
  const x = points(1, [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  const targets = [0, 0, 0, 1, 0, 0, 1, 1, 1, 1];
  const { intercept, weights } = fitLogistic(x, indices(10), targets, 1e-9);
  assertAlmostEquals(intercept, Math.log(1 / 3), 1e-5);
  assertAlmostEquals(weights[0], Math.log(2) - Math.log(1 / 3), 1e-5);
});

Deno.test("fitLogistic() is where the penalised likelihood is flat, and leaves out other rows", () => {
  const draws = random(5);
  const [count, width, penalty] = [40, 6, 2];
  const x = points(width, Array.from({ length: 50 * width }, () => 2 * draws.normal()));
  const targets = indices(count).map(() => draws.integer(2));
  const fitted = fitLogistic(x, indices(count), targets, penalty);
  const scores = probabilities(fitted, x, indices(count));
  const slope = (of: (row: number) => number) =>
    scores.reduce((sum, score, row) => sum + (score - targets[row]) * of(row), 0);
  assertAlmostEquals(slope(() => 1), 0, 1e-4);
  for (let k = 0; k < width; k++) {
    const own = slope((row) => x.coordinates[row * width + k]);
    assertAlmostEquals(own + penalty * fitted.weights[k], 0, 1e-4);
  }
});

Deno.test("fitLogistic() ends on separable classes, and with equal points gives 1/2", () => {
  const x = points(2, [-1, 0, -2, 1, 3, 0, 4, 1]);
  const fitted = fitLogistic(x, indices(4), [0, 0, 1, 1], 0.01);
  const scores = probabilities(fitted, x, indices(4));
  const class1 = { scores: scores.slice(0, 2), folds: new Uint8Array(2) };
  const class2 = { scores: scores.slice(2), folds: new Uint8Array(2) };
  assertEquals(weightedAuc(rankedFolds(class1, class2), [1, 1], [1, 1]), 1);
  const equal = points(2, [1, 2, 1, 2, 1, 2, 1, 2]);
  const flat = probabilities(fitLogistic(equal, indices(4), [0, 1, 0, 1], 1), equal, indices(4));
  assert(flat.every((score) => Math.abs(score - 0.5) < 1e-12));
});

Deno.test("fitLogistic() reaches Bayes' area under the curve between two Gaussians", () => {
  const draws = random(7);
  const [each, width, distance] = [2000, 5, 1];
  const x = points(
    width,
    Array.from(
      { length: 4 * each * width },
      (_, i) =>
        draws.normal() + (i % width === 0 && Math.floor(i / width) % 2 === 1 ? distance : 0),
    ),
  );
  const targets = indices(2 * each).map((row) => row % 2);
  const fitted = fitLogistic(x, indices(2 * each), targets, 1);
  const test = probabilities(fitted, x, indices(2 * each).map((row) => 2 * each + row));
  const ofClass = (wanted: number) => {
    const scores = test.filter((_, row) => row % 2 === wanted);
    return { scores, folds: new Uint8Array(each) };
  };
  const ones = new Uint8Array(each).fill(1);
  const area = weightedAuc(rankedFolds(ofClass(0), ofClass(1)), ones, ones);
  // Φ(1/√2); a standard error is 0.0075
  assertAlmostEquals(area, 0.7602499389065233, 0.03);
});
