import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import {
  codeKinds,
  type Estimate,
  fidelity,
  type FidelityFigures,
  fidelityFigures,
  withLabel,
} from "ehrloom";
import { withoutEmptyRecords } from "ehrloom/evaluate/without_empty_records.ts";
import { cohorts, golden, goldenNames, goldenTolerance } from "../golden.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";

const train = cohorts.train;
const synthetic = withoutEmptyRecords(cohorts.synthetic);
const labels = train.labelNames;

async function figuresOf(label?: string): Promise<FidelityFigures> {
  const part = (cohort: typeof train) => label === undefined ? cohort : withLabel(cohort, label);
  const [figures] = await fidelityFigures(
    { role: "real", cohort: part(train) },
    [{ role: "synthetic", cohort: part(synthetic) }],
    { resamples: 0 },
  );
  return figures;
}

for (const name of ["Overall", ...labels]) {
  Deno.test(`fidelityFigures() of ${name} equal the original`, async () => {
    const figures = await figuresOf(name === "Overall" ? undefined : name);
    for (const kind of codeKinds) {
      const [perVisit, perRecord] = goldenNames[kind];
      const wanted = golden.r2[name];
      assertAlmostEquals(figures[kind].r2 ?? NaN, wanted[perVisit], goldenTolerance, perVisit);
      const record = figures[`record_${kind}`];
      assertAlmostEquals(record.r2 ?? NaN, wanted[perRecord], goldenTolerance, perRecord);
      assertEquals(record.keys, golden.r2_number_of_keys[name][perRecord]);
    }
    const { visits_per_record: record, codes_per_visit: visit } = figures.aggregate;
    const [real, other] = [golden.aggregate.train[name], golden.aggregate.synthetic[name]];
    const pairs: [number, number][] = [
      [record.real_mean, real["Record Length Mean"]],
      [record.real_sd, real["Record Length Standard Deviation"]],
      [visit.real_mean, real["Visit Length Mean"]],
      [visit.real_sd, real["Visit Length Standard Deviation"]],
      [record.synthetic_mean, other["Record Length Mean"]],
      [record.synthetic_sd, other["Record Length Standard Deviation"]],
      [visit.synthetic_mean, other["Visit Length Mean"]],
      [visit.synthetic_sd, other["Visit Length Standard Deviation"]],
    ];
    for (const [found, wanted] of pairs) assertAlmostEquals(found, wanted, goldenTolerance);
    assertAlmostEquals(visit.difference.value, visit.synthetic_mean - visit.real_mean, 1e-12);
  });
}

Deno.test("fidelityFigures() of labels equal the original, real as truth", async () => {
  const { label_prevalence } = await figuresOf();
  for (const { label, real, synthetic } of label_prevalence.labels) {
    assertAlmostEquals(real.value, golden.label_probabilities.train[label], goldenTolerance);
    const wanted = golden.label_probabilities.synthetic[label];
    assertAlmostEquals(synthetic.value, wanted, goldenTolerance);
  }
  const wanted = golden.label_probability_r2.real_as_truth;
  assertAlmostEquals(label_prevalence.r2 ?? NaN, wanted, goldenTolerance);
});

Deno.test("fidelity() counts synthetic records without visits and leaves them out", async () => {
  const heldOut = cohorts.test;
  const whole = await fidelity(
    { train, heldOut, synthetic: cohorts.synthetic },
    { resamples: 0 },
  );
  const cleaned = await fidelity({ train, heldOut, synthetic }, { resamples: 0 });
  assertEquals(whole, { ...cleaned, records_without_visits: 4 });
});

Deno.test("fidelity() leaves real records without visits out, as it does synthetic ones", async () => {
  const empty = { visits: [], labels: [1, 0], split: 0 };
  const sparse = listedCohort(
    [...randomRecords(1, 20, 6).map((each) => ({ ...each, split: 0 })), empty],
    6,
  );
  const synthetic = listedCohort(randomRecords(2, 20, 6), 6);
  const judged = (train: typeof sparse) =>
    fidelity({ train, heldOut: train, synthetic }, { resamples: 10 });
  assertLess(withoutEmptyRecords(sparse).recordCount, sparse.recordCount);
  assertEquals(await judged(sparse), await judged(withoutEmptyRecords(sparse)));
});

function estimates(figures: FidelityFigures): Estimate[] {
  const { aggregate, label_prevalence } = figures;
  return [
    ...codeKinds.flatMap((kind) => [figures[kind], figures[`record_${kind}`]]).map((each) => ({
      value: each.r2 ?? NaN,
      low: each.r2_low ?? NaN,
      high: each.r2_high ?? NaN,
    })),
    aggregate.visits_per_record.difference,
    aggregate.codes_per_visit.difference,
    ...label_prevalence.labels.flatMap(({ real, synthetic }) => [real, synthetic]),
  ];
}

Deno.test("fidelity() repeats by its seed, and intervals hold their figure", async () => {
  const all = { train, heldOut: cohorts.test, synthetic };
  const first = await fidelity(all, { seed: 1, resamples: 100 });
  assertEquals(await fidelity(all, { seed: 1, resamples: 100 }), first);
  assertNotEquals(await fidelity(all, { seed: 2, resamples: 100 }), first);
  for (const figures of [first, first.ceiling, first.floor]) {
    for (const { value, low, high } of estimates(figures)) {
      assert(low <= value && value <= high && low < high, `${low} ${value} ${high}`);
    }
  }
});

Deno.test("fidelityFigures() of the same cohort twice are exact, with resamples of their own", async () => {
  const [{ unigram, aggregate }] = await fidelityFigures(
    { role: "real", cohort: train },
    [{ role: "synthetic", cohort: train }],
    { resamples: 50 },
  );
  assertEquals(unigram.r2, 1);
  assertLess(unigram.r2_low ?? NaN, 1);
  assertEquals(aggregate.codes_per_visit.difference.value, 0);
  assertGreater(aggregate.codes_per_visit.difference.high, 0);
});

Deno.test("fidelity() reports progress up to its end", async () => {
  let last = { done: 0, total: 1 };
  await fidelity({ train, heldOut: cohorts.test, synthetic }, {
    resamples: 40,
    onProgress: (progress) => {
      assertGreater(progress.done, last.done);
      last = progress;
    },
  });
  assertEquals(last.done, last.total);
});

Deno.test("fidelityFigures() refuses other codes, empty cohorts and odd options", async () => {
  const real = { role: "real", cohort: listedCohort(randomRecords(1, 9, 5), 5) } as const;
  const against = (records: Parameters<typeof listedCohort>[0], codes: number) =>
    fidelityFigures(real, [{ role: "held_out", cohort: listedCohort(records, codes) }]);
  await assertRejects(() => against(randomRecords(2, 9, 6), 6), RangeError, 'has no "c5"');
  await assertRejects(() => against([], 5), RangeError, "the held-out cohort is empty");
  await assertRejects(
    () => fidelityFigures(real, [], { resamples: -1 }),
    RangeError,
    "-1 resamples",
  );
  await assertRejects(
    () => fidelityFigures(real, [real], { seed: -1 }),
    RangeError,
    "seed with -1",
  );
});
