import { assert, assertEquals } from "@std/assert";
import { predictionsOf } from "ehrloom/evaluate/classification/classifier_figures.ts";
import { estimate } from "ehrloom/evaluate/bootstrap.ts";
import { balancedCases, casesOf } from "ehrloom/evaluate/utility/cases.ts";
import { setSizes } from "ehrloom/evaluate/utility/balanced_sets.ts";
import {
  type ClassifierTask,
  resampledRepetitions,
  taskSeries,
  testedTasks,
} from "ehrloom/evaluate/utility/train_and_test.ts";
import { useBackend } from "ehrloom";
import { tinyCohort } from "../../tiny.ts";

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

Deno.test("classifiers of the floor and the memoriser are trained once, others in each repetition", async () => {
  await useBackend("wasm");
  const cohort = tinyCohort(24);
  const pool = casesOf(cohort, 0);
  const task: ClassifierTask = {
    label: 0,
    train: pool,
    test: pool,
    sources: (["synthetic", "floor", "memoriser"] as const).map((role) => ({ role, pool })),
    draw: balancedCases,
  };
  const counts: string[] = [];
  const [{ real, sources, series }] = await testedTasks(
    [task],
    setSizes(24, 24, 2),
    {
      heldOut: cohort,
      others: task.sources.map(({ role }) => ({ role, cohort })),
      seed: 1,
      resamples: 5,
    },
    ({ done, total }) => counts.push(`${done} of ${total}`),
  );
  assertEquals(counts.at(-1), "8 of 8"); // 2 × (real, synthetic, both), and two controls
  assertEquals(real.length, 2);
  assertEquals(sources.map(({ synthetic }) => synthetic.length), [2, 1, 1]);
  assertEquals(sources.map(({ both }) => both?.length), [2, undefined, undefined]);
  const { value, low, high } = estimate(series.sources[1].synthetic.accuracy);
  assert(low <= value && value <= high && Number.isFinite(value));
});
