import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, judge, random, type RecordLists, vocabulary } from "ehrloom";
import { valueDistributions } from "ehrloom/evaluate/fidelity/value_distributions.ts";

async function figuresOf(
  real: Cohort,
  synthetic: Cohort,
  { resamples = 0, minCell = 1 }: { resamples?: number; minCell?: number } = {},
) {
  const [{ figures }] = await judge([valueDistributions], {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: synthetic }],
    resamples,
    minCell,
  });
  return figures.value_distributions;
}

/** Records over the codes "a" and "b"; each visit has their values, null where there is none. */
function measured(...records: [a: number | null, b: number | null][][]): Cohort {
  return cohortOf(
    vocabulary(["a", "b"]),
    [],
    records.map((visits): RecordLists => {
      const having = visits.map((pair) => [0, 1].filter((code) => pair[code] !== null));
      return {
        visits: having,
        values: having.map((codes, visit) => codes.map((code) => visits[visit][code] ?? NaN)),
        labels: [],
      };
    }),
  );
}

/** 20 records of one visit with values from 1 to 20, plus a shift, and of "b" twice that. */
function rising(shift: number): Cohort {
  return measured(
    ...Array.from({ length: 20 }, (_, i): [number, number][] => [[i + 1 + shift, 2 * (i + 1)]]),
  );
}

Deno.test("value_distributions compares all values of a code, by hand", async () => {
  const found = await figuresOf(rising(0), rising(5));
  const [a, b] = found?.codes ?? [];
  // "a" is 5 higher: 5 of 20 values lie beyond; the middle half of 1 to 20 is 5.75 to 15.25
  assertAlmostEquals(a.ks_complement.value, 15 / 20, 1e-9);
  assertAlmostEquals(a.wasserstein_iqr?.value ?? NaN, 5 / 9.5, 1e-9);
  assertEquals([b.ks_complement.value, b.wasserstein_iqr?.value], [1, 0]);
  assertAlmostEquals(found?.ks_complement.value ?? NaN, (15 / 20 + 1) / 2, 1e-9); // the median
  assertAlmostEquals(found?.wasserstein_iqr?.value ?? NaN, 5 / 9.5 / 2, 1e-9);
  // "a" and "b" rise together in both
  assertAlmostEquals(found?.patient_correlations?.difference.value ?? NaN, 0, 1e-9);
  assertEquals(found?.visit_correlations?.pairs, 1);
  // nobody has a second value
  assertEquals([found?.lag_1_difference, a.lag_1_difference], [null, null]);
  assertEquals(found?.left_out.map(({ label }) => label), ["a", "b"]);
});

Deno.test("value_distributions counts who has a value, and says which codes nobody has", async () => {
  const visits = (b: number | null): [number, number | null][] => [[1, b], [2, null]];
  const real = measured(...Array.from({ length: 20 }, (_, i) => visits(i)));
  const synthetic = measured(...Array.from({ length: 20 }, (_, i) => visits(i < 5 ? 1 : null)));
  const found = await figuresOf(real, synthetic);
  const b = found?.codes.find(({ code }) => code === "b");
  assertAlmostEquals(b?.visits_difference.value ?? NaN, 5 / 40 - 20 / 40, 1e-9);
  assertAlmostEquals(b?.patients_difference.value ?? NaN, 5 / 20 - 1, 1e-9);
  const nobody = await figuresOf(real, measured(visits(null)));
  assertEquals(nobody?.codes.map(({ code }) => code), ["a"]);
  assertEquals(nobody?.left_out, [{ label: "b", reason: "the other records have no value" }]);
});

/** 80 patients with six visits; values hover about a level of the patient, "b" follows "a". */
function patients(seed: number, isDealt: boolean): Cohort {
  const draws = random(seed);
  const records = Array.from({ length: 80 }, () => {
    const level = 10 * draws.normal();
    return Array.from({ length: 6 }, (): [number, number] => {
      const a = Math.round(level + draws.normal());
      return [a, a + Math.round(draws.normal())];
    });
  });
  if (!isDealt) return measured(...records);
  const [a, b] = [0, 1].map((code) => draws.shuffle(records.flat().map((pair) => pair[code])));
  return measured(
    ...records.map((visits, record) =>
      visits.map((_, visit): [number, number] => [a[6 * record + visit], b[6 * record + visit]])
    ),
  );
}

Deno.test("value_distributions is exact for equal cohorts, and knows nothing alike in disjoint ones", async () => {
  const cohort = patients(1, false);
  const equal = await figuresOf(cohort, cohort, { resamples: 20 });
  assertEquals(equal?.ks_complement.value, 1);
  for (const name of ["wasserstein_iqr", "visits_difference", "lag_1_difference"] as const) {
    assertEquals(equal?.[name]?.value, 0, name);
  }
  assertEquals(equal?.visit_correlations?.difference.value, 0);
  assertEquals(equal?.patient_correlations?.difference.value, 0);
  const apart = await figuresOf(cohort, {
    ...cohort,
    values: cohort.values?.map((value) => value + 1e4) ?? null,
  });
  assertEquals(apart?.ks_complement.value, 0);
  assertAlmostEquals(apart?.lag_1_difference?.value ?? NaN, 0, 1e-6);
});

Deno.test("value_distributions tells values that were dealt out to other patients", async () => {
  const real = patients(1, false);
  const good = await figuresOf(real, patients(2, false), { resamples: 50 });
  const dealt = await figuresOf(real, patients(1, true), { resamples: 50 });
  assertEquals(dealt?.ks_complement.value, 1); // the values are the same
  for (const each of [good, dealt]) assert((each?.lag_1_difference?.value ?? -1) >= 0);
  assert((good?.lag_1_difference?.high ?? 1) < 0.1);
  assert((dealt?.lag_1_difference?.low ?? 0) > 0.8);
  assert((good?.visit_correlations?.difference.high ?? 1) < 0.1);
  assert((dealt?.visit_correlations?.difference.low ?? 0) > 0.8);
  assert((dealt?.patient_correlations?.difference.low ?? 0) > 0.5);
});

Deno.test("value_distributions counts codes that few patients have, and lists none of them", async () => {
  const found = await figuresOf(rising(0), rising(1), { minCell: 21 });
  assertEquals([found?.rare_codes, found?.codes, found?.left_out], [2, [], []]);
});
