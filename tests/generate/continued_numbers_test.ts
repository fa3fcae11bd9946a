// Records with values, times, births and sexes that go on with given ones.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Cohort,
  cohortOf,
  generate,
  random,
  readRun,
  recordLists,
  type Run,
  subset,
  train,
  trimmed,
  useBackend,
} from "ehrloom";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { samplingOf } from "ehrloom/generate/sampling_of.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { measuredCohort } from "../models/measured_cohort.ts";

await useBackend("wasm");

const cohort = measuredCohort(60);
const kinds: readonly (readonly [model: string, settings: Record<string, number>])[] = [
  ["halo", { numbers: 4, width: 8 }],
  ["halo", { numbers: 4, width: 8, waits: 2 }],
  ["gpt", { numbers: 4, width: 8 }],
  ["synehrgy", { bins: 4, width: 8, layers: 1, heads: 1 }],
];

/** Records without visits that have no codes, whose time passes. */
function filled(source: Cohort) {
  return Array.from({ length: source.recordCount }, (_, record) => {
    const { visits, values, gapDays = [], ...facts } = recordLists(source, record);
    let since = 0;
    let { startDay = NaN } = facts;
    const kept: { codes: readonly number[]; values: readonly number[]; days: number }[] = [];
    for (const [i, codes] of visits.entries()) {
      since += gapDays[i];
      if (codes.length === 0) continue;
      if (kept.length === 0) startDay += since;
      kept.push({ codes, values: values?.[i] ?? [], days: kept.length === 0 ? 0 : since });
      since = 0;
    }
    return { ...facts, startDay, kept };
  });
}

/** The same records without such visits. */
function withoutEmpty(source: Cohort): Cohort {
  const records = filled(source).map(({ kept, ...facts }) => ({
    ...facts,
    visits: kept.map(({ codes }) => codes),
    values: kept.map(({ values }) => values),
    gapDays: kept.map(({ days }) => days),
  }));
  return cohortOf(source.vocabulary, source.labelNames, records);
}

/** What a run's model makes of the beginnings of records. */
function beginningsOf(run: Run, given: Cohort) {
  const source = withoutEmpty(given);
  const { sampling, dispose } = samplingOf(run, modelOf(run.runConfig));
  try {
    if (sampling.kind !== "steps") throw new Error("it writes whole records");
    const { codec } = sampling;
    return [...source.subjectIds.keys()].map((record) => {
      const { steps, numbers, toEnd = 1 } = codec.beginning?.(source, record) ?? { steps: [] };
      const reader = codec.reader(random(1), numbers);
      for (const step of steps) reader.read(step);
      return { steps, visits: reader.visits, fits: 1 + steps.length + toEnd <= codec.limit };
    });
  } finally {
    dispose();
  }
}

for (const [model, set] of kinds) {
  Deno.test(`${model}${set.waits ? " with waits" : ""} goes on with given values, times, births and sexes, which stay as they are`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "run");
      await train(cohort, path, { model, settings: set, epochs: 1, batch: 16, minCell: 1 });
      const run = await readRun(path);
      const whole = beginningsOf(run, cohort);
      for (const maxVisits of [1, 2, 3]) {
        const prefixes = trimmed(cohort, { maxVisits });
        for (const [i, { steps, visits }] of beginningsOf(run, prefixes).entries()) {
          assertEquals(whole[i].steps.slice(0, steps.length), steps);
          const given = recordLists(prefixes, i).visits.filter((visit) => visit.length > 0);
          assertEquals(visits.map((visit) => visit.toSorted()), given);
        }
        const options = { count: 150, seed: 3, prefixes };
        const { cohort: written } = await generate(run, options);
        let longer = 0;
        const expected = filled(prefixes);
        for (const [i, found] of filled(written).entries()) {
          const given = expected[i % expected.length];
          const { length } = given.kept;
          assertEquals(found.labels, given.labels);
          if (length === 0) continue;
          assertEquals(
            found.kept.slice(0, length).map(({ codes }) => codes),
            given.kept.map(({ codes }) => codes),
          );
          assertEquals(
            found.kept.slice(0, length).map(({ values }) => values),
            given.kept.map(({ values }) => values),
          );
          for (const [at, { days }] of given.kept.entries()) {
            assert(Math.abs(found.kept[at].days - days) < 1e-9, `${found.kept[at].days}`);
          }
          assertEquals(
            [found.startDay, found.birthDay, found.sex],
            [given.startDay, given.birthDay, given.sex],
          );
          longer += Number(found.kept.length > length);
        }
        assert(longer > 20, `${longer} go on`);
        const again = await generate(run, { ...options, batch: 7 });
        assertEquals(again.cohort.values, written.values);
        assertEquals(again.cohort.gapDays, written.gapDays);
      }
    }));
}

Deno.test("generate() refuses to continue an order of visits with a model of times", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const how = {
      model: "gpt",
      settings: { numbers: 4, width: 8 },
      epochs: 1,
      batch: 16,
      minCell: 1,
    };
    const run = await train(cohort, path, how);
    const prefixes = cohortOf(cohort.vocabulary, cohort.labelNames, [
      { visits: [[0], [1]], labels: [0, 0] },
    ]);
    await assertRejects(
      () => generate(run, { count: 1, prefixes }),
      RangeError,
      "Cannot continue records: they have an order of visits and no times, and the model writes times",
    );
    const first = trimmed(prefixes, { maxVisits: 1 });
    const { cohort: written } = await generate(run, { count: 1, prefixes: first });
    assertEquals(recordLists(written, 0).visits[0], [0]);
  }));

Deno.test("synehrgy goes on with records as long as their end fits, and no longer", () =>
  inFolder(async (folder) => {
    const own = { bins: 4, width: 8, layers: 1, heads: 1, context: 40 };
    const how = { model: "synehrgy", settings: own, epochs: 1, batch: 16, minCell: 1 };
    const run = await train(cohort, join(folder, "run"), { ...how, acceptLoss: true });
    const fits = beginningsOf(run, cohort).map(({ fits }) => fits);
    const all = [...fits.keys()];
    const prefixes = subset(cohort, all.filter((record) => fits[record]));
    assert(prefixes.recordCount > 10 && prefixes.recordCount < 50, `${prefixes.recordCount}`);
    const { cutOff } = await generate(run, { count: 100, prefixes });
    assertEquals(cutOff, 0);
    for (const record of all.filter((record) => !fits[record])) {
      await assertRejects(
        () => generate(run, { count: 1, prefixes: subset(cohort, [record]) }),
        RangeError,
        "and the model writes at most 40; keep fewer visits (--visits)",
      );
    }
  }));
