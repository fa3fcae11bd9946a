import { assert, assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import { type Cohort, cohortOf, random, type RecordLists, vocabulary } from "ehrloom";
import { recordLists } from "ehrloom/cohort/records.ts";
import { resampleWeights, type Role } from "ehrloom/evaluate/bootstrap.ts";
import { r2 } from "ehrloom/evaluate/fidelity/r2.ts";
import { valueFidelity } from "ehrloom/evaluate/fidelity/value_fidelity.ts";
import { judge } from "ehrloom/evaluate/judge.ts";

const names = vocabulary(["a", "b", "c", "d", "e"]);
const listed = (records: readonly RecordLists[]) => cohortOf(names, [], records);
const record = (...visits: Record<number, number>[]): RecordLists => ({
  visits: visits.map((visit) => Object.keys(visit).map(Number)),
  values: visits.map((visit) => Object.values(visit)),
  labels: [],
});

async function judged(real: Cohort, synthetic: Cohort, resamples = 0) {
  const [{ figures }] = await judge([valueFidelity], {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: synthetic }],
    seed: 1,
    resamples,
  });
  return figures.values;
}

// "a" 1, 3 and 5 in three of four visits with values, "b" twice 100, "c" once; "d" is no value
const real = listed([
  record({ 0: 1, 1: 100, 3: NaN }, { 0: 3 }, { 3: NaN }),
  record({ 0: 5, 1: 100 }, { 2: 7 }),
]);
// "a" in both visits with values, "b" in one, "e" in one, "c" never
const synthetic = listed([record({ 0: 4, 1: 90 }), record({ 0: 6, 4: 1 }, { 2: NaN })]);

Deno.test("valueFidelity compares shares and means of measured codes", async () => {
  const found = await judged(real, synthetic);
  assertEquals(found?.codes.map(({ code }) => code), ["a", "b", "c", "e"]);
  const sd = Math.sqrt(8 / 3);
  assertEquals(found?.codes[0].real.share, 0.75);
  assertEquals(found?.codes[0].real.mean, 3);
  assertAlmostEquals(found?.codes[0].real.sd ?? NaN, sd, 1e-12);
  assertEquals(found?.codes[1].real, { share: 0.5, mean: 100, sd: 0 });
  assertEquals(found?.codes[1].synthetic, { share: 0.5, mean: 90, sd: 0 });
  assertEquals(found?.codes[2].synthetic, { share: 0, mean: null, sd: null });
  assertEquals(found?.codes[3].real, { share: 0, mean: null, sd: null });
  assertEquals(found?.presence.keys, 4);
  assertAlmostEquals(
    found?.presence.r2 ?? NaN,
    r2([0.75, 0.5, 0.25, 0], [1, 0.5, 0, 0.5]),
    1e-12,
  );
  assertEquals(found?.means.keys, 2);
  assertAlmostEquals(found?.means.r2 ?? NaN, r2([3, 100], [5, 90]), 1e-12);
  assertAlmostEquals(found?.mean_difference?.value ?? NaN, 2 / sd, 1e-12); // "b" does not vary
});

function randomCohort(seed: number): Cohort {
  const draws = random(seed);
  return listed(
    Array.from(
      { length: 40 },
      () =>
        record(...Array.from({ length: 1 + draws.integer(3) }, () =>
          Object.fromEntries(
            Array.from(
              { length: draws.integer(5) },
              () => [draws.integer(5), 1e6 + draws.uniform()],
            ),
          ))),
    ),
  );
}

Deno.test("valueFidelity is exact for equal cohorts, and intervals hold their figures", async () => {
  const source = randomCohort(1);
  const same = await judged(source, source, 100);
  assertEquals([same?.presence.r2, same?.means.r2, same?.mean_difference?.value], [1, 1, 0]);
  assertGreater(same?.mean_difference?.high ?? 0, 0);
  const other = await judged(source, randomCohort(2), 100);
  const { presence, means, mean_difference } = other ?? {};
  assert(presence && means && mean_difference);
  for (const { r2, r2_low, r2_high } of [presence, means]) {
    assert(r2 && r2_low && r2_high && r2_low < r2 && r2 < r2_high);
  }
  assert(mean_difference.low < mean_difference.value);
  assert(mean_difference.value < mean_difference.high);
});

Deno.test("valueFidelity of a resample is that of its records written out", async () => {
  const drawn = (cohort: Cohort, role: Role) => {
    const weights = new Int32Array(cohort.recordCount);
    resampleWeights({ role, seed: 1 }, 1, weights);
    const lists = [...weights].flatMap((weight, index) =>
      Array.from({ length: weight }, () => recordLists(cohort, index))
    );
    return listed(lists);
  };
  const [truth, other] = [randomCohort(3), randomCohort(4)];
  const found = await judged(truth, other, 1);
  const written = await judged(drawn(truth, "real"), drawn(other, "synthetic"));
  // with a single resample the median is its figure
  assertAlmostEquals(found?.presence.r2_median ?? NaN, written?.presence.r2 ?? NaN, 1e-9);
  assertAlmostEquals(found?.means.r2_median ?? NaN, written?.means.r2 ?? NaN, 1e-6);
});

Deno.test("valueFidelity is null where no code has values in both cohorts", async () => {
  const plain = listed([{ visits: [[0, 1]], labels: [] }]);
  assertEquals(await judged(real, plain), null);
  assertEquals(await judged(plain, real), null);
  assertEquals(await judged(real, listed([record({ 4: 1 })])), null);
  assertEquals(await judged(real, listed([record({ 0: NaN })])), null);
});
