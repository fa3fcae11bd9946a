import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohort, cohortOf, judge, vocabulary } from "ehrloom";
import { racesOf } from "ehrloom/cohort/races.ts";
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
  const { female, figures } = await compared(real, real, 2);
  assertEquals(female, null);
  const reason = "fewer than 2 real patients are of one sex";
  assertEquals(figures?.left_out, [{ label: "share of women", reason }]);
  assertEquals((await compared(real, real, 1)).figures?.left_out, []);
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

/** Patients of one visit, by their races; "" where unknown. */
function ofRaces(counts: Readonly<Record<string, number>>): Cohort {
  const told = Object.entries(counts).flatMap(([race, count]) => Array<string>(count).fill(race));
  const races = racesOf(told);
  const bare = patients(...told.map(() => [NaN, 0] as const));
  const { birthDays, sexes } = bare.demographics ?? { birthDays: NaN, sexes: NaN };
  if (typeof birthDays === "number" || typeof sexes === "number") throw new Error("no patients");
  return cohort({ ...bare, demographics: { birthDays, sexes, ...races && { races } } });
}

Deno.test("demographics by hand: the share of each race among patients whose race is known", async () => {
  const real = ofRaces({ White: 6, Black: 3, Asian: 1, "": 10 });
  const { figures, resampled } = await compared(real, ofRaces({ White: 2, Asian: 2 }));
  const shares = figures?.races?.map(({ race, real_mean, synthetic_mean, ks_complement }) =>
    [race, real_mean.value, synthetic_mean.value, ks_complement.value] as const
  );
  const wanted = [["Asian", 0.1, 0.5, 0.6], ["Black", 0.3, 0, 0.7], [
    "White",
    0.6,
    0.5,
    0.9,
  ]] as const;
  assertEquals(shares?.map(([race]) => race), wanted.map(([race]) => race));
  wanted.forEach((row, i) =>
    [1, 2, 3].forEach((at) => assertAlmostEquals(Number(shares?.[i][at]), Number(row[at]), 1e-9))
  );
  assertEquals([figures?.age_at_first_visit, figures?.female, resampled], [null, null, {}]);
  assertEquals(figures?.left_out, []);
});

Deno.test("demographics tell races of few real patients as other, or leave them out with the reason", async () => {
  const real = ofRaces({ White: 6, Black: 2, Asian: 2 });
  const shown = async (minCell: number, held: Cohort = real) => {
    const [{ figures }] = await judge([demographics], {
      real: { role: "real", cohort: real },
      others: [{ role: "synthetic", cohort: ofRaces({ White: 2, Inuit: 2 }) }, {
        role: "held_out",
        cohort: held,
      }],
      resamples: 0,
      minCell,
    });
    return figures.demographics;
  };
  const other = (await shown(3))?.races?.find(({ race }) => race === "other");
  assertEquals([other?.real_mean.value, other?.synthetic_mean.value], [0.4, 0.5]);
  const few = [{
    label: "races",
    reason: "fewer than two races have 5 real patients",
  }];
  assertEquals([(await shown(5))?.races, (await shown(5))?.left_out], [undefined, few]);
  assertEquals((await shown(3, ofRaces({ White: 6, Black: 1 })))?.races, undefined);
});

Deno.test("demographics say what the other records do not tell", async () => {
  const real = ofRaces({ White: 6, Black: 2 });
  const others = patients([20, 1], [30, 2]);
  assertEquals((await compared(real, others)).figures, {
    age_at_first_visit: null,
    female: null,
    left_out: [{ label: "races", reason: "the other records do not tell it" }],
  });
  const { figures } = await compared(others, real);
  const none = "the other records do not tell it";
  assertEquals(figures?.left_out, [
    { label: "age at the first visit", reason: none },
    { label: "share of women", reason: none },
  ]);
});
