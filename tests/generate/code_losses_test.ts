import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { codeLosses, cohortOf, conditionals, type RowLosses, type Run } from "ehrloom";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { randomRun, type Sizes, untrainedRun } from "./random_run.ts";

await useBackend("wasm");

const sizes: Sizes = { codes: 6, labels: 2, context: 5, width: 8 };
const halo = randomRun(sizes, 3, (column) => column < 2 ? 1 : column < 8 ? -0.5 : -1.5);
const lstm = untrainedRun("lstm", sizes, 1);
const [visits, labels] = [[[0, 3], [1, 2, 5], [4]], [1, 0]];

/** A record of three visits: start, labels and these are all that the models' context holds. */
const recordOf = ({ vocabulary, labelNames }: Run, of: number[][] = visits) =>
  cohortOf(vocabulary, labelNames, [{ visits: of, labels }]);

const sumOf = (rows: readonly RowLosses[]) =>
  rows.flatMap(({ present, absent }) => [absent, ...present.map(({ loss }) => loss)])
    .reduce((sum, loss) => sum + loss, 0);

for (const [name, run] of Object.entries({ halo, lstm })) {
  Deno.test(`codeLosses() of ${name} sum to the record's negative log-likelihood`, async () => {
    const model = modelOf(run.runConfig);
    if ("learn" in model) throw new Error("a network is wanted");
    const tensors = toTensors(run.parameters);
    const record = recordOf(run);
    const [found] = await model.likelihoods?.(tensors, record, Int32Array.of(0)) ?? [];
    tf.dispose(tensors);
    assertAlmostEquals(sumOf(await codeLosses(run, record)), -found.logProbability, 1e-4);
  });
}

Deno.test("codeLosses() has the labels, each visit's codes and the end, in the model's order", async () => {
  const rows = await codeLosses(halo, recordOf(halo));
  assertEquals(rows.map(({ present }) => present.map(({ name }) => name)), [
    ["label 0"],
    ["code 0", "code 3"],
    ["code 1", "code 2", "code 5"],
    ["code 4", "end"],
  ]);
});

Deno.test("codeLosses() gives a code the probability that conditionals() gives it", async () => {
  const [, , second] = await codeLosses(halo, recordOf(halo));
  const next = await conditionals(halo, recordOf(halo, [[0, 3]]), ["code 1", "code 2", "code 5"]);
  const rows = new Map(next.rows().map(([name, , , probability]) => [name, Number(probability)]));
  for (const { name, probability, loss } of second.present) {
    assertAlmostEquals(probability, rows.get(name) ?? NaN, 1e-6);
    assertAlmostEquals(loss, -Math.log(probability), 1e-12);
  }
});

Deno.test("codeLosses() leaves out visits without codes, and takes codes by their names", async () => {
  const { vocabulary, labelNames } = halo;
  const reversed = {
    ...vocabulary,
    codes: vocabulary.codes.toReversed(),
    indexOf: new Map(vocabulary.codes.toReversed().map((code, i) => [code, i])),
  };
  const turned = cohortOf(reversed, labelNames, [{
    visits: [[], ...visits.map((visit) => visit.map((code) => 5 - code))],
    labels,
  }]);
  assertEquals(await codeLosses(halo, turned), await codeLosses(halo, recordOf(halo)));
});

Deno.test("codeLosses() refuses long records, unknown codes, several records and models of tokens", async () => {
  const other = cohortOf({ ...halo.vocabulary, codes: ["x", "y", "z", "u", "v", "w"] }, [], [{
    visits: [[0]],
    labels: [],
  }]);
  const twice = cohortOf(halo.vocabulary, halo.labelNames, [{ visits, labels }, {
    visits,
    labels,
  }]);
  for (
    const [run, record, message] of [
      [halo, recordOf(halo, [...visits, [1]]), "takes 6 steps, and the model reads at most 5"],
      [halo, other, 'the model does not know "x"'],
      [halo, twice, "of 2 records"],
      [untrainedRun("gpt", sizes, 1), recordOf(halo), '"gpt"'],
    ] as const
  ) {
    await assertRejects(() => codeLosses(run, record), RangeError, message);
  }
});
