// What holds for every model of the registry: it trains, is stored, generates and is judged.
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  brokenRules,
  type Cohort,
  cohortOf,
  generate,
  hasLikelihood,
  modelSummaries,
  readRun,
  type Rule,
  rulesFor,
  type Run,
  runLikelihood,
  subset,
  train,
  trimmed,
  useBackend,
  visitCodes,
  visitsOf,
  vocabulary,
} from "ehrloom";
import { misfit } from "ehrloom/files/checked_json.ts";
import type { RecordSampling, StepSampling } from "ehrloom/models/interface/writing.ts";
import { configSchema, modelFamily } from "ehrloom/models/mod.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(60);
const small: Record<string, number> = {
  width: 8,
  layers: 1,
  heads: 2,
  feedForward: 8,
  lstmWidth: 8,
  condition: 8,
  noise: 4,
  ganWidth: 16,
  ganEpochs: 3,
  ganBatch: 32,
};
for (let layer = 1; layer <= 7; layer++) small[`channels${layer}`] = 8;
/** Rules that the cohort breaks, and so does whatever learned from it. */
const clinical: Rule[] = [
  { kind: "at-most-one", within: "visit", codes: ["code 0", "code 1", "code 2"] },
  { kind: "never-together", within: "record", codes: ["code 6", "code 7"], with: ["code 8"] },
];
/** Whether a run's model can go on with given visits: it says how it spells them. */
function takesVisits({ runConfig, parameters }: Run): boolean {
  const model = modelOf(runConfig);
  if ("learn" in model) return isSpelling(model.sampling(parameters));
  const tensors = toTensors(parameters);
  const sampling = model.sampling(tensors);
  sampling.dispose();
  tf.dispose(tensors);
  return isSpelling(sampling);
}

function isSpelling(sampling: StepSampling | RecordSampling): boolean {
  return sampling.kind === "steps" && sampling.codec.beginning !== undefined;
}
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

const recordsOf = (cohort: Cohort) =>
  Array.from({ length: cohort.recordCount }, (_, record) => ({
    visits: Array.from(
      { length: visitsOf(cohort, record) },
      (_, visit) => [...visitCodes(cohort, record, visit)],
    ),
    labels: [...cohort.labels.subarray(2 * record, 2 * record + 2)],
  }));

for (const { name, settings } of modelSummaries) {
  Deno.test(`${name} trains, is read back, generates and is judged`, () =>
    inFolder(async (folder) => {
      const before = tf.memory().numTensors;
      const path = join(folder, "run");
      const known = Object.entries(small).filter(([key]) => key in settings);
      const trained = await train(source, path, {
        model: name,
        settings: Object.fromEntries(known),
        epochs: 12,
        batch: 8,
        learningRate: 0.03,
      });
      const run = await readRun(path);
      assertEquals(run, trained);
      const losses = run.training.map(({ train_loss }) => train_loss ?? NaN);
      const learnsByEpochs = losses.length > 0; // the floors count, once
      assert(!learnsByEpochs || losses[losses.length - 1] < 0.8 * losses[0], losses.join());

      const options = { count: 30, seed: 4 };
      const whole = await generate(run, { ...options, batch: 30 });
      const records = recordsOf(whole.cohort);
      assert(records.some(({ visits }) => visits.length > 1), "all records are short");
      const parts = await Promise.all([
        generate(run, { ...options, count: 17, batch: 4 }),
        generate(run, { ...options, first: 17, count: 13, batch: 5 }),
      ]);
      assertEquals(parts.flatMap(({ cohort }) => recordsOf(cohort)), records);
      const { cohort: others } = await generate(run, { ...options, seed: 5 });
      assertNotEquals(recordsOf(others), records);

      const { cohort: ill } = await generate(run, { ...options, labels: { ill: 1 } });
      assert(recordsOf(ill).every(({ labels }) => labels[0] === 1));
      assert(new Set(recordsOf(ill).map(({ labels }) => labels[1])).size === 2, "old is left open");
      const labelRows = source.labels.slice(0, 60);
      const given = await generate(run, { ...options, labelRows });
      assertEquals(given.cohort.labels, labelRows);

      const rules = rulesFor(clinical, run);
      const broken = brokenRules(whole.cohort, rules);
      assert(broken.some(({ records }) => records > 0), JSON.stringify(broken));
      const kept = await generate(run, { ...options, rules });
      assert(brokenRules(kept.cohort, rules).every(({ visits }) => visits === 0));
      assert(kept.ruled !== undefined && kept.ruled.touched > 0);
      const last = await generate(run, { ...options, first: 20, count: 10, batch: 3, rules });
      assertEquals(recordsOf(last.cohort), recordsOf(kept.cohort).slice(20));

      const beginnings = trimmed(source, { maxVisits: 2 });
      if (!takesVisits(run)) {
        await assertRejects(
          () => generate(run, { ...options, prefixes: beginnings }),
          RangeError,
          `Cannot continue records with "${name}"; models that write step by step`,
        );
      } else {
        const continued = await generate(run, { ...options, prefixes: beginnings });
        const visits = recordsOf(continued.cohort);
        for (const [i, { visits: given, labels }] of recordsOf(beginnings).slice(0, 30).entries()) {
          assertEquals(visits[i].visits.slice(0, given.length), given);
          assertEquals(visits[i].labels, labels);
        }
        assert(continued.cohort.visitCount > subset(beginnings, range(30)).visitCount);
      }

      const { likelihoods, likelihoodIsBound = false } = modelOf(run.runConfig);
      assertEquals(hasLikelihood(run), likelihoods !== undefined);
      if (likelihoods !== undefined) {
        const { nll_per_visit, nll_is_bound } = await runLikelihood(run, source, { resamples: 0 });
        assertEquals(nll_is_bound, likelihoodIsBound);
        assert(nll_per_visit > 0 && nll_per_visit < 17 * Math.log(2), `${nll_per_visit}`);
      } else {
        await assertRejects(
          () => runLikelihood(run, source),
          RangeError,
          `Cannot compute the test loss: "${name}" gives records no likelihood`,
        );
      }
      assertEquals(tf.memory().numTensors, before);
    }));
}

Deno.test("every model's own settings are such as it takes, for the shortest records too", () => {
  const short = (codes: string[], labels: number, visits: number[][]) =>
    cohortOf(
      vocabulary(codes),
      range(labels).map((label) => `label ${label}`),
      range(6).map((record) => ({
        visits: record === 5 ? [] : visits,
        labels: range(labels).map(() => record % 2),
        split: record % 3,
      })),
    );
  const cohorts = [
    ...[0, 1, 9].map((labels) => short(["a", "b"], labels, [[1]])),
    short(["a"], 0, [[]]), // a visit without codes
    short([], 0, []),
  ];
  for (const { name } of modelSummaries) {
    const family = modelFamily(name);
    for (const cohort of cohorts) {
      const config = family.configFor(cohort, {});
      assertEquals(misfit(config, configSchema(family)), undefined, family.name);
      const known = ["codes", "labels", ...Object.keys({ ...family.settings, ...family.derived })];
      assertEquals(Object.keys(config).sort(), known.sort());
    }
  }
});

Deno.test("generate() refuses a sampler that the model does not have", () =>
  inFolder(async (folder) => {
    const run = await train(source, join(folder, "run"), { model: "markov" });
    await assertRejects(
      () => generate(run, { count: 1, sampler: "block-order" }),
      RangeError,
      'Cannot generate with sampler block-order: "markov" has only one',
    );
  }));
