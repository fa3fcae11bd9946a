import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohort, cohortOf, judge, vocabulary } from "ehrloom";
import { demographics } from "ehrloom/evaluate/fidelity/demographics.ts";

/** Patients of one visit, by their age at it in years and their sex: 0 unknown, 1 female, 2 male. */
function patients(...all: readonly (readonly [age: number, sex: number])[]): Cohort {
  const bare = cohortOf(
    vocabulary(["a"]),
    [],
    all.map(() => ({ visits: [[0]], labels: [] })),
  );
  return cohort({
    ...bare,
    startDays: Float64Array.from(all, () => 20_000),
    demographics: {
      birthDays: Float64Array.from(all, ([age]) => 20_000 - 365.25 * age),
      sexes: Uint8Array.from(all, ([, sex]) => sex),
    },
  });
}

async function compared(real: Cohort, synthetic: Cohort, minCell = 1) {
  const [{ figures, resampled }] = await judge([demographics], {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: synthetic }],
    resamples: 0,
    minCell,
  });
  return { figures: figures.demographics, ...figures.demographics, resampled };
}

Deno.test("demographics by hand: completed years of age, and the share of women", async () => {
  const real = patients([20.5, 1], [40.5, 2], [60.5, 1], [80.5, 1], [NaN, 0]);
  const synthetic = patients([20.9, 1], [40.1, 2], [70.5, 2], [90.5, 2]);
  const { age_at_first_visit: age, female, resampled } = await compared(real, synthetic);
  assertEquals([age?.real_mean.value, age?.synthetic_mean.value], [50, 55]);
  assertAlmostEquals(age?.wasserstein_1.value ?? NaN, (10 + 10) / 4, 1e-9);
  assertAlmostEquals(age?.ks_complement.value ?? NaN, 0.75, 1e-9);
  assertEquals([female?.real_mean.value, female?.synthetic_mean.value], [0.75, 0.25]);
  assertAlmostEquals(female?.ks_complement.value ?? NaN, 0.5, 1e-9);
  assertEquals(Object.keys(resampled), [
    "demographics.age_at_first_visit.ks_complement",
    "demographics.female.ks_complement",
  ]);
});

Deno.test("demographics tell no share of a sex that fewer than minCell real patients are of", async () => {
  const real = patients([20.5, 1], [40.5, 2], [60.5, 2], [80.5, 2]);
  assertEquals((await compared(real, real, 2)).female, null);
  assertEquals((await compared(real, real, 1)).female?.real_mean.value, 0.25);
  assertEquals((await compared(real, real, 2)).age_at_first_visit?.ks_complement.value, 1);
});

Deno.test("demographics are null where a cohort knows neither births nor sexes", async () => {
  const without = cohortOf(vocabulary(["a"]), [], [{ visits: [[0]], labels: [] }]);
  assertEquals((await compared(patients([20, 1], [30, 2]), without)).figures, null);
  const ages = patients([20, 0], [30, 0]);
  const { age_at_first_visit: age, female } = await compared(ages, ages);
  assertEquals([age?.ks_complement.value, female], [1, null]);
});
