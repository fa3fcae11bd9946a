import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { predictionsOf } from "ehrloom/evaluate/classification/classifier_figures.ts";
import { reliability } from "ehrloom/evaluate/classification/reliability.ts";

/** Predictions of records 0, 1, 2, …, of which some are positive. */
const predictions = (probabilities: readonly number[], isPositive: readonly number[]) =>
  predictionsOf(
    Float64Array.from(probabilities),
    isPositive.map((each, record) => ({ record, isPositive: each })),
  );

const of = { testRecords: 4, seed: 1, resamples: 0 };

Deno.test("reliability() by hand: mean probability and share of positives by bin", () => {
  const { probability, share, cases } = reliability([
    predictions([0.11, 0.19, 0.85, 1], [0, 1, 1, 1]),
  ], of);
  [0.15, 0.85, 1].forEach((mean, bin) => assertAlmostEquals(probability[bin], mean, 1e-12));
  assertEquals([share, cases], [[1 / 2, 1, 1], [2, 1, 1]]);
});

Deno.test("reliability() joins bins until each has minCell patients, however many cases they are", () => {
  const twice = [
    predictions([0.1, 0.5, 0.9, 0.95], [0, 1, 1, 0]),
    predictions([0.1, 0.5, 0.9, 0.95], [0, 1, 1, 1]),
  ];
  const { probability, share, cases } = reliability(twice, { ...of, minCell: 2 });
  [0.3, 0.925].forEach((mean, bin) => assertAlmostEquals(probability[bin], mean, 1e-12));
  assertEquals([share, cases], [[1 / 2, 3 / 4], [4, 4]]);
});

Deno.test("reliability() of true probabilities lies on the line, of too extreme ones beside it", () => {
  const draws = random(2);
  const truth = Array.from({ length: 4000 }, () => draws.uniform());
  const isPositive = truth.map((each) => Number(draws.uniform() < each));
  const options = { testRecords: 4000, seed: 3, resamples: 100, minCell: 10 };
  const onLine = reliability([predictions(truth, isPositive)], options);
  assertEquals(onLine.probability.length, 10);
  const covered = onLine.probability
    .filter((each, bin) => onLine.low[bin] <= each && each <= onLine.high[bin]);
  assert(covered.length >= 8);
  const extreme = truth.map((each) => each < 0.5 ? each ** 3 : 1 - (1 - each) ** 3);
  const off = reliability([predictions(extreme, isPositive)], options);
  assert(off.share[0] > off.probability[0] + 0.05 && off.low[0] > off.probability[0]);
});
