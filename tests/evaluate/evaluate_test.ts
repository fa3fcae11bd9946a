import { assertEquals, assertRejects } from "@std/assert";
import {
  cohortOf,
  evaluate,
  fidelity,
  type FidelityFigures,
  realSplits,
  type RecordLists,
  splitOf,
  vocabulary,
} from "ehrloom";
import { listedCohort, randomRecords } from "./random_cohort.ts";
import { runOf } from "./run_of.ts";

const split = (records: RecordLists[]) => records.map((each, i) => ({ ...each, split: i % 3 }));
const real = listedCohort(split(randomRecords(1, 60, 6)), 6);
const synthetic = listedCohort(randomRecords(2, 20, 6), 6);
const run = runOf(real, { config: { width: 8 } });

Deno.test("evaluate() compares with the train split and takes the test split as ceiling", async () => {
  const report = await evaluate(real, synthetic, {
    quick: true,
    seed: 4,
    resamples: 10,
    minCell: 1,
    run,
    generationSeed: 9,
    cutOff: 3,
    ruled: { draws: 50, touched: 2 },
  });
  const [train, heldOut] = [splitOf(real, "train"), splitOf(real, "test")];
  assertEquals(
    report.fidelity,
    await fidelity({ train, heldOut, synthetic }, { seed: 4, resamples: 10 }),
  );
  const { seed, resamples, synthetic: made } = report.about;
  assertEquals({ seed, resamples, made, run: report.about.run, sizes: report.about.real }, {
    seed: 4,
    resamples: 10,
    made: {
      records: 20,
      seed: 9,
      cut_off: 3,
      rules: { draws: 50, touched: 2 },
      times: "order only",
    },
    run: run.runConfig,
    sizes: {
      records: 60,
      train: 20,
      test: 20,
      codes: 6,
      train_codes: 6,
      labels: 2,
      times: "order only",
    },
  });
  assertEquals("likelihood" in report, false);
  assertEquals(report.about.versions.deno, Deno.version.deno);
  assertEquals(report.about.versions.tfjs, "4.22.0");
  assertEquals("backend" in report.about.versions, false); // none was chosen, none computed
});

Deno.test("evaluate() says when resamples draw groups of patients", async () => {
  const only = ["fidelity.aggregate"];
  const groupsOf = async (records: number) => {
    const large = listedCohort(randomRecords(2, records, 6), 6);
    return (await evaluate(real, large, { only, resamples: 2 })).about.resampled_groups;
  };
  assertEquals([await groupsOf(20), await groupsOf(16_385)], [undefined, 1024]);
});

Deno.test("evaluate() with `only` holds the figures of these measures alone, the same as with all", async () => {
  const how = { quick: true, seed: 4, resamples: 10 };
  const timed = (cohort: typeof real) => ({
    ...cohort,
    gapDays: cohort.gapDays.map((_, visit) => cohort.visitOffsets.includes(visit) ? 0 : 3),
  });
  const { fidelity: all } = await evaluate(timed(real), timed(synthetic), how);
  const only = ["fidelity.gap_days", "fidelity.record_unigram"];
  const report = await evaluate(timed(real), timed(synthetic), { ...how, only });
  assertEquals("utility" in report || "privacy" in report, false);
  const part = (figures?: Partial<FidelityFigures>) => ({
    ...figures?.record_unigram && { record_unigram: figures.record_unigram },
    ...figures?.gap_days !== undefined && { gap_days: figures.gap_days },
  });
  assertEquals(report.fidelity, {
    ...part(all),
    ceiling: part(all?.ceiling),
    floor: part(all?.floor),
    memoriser: part(all?.memoriser),
    records_without_visits: all?.records_without_visits ?? NaN,
  });
  assertEquals(report.fidelity?.gap_days?.real_mean, 3);
  await assertRejects(
    () => evaluate(real, synthetic, { only: ["fidelity.speed"] }),
    RangeError,
    'Cannot evaluate: "only" names "fidelity.speed"; known: fidelity, fidelity.unigram, ',
  );
});

Deno.test("evaluate() says what is wrong with cohorts that cannot be compared", async () => {
  const cases = [
    [synthetic, synthetic, "the real cohort has no splits"],
    [splitOf(real, "train"), synthetic, "the test split of the real cohort has no visits"],
    [real, listedCohort([{ visits: [], labels: [0, 0] }], 6), "none of the 1 synthetic records"],
  ] as const;
  for (const [left, right, message] of cases) {
    await assertRejects(() => evaluate(left, right), RangeError, message);
  }
});

Deno.test("evaluate() of the splits of a real cohort is that of the whole, whatever the names' order", async () => {
  // codes in another order with one that is unknown, and one label of two
  const names = ["c5", "x", "c4", "c3", "c2", "c1", "c0"];
  const records = randomRecords(2, 20, 7).map(({ visits, labels }) => ({
    visits,
    labels: labels.slice(1),
  }));
  const other = cohortOf(vocabulary(names), ["y"], records);
  const how = { resamples: 5, minCell: 1, quick: true, by: "label:y", sensitive: ["c1"] };
  const [whole, ofSplits] = [
    await evaluate(real, other, how),
    await evaluate(await realSplits(real), other, how),
  ];
  const constant = { created: "", seconds: 0 };
  assertEquals(
    { ...ofSplits, about: { ...ofSplits.about, ...constant } },
    { ...whole, about: { ...whole.about, ...constant } },
  );
});

Deno.test("evaluate() refuses splits that differ in codes or labels, or have no visits", async () => {
  const splits = await realSplits(real);
  const { train } = splits;
  const others = [
    cohortOf(vocabulary(["c1", "c0"]), ["x", "y"], [{ visits: [[0]], labels: [0, 0] }]),
    { ...train, labelNames: ["y", "x"] },
  ];
  for (const heldOut of others) {
    await assertRejects(
      () => evaluate({ ...splits, heldOut }, synthetic),
      RangeError,
      "Cannot evaluate: the real splits differ in codes or labels",
    );
  }
  const empty = cohortOf(train.vocabulary, ["x", "y"], [{ visits: [], labels: [0, 0] }]);
  await assertRejects(
    () => evaluate({ ...splits, heldOut: empty }, synthetic),
    RangeError,
    "Cannot evaluate: the test split of the real cohort has no visits",
  );
});
