import * as tf from "@tensorflow/tfjs-core";
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  modelSummaries,
  random,
  type RecordLists,
  runLikelihood,
  settingsOf,
  splitOf,
  train,
  useBackend,
  vocabulary,
  withSplits,
} from "ehrloom";
import { fingerprint } from "ehrloom/cohort/fingerprint.ts";
import { withoutUnseenCodes } from "ehrloom/evaluate/likelihood/run_likelihood.ts";
import { halo } from "ehrloom/models/halo.ts";
import type { RowModel } from "ehrloom/models/rows/row_model.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { modelOf, type Run } from "ehrloom/train/run_folder.ts";
import { join } from "node:path";
import { inFolder } from "../../folder.ts";
import {
  golden as readGolden,
  type GoldenArray,
  goldenCohort,
  goldenWeights,
} from "../../golden.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";
import { tinyTraining } from "../../tiny.ts";

interface Tiny {
  config: Record<string, number>;
  records: { visits: number[][]; labels: number[] }[];
  weights: Record<string, GoldenArray>;
}

const tiny = readGolden<Tiny>("halo-tiny");
const { metrics } = readGolden<{ metrics: Record<string, number> }>("halo-extra-tiny");
const { code_vocab_size: codes, label_vocab_size: labels } = tiny.config;

/** An untrained or loaded run over the codes of a cohort, as readRun gives it. */
function haloRun(cohort: ReturnType<typeof listedCohort>, weights?: Tiny["weights"]): Run {
  const model = halo.create({
    codes: cohort.vocabulary.codes.length,
    labels: cohort.labelNames.length,
    context: tiny.config.n_ctx,
    positions: tiny.config.n_positions,
    width: tiny.config.n_embd,
    layers: tiny.config.n_layer,
    heads: tiny.config.n_head,
    epsilon: tiny.config.layer_norm_epsilon,
    positiveWeight: 1,
    publishedStart: false,
    labelsInHead: false,
    codesSoFar: false,
    calibrate: false,
    waits: 0,
    exclusiveBins: false,
    headRank: 0,
    headBlock: 256,
  });
  const run = runOf(model, cohort);
  return weights === undefined
    ? run
    : { ...run, parameters: model.fromOriginal(goldenWeights(weights)) };
}

function runOf(model: RowModel, cohort: ReturnType<typeof listedCohort>): Run {
  return {
    runConfig: {
      ehrloom: "0",
      model: "halo",
      config: model.config,
      training: tinyTraining,
      cohort: "",
      versions: {},
    },
    parameters: drawn(model.initial, random(1)),
    vocabulary: cohort.vocabulary,
    labelNames: cohort.labelNames,
    training: [],
  };
}

const split = (records: RecordLists[]) => records.map((each, i) => ({ ...each, split: i % 3 }));

Deno.test("runLikelihood() equals the original's test metrics on golden weights", async () => {
  await useBackend("cpu");
  const seen = { visits: [Array.from({ length: codes }, (_, code) => code)] };
  const train = { ...seen, labels: Array(labels).fill(0), split: 0 };
  const test = tiny.records.map((record) => ({ ...record, split: 2 }));
  const real = goldenCohort(codes, labels, [train, ...test]);
  const found = await runLikelihood(haloRun(real, tiny.weights), real, { resamples: 10 });
  const pairs: [number | null, number][] = [
    [found.bce, metrics.bce_over_unmasked_cells_only],
    [found.precision, metrics.precision],
    [found.recall, metrics.recall],
    [found.f1, metrics.f1],
    [found.accuracy, metrics.accuracy],
    [found.nll_per_visit, -metrics.log_probability / metrics.n_visits],
    [found.perplexity_per_code, metrics.perplexity_per_positive_code],
  ];
  const relative = 1e-4; // float32 forward passes, through exp() for the perplexity
  for (const [value, wanted] of pairs) {
    assert(value !== null);
    assertAlmostEquals(value, wanted, relative * wanted);
  }
});

Deno.test("runLikelihood() does not depend on the size of batches", async () => {
  await useBackend("cpu");
  const real = listedCohort(split(randomRecords(1, 30, 9)), 9);
  const [one, many] = await Promise.all(
    [1, 48].map((batch) => runLikelihood(haloRun(real), real, { batch, resamples: 20 })),
  );
  // float32 sums over rows of other batches
  for (const key of ["nll_per_visit", "nll_per_visit_low", "nll_per_visit_high"] as const) {
    assertAlmostEquals(one[key], many[key], 1e-4 * many[key]);
  }
});

Deno.test("runLikelihood() leaves out codes that training never saw, and counts them", async () => {
  await useBackend("cpu");
  const real = listedCohort([
    { visits: [[0, 1]], labels: [0, 1], split: 0 },
    { visits: [[0, 2], [2]], labels: [0, 1], split: 2 },
  ], 3);
  const cleaned = listedCohort([
    { visits: [[0, 1]], labels: [0, 1], split: 0 },
    { visits: [[0]], labels: [0, 1], split: 2 },
  ], 3);
  const run = haloRun(real);
  const found = await runLikelihood(run, real, { resamples: 0 });
  assertEquals(found.unseen_code_occurrences, 2);
  const wanted = await runLikelihood(run, cleaned, { resamples: 0 });
  const { nll_per_visit_with_unseen, ...others } = found;
  assertEquals(others, { ...wanted, unseen_code_occurrences: 2 });
  // the model itself, asked about the records as they are: label row and two visits
  const model = halo.create({ ...halo.configFor(real, {}), ...run.runConfig.config });
  const test = splitOf(real, "test");
  const tensors = toTensors(run.parameters);
  const [{ logProbability }] = await model.likelihoods(tensors, test, Int32Array.of(0));
  tf.dispose(tensors);
  assertAlmostEquals(nll_per_visit_with_unseen?.value ?? NaN, -logProbability / 3, 1e-6);
});

Deno.test("runLikelihood() counts codes that training never saw only where there are some, and a column for each", async () => {
  await useBackend("cpu");
  const records = (test: number[][]) =>
    listedCohort([
      { visits: [[0, 1], [0]], labels: [0, 1], split: 0 },
      { visits: [[1]], labels: [1, 1], split: 1 },
      { visits: test, labels: [0, 1], split: 2 },
      { visits: [[0], [1]], labels: [0, 1], split: 2 },
    ], 3);
  const seen = records([[0], [1]]);
  const without = await runLikelihood(haloRun(seen), seen, { resamples: 10 });
  assertEquals(without.nll_per_visit_with_unseen, undefined);
  const unseen = records([[0], [2]]);
  const found = await runLikelihood(haloRun(unseen), unseen, { resamples: 10 });
  const { value, low, high } = found.nll_per_visit_with_unseen ?? { value: 0, low: 0, high: 0 };
  assert(low <= value && value <= high && value !== found.nll_per_visit);
  await inFolder(async (folder) => {
    const settings = { width: 8, heads: 2, layers: 1 };
    const gpt = await train(unseen, join(folder, "run"), { model: "gpt", settings, epochs: 1 });
    const ofTokens = await runLikelihood(gpt, unseen, { resamples: 0 });
    assertEquals(ofTokens.unseen_code_occurrences, 1);
    assertEquals(ofTokens.nll_per_visit_with_unseen, undefined);
  });
});

Deno.test("withoutUnseenCodes() drops what it empties; labels, days and the values of codes stay", () => {
  const source = listedCohort([{ visits: [[0, 2], [2], [1]], labels: [1, 0] }], 3);
  const valued = {
    ...source,
    values: Float32Array.of(5, 6, 7, 8),
    startDays: Float64Array.of(10),
    gapDays: Float64Array.of(0, 2, 3),
  };
  const { known } = withoutUnseenCodes(
    valued,
    listedCohort([{ visits: [[0, 1]], labels: [0, 0] }], 3),
  );
  assertEquals([...known.visitOffsets], [0, 2]);
  assertEquals([...known.codeOffsets], [0, 1, 2]);
  assertEquals([[...known.startDays], [...known.gapDays]], [[10], [0, 5]]);
  assertEquals([...known.codes], [0, 1]);
  assertEquals([...(known.values ?? [])], [5, 8]);
  assertEquals(known.labels, source.labels);
});

Deno.test("runLikelihood() refuses another cohort's run and records beyond the model", async () => {
  await useBackend("cpu");
  const real = listedCohort(split(randomRecords(1, 9, 4)), 4);
  const other = { ...haloRun(real), vocabulary: vocabulary(["c0", "c1", "c2", "c9"]) };
  await assertRejects(
    () => runLikelihood(other, real),
    RangeError,
    'Cannot compute the test loss on this cohort: the real cohort has no "c9"',
  );
  const long = { visits: Array(40).fill([0]), labels: [0, 0], split: 2 };
  const longer = listedCohort([{ visits: [[0]], labels: [0, 0], split: 0 }, long], 4);
  assertEquals(splitOf(longer, "test").recordCount, 1);
  await assertRejects(() => runLikelihood(haloRun(real), longer), RangeError, "subject 2 takes");
});

/** Records of up to three visits, and one in the test split. */
function cohortWith(test: number[][]) {
  const lists = [[[0, 1], [2], [3]], [[1], [2]], [[0]], [[2, 3]]].map((visits, i) => ({
    visits,
    labels: [1, i % 2],
    split: i % 2,
  }));
  return listedCohort([...lists, { visits: test, labels: [1, 1], split: 2 }], 4);
}

for (const { name } of modelSummaries) {
  Deno.test(`runLikelihood() judges by ${name} what it can write, and refuses what is longer`, () =>
    inFolder(async (folder) => {
      await useBackend("cpu");
      const longest = [[0, 1], [2], [3]];
      const small = { width: 8, heads: 2, layers: 1, ganEpochs: 1, graphSteps: 1 };
      const known = Object.entries(small).filter(([key]) => key in settingsOf(name));
      const run = await train(cohortWith(longest), join(folder, "run"), {
        model: name,
        settings: Object.fromEntries(known),
        epochs: 1,
      });
      const { likelihoods, likelihoodIsBound, rowLimit } = modelOf(run.runConfig);
      if (likelihoods === undefined || likelihoodIsBound) return;
      const ofAny = { ...run, runConfig: { ...run.runConfig, cohort: "" } };
      const judge = (visits: number[][]) =>
        runLikelihood(ofAny, cohortWith(visits), { resamples: 0 });
      assert(Number.isFinite((await judge(longest)).nll_per_visit));
      const message = new RegExp(
        `subject 5 takes (\\d+) steps, and the model writes at most ${rowLimit}$`,
      );
      const visitMore = await assertRejects(() => judge([...longest, [1]]), RangeError);
      assertMatch(visitMore.message, message);
      try { // a code more, which takes a row where codes are tokens
        assert(Number.isFinite((await judge([[0, 1], [2, 3], [3]])).nll_per_visit));
      } catch (error) {
        assert(error instanceof RangeError, `${error}`);
        assertMatch(
          error.message,
          new RegExp(`takes ${rowLimit + 1} steps, and the model writes at most ${rowLimit}$`),
        );
      }
    }));
}

Deno.test("runLikelihood() refuses splits other than those that the run was trained on", async () => {
  await useBackend("cpu");
  const real = listedCohort(split(randomRecords(1, 30, 4)), 4);
  const run = haloRun(real);
  const trained = { ...run, runConfig: { ...run.runConfig, cohort: await fingerprint(real) } };
  await runLikelihood(trained, real, { resamples: 0 });
  await assertRejects(
    () => runLikelihood(trained, withSplits(real, random(4))),
    RangeError,
    "trained on another cohort or other splits, so training records may be among the test records",
  );
});

Deno.test("runLikelihood() of one record with 1,300 visits among others works on wasm", async () => {
  await useBackend("wasm");
  const few = Array.from({ length: 60 }, () => ({ visits: [[0], [1]], labels: [0, 1], split: 2 }));
  const long = {
    visits: Array.from({ length: 1300 }, (_, i) => [i % 4]),
    labels: [0, 1],
    split: 2,
  };
  const train = { visits: [[0, 1, 2, 3]], labels: [0, 1], split: 0 };
  const real = listedCohort([train, ...few, long], 4);
  // all records of a batch padded to 1,300 rows would take 48 × 64 heads × 1,300² floats: 21 GB
  const config = halo.configFor(real, { width: 64, heads: 64, layers: 1 });
  const found = await runLikelihood(runOf(halo.create(config), real), real, { resamples: 0 });
  assert(Number.isFinite(found.nll_per_visit));
});
