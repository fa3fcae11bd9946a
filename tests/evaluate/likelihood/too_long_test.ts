import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Cohort,
  cohort as cohortFrom,
  compare,
  evaluate,
  hasLikelihood,
  reportHtml,
  type Run,
  runLikelihood,
  splitOf,
  subset,
  tooLongInWords,
  train,
  useBackend,
} from "ehrloom";
import { fingerprint } from "ehrloom/cohort/fingerprint.ts";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { join } from "node:path";
import { inFolder } from "../../folder.ts";
import { measuredCohort } from "../../models/measured_cohort.ts";

const cohort = measuredCohort(60);
const context = 40;
const settings = { width: 8, heads: 2, layers: 1, context };

function trained(folder: string): Promise<Run> {
  return train(cohort, join(folder, "run"), {
    model: "synehrgy",
    settings,
    epochs: 1,
    acceptLoss: true,
  });
}

/** The cohort with only those test records that a condition holds of, and a run that takes it. */
async function withTest(run: Run, keeps: (record: number) => boolean): Promise<[Run, Cohort]> {
  const { splits } = cohort;
  const records = [...cohort.subjectIds.keys()].filter((r) => splits?.[r] !== 2 || keeps(r));
  const kept = cohortFrom(subset(cohort, records));
  return [{ ...run, runConfig: { ...run.runConfig, cohort: await fingerprint(kept) } }, kept];
}

Deno.test("runLikelihood() leaves out records beyond a context, counts them, and stays finite", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const run = await trained(folder);
    assert(Number.isFinite(run.calibration?.validation_after));
    const { tokensOf } = modelOf(run.runConfig);
    assert(tokensOf !== undefined);
    const test = [...cohort.subjectIds.keys()].filter((record) => cohort.splits?.[record] === 2);
    const isLong = (record: number) => tokensOf(cohort, record) > context;
    const long = test.filter(isLong).length;
    assert(long > 0 && long < test.length, `${long} of ${test.length}`);

    const found = await runLikelihood(run, cohort, { resamples: 50 });
    assertEquals(found.too_long, { records: long, of: test.length, context });
    for (const [name, value] of Object.entries(found)) {
      if (typeof value === "number") assert(Number.isFinite(value), `${name} is ${value}`);
    }
    const [shortRun, short] = await withTest(run, (record) => !isLong(record));
    const { too_long, ...others } = await runLikelihood(shortRun, short, { resamples: 50 });
    assertEquals(too_long, undefined);
    assertAlmostEquals(found.nll_per_visit, others.nll_per_visit, 1e-9);

    const report = await evaluate(cohort, splitOf(cohort, "train"), {
      quick: true,
      resamples: 0,
      likelihood: found,
      run,
    });
    const page = reportHtml(report, {
      real: splitOf(cohort, "train"),
      synthetic: splitOf(cohort, "train"),
    });
    assert(page.includes(tooLongInWords({ records: long, of: test.length, context })));
    assert(page.includes("are beyond the context of 40 tokens and are not learned"));

    const [longRun, onlyLong] = await withTest(run, isLong);
    assertEquals([hasLikelihood(run, cohort), hasLikelihood(longRun, onlyLong)], [true, false]);
    await assertRejects(
      () => runLikelihood(longRun, onlyLong),
      RangeError,
      `Cannot compute the test loss: ${long} of ${long} test records are longer`,
    );
  }));

Deno.test("tooLongInWords() counts those that are left", () => {
  const words = (records: number, of: number) => tooLongInWords({ records, of, context: 1024 });
  assertEquals(
    words(2, 12),
    "2 of 12 test records are longer than the model's context of 1,024 tokens; " +
      "the figures are of the other 10",
  );
  assertEquals(
    words(1, 1),
    "1 of 1 test records is longer than the model's context of 1,024 tokens; there is no test loss",
  );
});

Deno.test("compare() gives no difference of test losses over other records", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const { comparison } = await compare(cohort, join(folder, "out"), {
      models: ["markov", "synehrgy", "synehrgy+long"].map((name) => ({
        name,
        settings: name === "synehrgy" ? settings : {},
      })),
      settings: { width: 8, heads: 2, layers: 1 },
      epochs: 1,
      resamples: 5,
      acceptLoss: true,
    });
    const [, short, long] = comparison.models;
    assertEquals([short, long].map(({ likelihood }) => likelihood?.too_long !== undefined), [
      true,
      false,
    ]);
    const [first, second] = comparison.differences;
    assertEquals(first.nll_per_visit, null);
    assert(Number.isFinite(second.nll_per_visit?.value));
    const text = await Deno.readTextFile(join(folder, "out", "comparison.json"));
    assert(!text.includes("Infinity"));
  }));
