// Records that go on with given ones: as the model has them, exact on models small enough.
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  brokenRules,
  type Cohort,
  cohortOf,
  generate,
  type GenerationOptions,
  recordLists,
  rulesFor,
  trimmed,
  useBackend,
  vocabulary,
} from "ehrloom";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { modelOf, type Run } from "ehrloom/train/run_folder.ts";
import { enumerated } from "./enumerated.ts";
import { chiSquare, chiSquareLimit, randomRun, untrainedRun } from "./random_run.ts";

await useBackend("wasm");

const halo = randomRun(
  { codes: 3, labels: 0, context: 5, width: 8 },
  6,
  (column) => column < 3 ? 0 : column === 4 ? -1 : -100, // tokens but the end never come on
);
const gpt = untrainedRun("gpt", { codes: 3, labels: 0, context: 10, width: 8 }, 3);

const visitsOfAll = (cohort: Cohort) =>
  Array.from({ length: cohort.recordCount }, (_, record) => recordLists(cohort, record).visits);

/** The first record drawn that has three visits. */
async function longRecord(run: Run): Promise<Cohort> {
  const { cohort } = await generate(run, { count: 5000, seed: 9 });
  const visits = visitsOfAll(cohort).find((visits) => visits.length >= 3);
  assert(visits !== undefined);
  return cohortOf(run.vocabulary, run.labelNames, [{ visits, labels: [] }]);
}

for (const run of [halo, gpt]) {
  const { model } = run.runConfig;
  Deno.test(`${model} goes on with given visits as it has them given these`, async () => {
    const long = await longRecord(run);
    for (const maxVisits of [1, 2]) {
      const prefixes = trimmed(long, { maxVisits });
      const [given] = visitsOfAll(prefixes);
      const tokens = given.flatMap((visit) => [...visit, 5].map((token) => [token]));
      const steps = model === "halo" ? [[], ...given.map((visit) => [...visit])] : [[4], ...tokens];
      const { records } = await enumerated(run, steps);
      const keys = [...records.keys()].sort();
      assert(keys.length > 5, `${keys.length}`);
      const count = 3000;
      const { cohort } = await generate(run, { count, seed: 3, batch: 1000, prefixes });
      const counts = new Map<string, number>();
      for (const visits of visitsOfAll(cohort)) {
        assertEquals(visits.slice(0, maxVisits), given);
        const key = JSON.stringify(visits);
        assert(records.has(key), key);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const { chiSquare: sum, degrees } = chiSquare(
        keys.map((key) => counts.get(key) ?? 0),
        keys.map((key) => records.get(key) ?? 0),
      );
      assert(degrees > 3 && sum < chiSquareLimit(degrees), `${sum} with ${degrees}`);
    }
  });
}

Deno.test("how halo goes on is its likelihood's ratio of whole records", async () => {
  const given = [[], [0, 2]]; // no labels, then a visit
  const { spellings } = await enumerated(halo, given);
  const ended = [...spellings].map(([steps, p]): [number[][], number] => [JSON.parse(steps), p])
    .filter(([steps]) => steps[steps.length - 1].includes(4))
    .map(([steps, p]): [number[][], number] => [
      steps.slice(2).map((step) => step.filter((column) => column < 3)),
      p,
    ]);
  assert(ended.length > 50, `${ended.length}`);
  const cohort = cohortOf(
    halo.vocabulary,
    [],
    ended.map(([visits]) => ({ visits, labels: [] })),
  );
  const model = modelOf(halo.runConfig);
  assert(!("learn" in model) && model.likelihoods !== undefined);
  const parameters = toTensors(halo.parameters);
  const likelihoods = await model.likelihoods(parameters, cohort, Int32Array.from(ended.keys()));
  tf.dispose(parameters);
  const before = likelihoods[0].logProbability - Math.log(ended[0][1]); // of what is given
  for (const [i, [, p]] of ended.entries()) {
    assertAlmostEquals(likelihoods[i].logProbability, before + Math.log(p), 1e-4);
  }
});

const names = vocabulary(["code 2", "other", "code 0", "code 1"]);
const people = cohortOf(names, ["label 1", "more", "label 0"], [
  { visits: [[0, 3], [], [2]], labels: [1, 0, 0] },
  { visits: [], labels: [0, 1, 1] },
  { visits: [[3]], labels: [1, 1, 1] },
]);
const labelled = randomRun(
  { codes: 3, labels: 2, context: 8, width: 8 },
  5,
  (column) => column < 5 ? -1 : -2,
);

Deno.test("generate() finds codes and labels by name, takes turns, in parts and under rules", async () => {
  const options = { count: 20, seed: 4, prefixes: people };
  const { cohort } = await generate(labelled, options);
  const all = visitsOfAll(cohort);
  const given = [[[1, 2], [0]], [], [[1]]]; // without the visit that has no codes
  for (const [record, visits] of all.entries()) {
    assertEquals(visits.slice(0, given[record % 3].length), given[record % 3]);
  }
  const labels = [[0, 1], [1, 0], [1, 1]];
  assertEquals([...cohort.labels], Array.from({ length: 20 }, (_, i) => labels[i % 3]).flat());
  assert(new Set(all.map((visits) => JSON.stringify(visits))).size > 10);
  const parts = [
    await generate(labelled, { ...options, count: 13, batch: 3 }),
    await generate(labelled, { ...options, first: 13, count: 7, batch: 4 }),
  ];
  assertEquals(parts.flatMap(({ cohort }) => visitsOfAll(cohort)), all);
  const rules = rulesFor(
    [{ kind: "never-together", within: "record", codes: ["code 1"], with: ["code 2"] }],
    labelled,
  );
  const kept = await generate(labelled, { ...options, rules });
  const [{ records }] = brokenRules(kept.cohort, rules);
  assertEquals(records, 7); // what is given stays as it is, and breaks it in every third record
  for (const visits of visitsOfAll(kept.cohort).filter((_, record) => record % 3 === 0)) {
    assert(!visits.slice(2).flat().some((code) => code > 0)); // nothing of both is added
  }
});

const long = cohortOf(labelled.vocabulary, labelled.labelNames, [
  { visits: [[0]], labels: [0, 0] },
  { visits: Array.from({ length: 6 }, () => [1]), labels: [0, 0] },
]);
const refused: [what: string, options: Partial<GenerationOptions>, message: string][] = [
  [
    "unknown codes",
    { prefixes: cohortOf(names, labelled.labelNames, [{ visits: [[1]], labels: [0, 0] }]) },
    'Cannot continue records: the model does not know code "other"; remove this code from the records',
  ],
  [
    "missing labels",
    { prefixes: cohortOf(names, ["label 0"], [{ visits: [[0]], labels: [0] }]) },
    'Cannot continue records: they have no label "label 1", which the model needs first',
  ],
  [
    "too many visits",
    { prefixes: long, count: 2 },
    "Cannot continue the record of subject 2: its 6 visits take 8 steps, and the model " +
    "writes at most 8; keep fewer visits (--visits)",
  ],
  [
    "no records",
    { prefixes: cohortOf(names, labelled.labelNames, []) },
    "Cannot continue records: the cohort is empty",
  ],
  [
    "labels beside",
    { prefixes: people, labels: { "label 0": 1 } },
    "Cannot generate with both labels and records to continue: these have labels",
  ],
];
for (const [what, options, message] of refused) {
  Deno.test(`generate() refuses to continue with ${what} in one line`, async () => {
    const before = tf.memory().numTensors;
    const error = await assertRejects(
      () => generate(labelled, { count: 1, ...options }),
      RangeError,
      message,
    );
    assert(!error.message.includes("\n"));
    assertEquals(tf.memory().numTensors, before);
  });
}
