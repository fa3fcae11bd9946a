// Defaults that follow the size of a cohort.
import { assert, assertEquals } from "@std/assert";
import {
  cohortOf,
  presetFor,
  presetOf,
  type RecordLists,
  trainingFor,
  trainingVisits,
  vocabulary,
} from "ehrloom";

/** Records of 10 visits; of every ten records, eight are for training. */
function cohort(records: number) {
  const lists = Array.from({ length: records }, (_, i): RecordLists => ({
    visits: Array.from({ length: 10 }, () => [0]),
    labels: [],
    split: i % 10 === 8 ? 1 : i % 10 === 9 ? 2 : 0,
  }));
  return cohortOf(vocabulary(["a"]), [], lists);
}

Deno.test("visits of validation and test records do not count", () => {
  assertEquals(trainingVisits(cohort(50)), 400);
});

Deno.test("more visits to learn from get wider networks, larger batches and lower rates", () => {
  const presets = [2000, 10_000, 40_000].map((records) => presetFor(cohort(records)));
  for (const [i, { width, batch, learningRate }] of presets.slice(1).entries()) {
    const before = presets[i];
    assert(width >= before.width && batch >= before.batch && learningRate < before.learningRate);
  }
  assertEquals(presets.map(({ width }) => width), [64, 128, 256]);
});

Deno.test("few records get enough epochs for 700 steps, but no more than 200", () => {
  assertEquals(presetFor(cohort(100)).epochs, 70); // 80 records in batches of 8
  assertEquals(presetFor(cohort(20)).epochs, 200);
});

Deno.test("a model that does not bear the preset's rate has a lower default", () => {
  const few = cohort(100);
  assertEquals(presetOf("halo", few).learningRate, 0.005);
  assertEquals(presetOf("eva", few), { ...presetOf("halo", few), learningRate: 0.003 });
  assertEquals(presetOf("eva", cohort(40_000)).learningRate, 0.001);
});

Deno.test("without epochs given, those of some steps make the usual number of passes", () => {
  const passes = trainingFor(cohort(100), {});
  assertEquals([passes.epochs, passes.batch], [70, 8]); // 10 batches a pass
  assertEquals(trainingFor(cohort(100), { steps: 26 }).epochs, 27);
  assertEquals(trainingFor(cohort(100), { steps: 5 }).epochs, 140);
  assertEquals(trainingFor(cohort(100), { steps: 5, batch: 4 }).epochs, 280); // 20 a pass
  assertEquals(trainingFor(cohort(100), { steps: 5, epochs: 3 }).epochs, 3);
});

Deno.test("training options that are given win over the preset", () => {
  const { epochs, batch, learningRate, seed } = trainingFor(cohort(100), { epochs: 3, seed: 7 });
  assertEquals({ epochs, batch, learningRate, seed }, {
    epochs: 3,
    batch: 8,
    learningRate: 0.005,
    seed: 7,
  });
});
