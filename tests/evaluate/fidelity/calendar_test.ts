import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, judge, random, vocabulary } from "ehrloom";
import { calendar } from "ehrloom/evaluate/fidelity/calendar.ts";

/** Records with visits on the given days, all with "a", those on even days also with "b". */
function dated(...records: number[][]): Cohort {
  return cohortOf(
    vocabulary(["a", "b"]),
    [],
    records.map((days) => ({
      visits: days.map((day) => day % 2 === 0 ? [0, 1] : [0]),
      gapDays: days.map((day, i) => i === 0 ? 0 : day - days[i - 1]),
      startDay: days[0],
      labels: [],
    })),
  );
}

async function figuresOf(real: Cohort, synthetic: Cohort, resamples = 0, minCell = 1) {
  const [{ figures }] = await judge([calendar], {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: synthetic }],
    resamples,
    minCell,
  });
  return figures.calendar;
}

Deno.test("calendar compares the visits of each week for each patient, by hand", async () => {
  // real visits of weeks 0 to 2, for each of two patients: 1, 1 / 2, 1 / 2
  const real = dated([100, 101, 107], [114]);
  // synthetic, for each of two patients: 1 / 2, 1 / 2, 1, and one visit later
  const found = await figuresOf(real, dated([100, 107, 114], [115, 400]));
  assertEquals([found?.weeks, found?.outside], [3, 1 / 5]);
  assertAlmostEquals(found?.visits.correlation.value ?? NaN, -0.5, 1e-9);
  assertAlmostEquals(found?.visits.relative_difference.value ?? NaN, 1 / 2, 1e-9);
  assertEquals([found?.trend, found?.yearly_wave], [null, null]); // not two years
  assertEquals(found?.codes.map(({ code }) => code), ["a", "b"]);
  // "b" on days 100 and 114 of real records, 100, 114 and 400 of synthetic ones
  assertAlmostEquals(found?.codes[1].correlation.value ?? NaN, 1, 1e-9);
});

/** 200 records with a visit every 20 to 40 days for four years; fewer outside summers, if wanted. */
function years(seed: number, isSeasonal: boolean): Cohort {
  const draws = random(seed);
  const isKept = (day: number) =>
    !isSeasonal || draws.uniform() < (1 + Math.cos(2 * Math.PI * (day - 182) / 365.25)) / 2;
  return dated(
    ...Array.from({ length: 200 }, () => {
      const days: number[] = [];
      for (let day = draws.integer(30); day < 4 * 365.25; day += 20 + draws.integer(21)) {
        if (isKept(day)) days.push(day);
      }
      return days;
    }),
  );
}

Deno.test("calendar is exact for equal cohorts, and finds when their year is highest", async () => {
  const seasonal = years(1, true);
  const found = await figuresOf(seasonal, seasonal);
  assertEquals(found?.visits.correlation.value, 1);
  assertEquals(found?.visits.relative_difference.value, 0);
  assertEquals(found?.trend?.difference.value, 0);
  assertEquals(found?.yearly_wave?.difference.value, 0);
  assertAlmostEquals(found?.yearly_wave?.real_amplitude.value ?? NaN, 1, 0.1);
  assertAlmostEquals(found?.yearly_wave?.real_peak_day ?? NaN, 182, 6);
});

Deno.test("calendar tells records without seasons from records with them", async () => {
  const real = years(1, true);
  const good = (await figuresOf(real, years(2, true), 100))?.yearly_wave;
  const flat = (await figuresOf(real, years(3, false), 100))?.yearly_wave;
  assert((good?.difference.high ?? 1) < (flat?.difference.low ?? 0));
  assert((flat?.synthetic_amplitude.value ?? 1) < 0.2);
  assert(Math.abs(good?.peak_difference_days.value ?? 99) < 15);
});

Deno.test("calendar is null for records without a first day, or with a common one", async () => {
  const real = dated([100, 110], [120, 135]);
  const undated = { ...real, startDays: new Float64Array(2).fill(NaN) };
  assertEquals(await figuresOf(real, undated), null);
  assertEquals(await figuresOf(real, dated([0, 10], [0, 15])), null);
  assertEquals(await figuresOf(undated, real), null);
});

Deno.test("calendar counts codes that few patients have, and does not list them", async () => {
  const real = dated([100, 110], [121, 135]);
  const found = await figuresOf(real, real, 0, 2);
  assertEquals(found?.codes.map(({ code }) => code), ["a"]); // only one patient has "b"
  assertEquals(found?.rare_codes, 1);
});
