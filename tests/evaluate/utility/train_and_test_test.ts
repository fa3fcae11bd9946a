import { assert, assertEquals } from "@std/assert";
import { predictionsOf } from "ehrloom/evaluate/classification/classifier_figures.ts";
import { estimate } from "ehrloom/evaluate/bootstrap.ts";
import { resampledRepetitions, taskSeries } from "ehrloom/evaluate/utility/train_and_test.ts";

/** 40 test records with these probabilities for positives and negatives. */
const predicted = (positive: number, negative: number) => {
  const cases = Array.from({ length: 40 }, (_, record) => ({ record, isPositive: record % 2 }));
  const probabilities = Float64Array.from(
    cases,
    ({ isPositive }) => isPositive === 1 ? positive : negative,
  );
  return predictionsOf(probabilities, cases);
};

Deno.test("taskSeries() are means over repetitions, and their intervals show how these disagree", async () => {
  const [right, blind] = [predicted(0.9, 0.1), predicted(0.5, 0.5)];
  const tested = {
    real: [right, right, right],
    sources: [{ synthetic: [right, blind, blind], both: null }],
  };
  const how = { seed: 1, resamples: 200, label: 0 };
  const { real, sources: [{ synthetic }] } = await taskSeries(tested, 40, how);
  assertEquals(estimate(real.auroc), { value: 1, low: 1, high: 1 });
  const { value, low, high } = estimate(synthetic.auroc);
  assertEquals([value, low, high], [2 / 3, 0.5, 1]); // no or all resampled repetitions are right
});

Deno.test("resampledRepetitions() are all of them for the figure itself, then draws by label", () => {
  assertEquals(resampledRepetitions(3, 0, { seed: 1, label: 0 }), [0, 1, 2]);
  const of = (label: number) =>
    Array.from({ length: 50 }, (_, i) => resampledRepetitions(3, i + 1, { seed: 1, label }).join());
  assertEquals(of(0), of(0));
  assert(of(0).join(" ") !== of(1).join(" "));
});
