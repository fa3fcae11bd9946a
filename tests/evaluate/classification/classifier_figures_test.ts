import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { estimate, resampleWeights } from "ehrloom/evaluate/bootstrap.ts";
import {
  classifierFigureNames,
  differencesOf,
  emptySeries,
  figuresIn,
  figuresOf,
  meanSeries,
  predictionsOf,
  setMeans,
} from "ehrloom/evaluate/classification/classifier_figures.ts";
import { rankedCases } from "ehrloom/evaluate/classification/ranked_cases.ts";
import { auroc } from "ehrloom/evaluate/classification/roc.ts";

const named = (figures: readonly number[]) =>
  Object.fromEntries(classifierFigureNames.map((name, i) => [name, figures[i]]));

/** Test cases of 40 patients, the first of whom has two. */
function cases(seed: number) {
  const draws = random(seed);
  const list = Array.from({ length: 41 }, (_, i) => ({
    record: Math.min(i, 39),
    isPositive: i % 2,
  }));
  const probabilities = Float64Array.from(
    list,
    ({ isPositive }) => 1 / (1 + Math.exp(-(isPositive - 0.5 + draws.normal()))),
  );
  return { list, probabilities };
}

Deno.test("figuresIn() of weights are those of repeated patients", () => {
  const { list, probabilities } = cases(1);
  const weights = Int32Array.from({ length: 40 }, (_, record) => record % 3);
  const found = figuresIn(predictionsOf(probabilities, list), weights);
  const index = list.flatMap(({ record }, i) => Array<number>(weights[record]).fill(i));
  const repeated = predictionsOf(
    Float64Array.from(index, (i) => probabilities[i]),
    index.map((i, record) => ({ record, isPositive: list[i].isPositive })),
  );
  const expected = figuresIn(repeated, new Int32Array(index.length).fill(1));
  for (const [i, name] of classifierFigureNames.entries()) {
    assertAlmostEquals(found[i], expected[i], 1e-9, name);
  }
});

Deno.test("figuresIn() of guesses: area 0.5, Brier score 0.25, no positive found, no calibration line", () => {
  const list = [0, 1, 0, 1].map((isPositive, record) => ({ record, isPositive }));
  const figures = figuresIn(predictionsOf(new Float64Array(4).fill(0.5), list), [1, 1, 1, 1]);
  const { auroc, brier, f1, recall, accuracy, average_precision, calibration_slope } = named(
    figures,
  );
  assertEquals([auroc, brier, f1, recall, accuracy, average_precision], [
    0.5,
    0.25,
    0,
    0,
    0.5,
    0.5,
  ]);
  assert(Number.isNaN(calibration_slope));
});

Deno.test("a figure that is undefined is null, and means are over those that have it", () => {
  const [perfect, usual] = [emptySeries(2), emptySeries(2)];
  for (let resample = 0; resample <= 2; resample++) {
    setMeans(perfect, resample, [
      classifierFigureNames.map((name) => name.startsWith("calibration_") ? NaN : 1),
    ]);
    setMeans(usual, resample, [
      classifierFigureNames.map(() => 0.25),
      classifierFigureNames.map(() => 0.75),
    ]);
  }
  assertEquals(figuresOf(perfect).calibration_slope, null);
  const means = figuresOf(meanSeries([perfect, usual]));
  assertEquals(means.auroc, { value: 0.75, low: 0.75, high: 0.75 });
  assertEquals(means.calibration_slope?.value, 0.5);
  assertEquals(differencesOf(perfect, usual).auroc?.value, 0.5);
});

Deno.test("paired intervals over patients cover a true difference of areas 95 ± 2% of the time", () => {
  // positives are N(shift, 1), negatives N(0, 1): area Φ(shift/√2); a common part is shared
  const truth = 0.7602499389065233 - 0.6381631950841185; // shifts 1 and 1/2
  const [runs, resamples, patients] = [400, 300, 200];
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const draws = random(11, run);
    const isPositive = Array.from({ length: patients }, (_, i) => i % 2);
    const common = isPositive.map(() => draws.normal() * Math.SQRT1_2);
    const scored = (shift: number) =>
      rankedCases(
        isPositive.map((each, i) => shift * each + common[i] + draws.normal() * Math.SQRT1_2),
        isPositive,
      );
    const [sharp, dull] = [scored(1), scored(0.5)];
    const weights = new Int32Array(patients);
    const differences = Float64Array.from({ length: resamples + 1 }, (_, resample) => {
      resampleWeights({ role: "held_out", seed: run }, resample, weights);
      return auroc(sharp, weights) - auroc(dull, weights);
    });
    const { low, high } = estimate(differences);
    if (low <= truth && truth <= high) covered++;
  }
  const share = covered / runs;
  assert(Math.abs(share - 0.95) <= 0.02, `covered ${share}`);
});
