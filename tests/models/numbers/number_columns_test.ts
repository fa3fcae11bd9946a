import { visitCodes } from "ehrloom/cohort/records.ts";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, type RecordLists, vocabulary } from "ehrloom";
import { numberColumns, withNumberColumns } from "ehrloom/models/numbers/number_columns.ts";
import { daysIn } from "ehrloom/models/numbers/drawn_numbers.ts";
import { isSchema, type Schema } from "ehrloom/models/numbers/record_schema.ts";
import { binOf } from "ehrloom/models/numbers/value_bins.ts";
import { visitSchema } from "ehrloom/models/numbers/visit_schema.ts";
import { measuredCohort } from "../measured_cohort.ts";

/** Codes 0 and 1; code 1 in the bins up to 10 and up to 20; ages up to 40 and up to 90 years. */
const schema: Schema = {
  series: [{ code: 1, edges: [0, 10, 20], decimals: 0 }],
  ages: [0, 40, 90],
  sexes: 3,
  betweenRows: [],
  betweenStays: [0, 0, 30, 365],
  startDays: [0, 1000],
};
const names = vocabulary(["flu", "glucose"], ["Influenza", "Glucose"]);
const source = cohortOf(names, ["ill"], [{
  visits: [[0, 1], [1], [], [0]],
  values: [[NaN, 15], [NaN], [], [NaN]],
  gapDays: [0, 0, 30, 31],
  startDay: 20_000,
  birthDay: 20_000 - 50 * 365.25,
  sex: 2,
  labels: [1],
  split: 0,
}]);

Deno.test("withNumberColumns() puts bins behind the codes; age and sex into the first visit, times into later ones", () => {
  assertEquals(numberColumns(2, schema), {
    values: [{ from: 2, count: 2 }],
    ages: { from: 4, count: 2 },
    sexes: { from: 6, count: 3 },
    races: { from: 9, count: 0 },
    times: { from: 9, count: 3 },
    count: 12,
  });
  const seen = withNumberColumns(source, schema);
  const visits = [0, 1, 2, 3].map((visit) => [
    ...seen.codes.subarray(seen.codeOffsets[visit], seen.codeOffsets[visit + 1]),
  ]);
  assertEquals(visits, [
    [0, 3, 5, 8], // flu, glucose above 10, older than 40, male
    [1, 9], // glucose without a value, no time since the visit before
    [10], // up to 30 days
    [0, 11], // more
  ]);
  assertEquals([seen.values, seen.demographics, [...seen.labels]], [null, null, [1]]);
});

Deno.test("columns of numbers have names, and what was measured is above them", () => {
  const { codes, descriptions, parents } = withNumberColumns(source, schema).vocabulary;
  assertEquals(codes.slice(0, 4), ["flu", "glucose", "glucose//bin 0", "glucose//bin 1"]);
  assertEquals(descriptions[3], "Glucose, 10 to 20");
  assertEquals(parents?.[3], ["glucose"]);
  assertEquals(descriptions.slice(6, 9), ["sex unknown", "sex female", "sex male"]);
  assertEquals(new Set(codes).size, 12);
});

Deno.test("visitSchema() is fitted on training records, with ages at first visits only", () => {
  const whole = measuredCohort(200);
  const { series, ages, sexes, betweenRows, betweenStays } = visitSchema(whole, {
    bins: { most: 5, by: "width" },
    isWithoutTimes: false,
    minCell: 1,
  });
  assertEquals(series.map(({ code }) => code), [3, 4, 5]); // heart rate, temperature, score
  assertEquals(series.map((each) => "categories" in each), [false, false, true]);
  assertEquals([sexes, betweenRows, betweenStays.slice(0, 2)], [3, [], [0, 0]]);
  const train = [...whole.startDays.keys()].filter((record) => whole.splits?.[record] === 0);
  const known = train.map((record) =>
    (whole.startDays[record] - (whole.demographics?.birthDays[record] ?? NaN)) / 365.25
  ).filter((age) => !Number.isNaN(age));
  assertEquals([ages[0], ages.at(-1)], [Math.min(...known), Math.max(...known)]);
});

Deno.test("visitSchema() tells whether every age is known, and shares of times without those of few patients", () => {
  const of = (gaps: number[], birthDay = 0): RecordLists => ({
    visits: [[0], ...gaps.map(() => [0])],
    labels: [],
    gapDays: [0, ...gaps],
    startDay: 20_000,
    birthDay,
    sex: 1,
  });
  const how = { bins: { most: 5, by: "width" }, isWithoutTimes: false } as const;
  const all = [...Array.from({ length: 6 }, () => of([0, 10, 10])), of([300, 10, 10, 10])];
  const fitted = visitSchema(cohortOf(names, [], all), { ...how, minCell: 1 });
  assertEquals(fitted.isAgeKnown, true);
  const { timeShares = [], betweenStays } = fitted;
  assertEquals(timeShares.length, betweenStays.length - 1);
  const shareOf = (days: number) => timeShares[binOf(betweenStays, days)];
  assertEquals([0, 10, 300].map(shareOf), [6 / 22, 15 / 22, 1 / 22]);
  const careful = visitSchema(cohortOf(names, [], all), { ...how, minCell: 6 });
  assertAlmostEquals(careful.timeShares?.reduce((sum, share) => sum + share, 0) ?? 0, 1, 1e-12);
  assertEquals(careful.timeShares?.[0], 6 / 22);
  const even = visitSchema(cohortOf(names, [], all), { ...how, minCell: 1, evenDraws: true });
  assertEquals(even.timeShares, undefined);
  const unknown = visitSchema(cohortOf(names, [], [of([1]), of([2], NaN)]), { ...how, minCell: 1 });
  assertEquals(unknown.isAgeKnown, false);
  assert(isSchema(JSON.parse(JSON.stringify(fitted))));
  assert(!isSchema({ ...fitted, timeShares: [1] }));
});

Deno.test("visitSchema() has no times where records have only an order, and no ages without births", () => {
  const order = cohortOf(names, [], [{ visits: [[0], [1]], labels: [] }]);
  const { series, ages, sexes, betweenStays, startDays } = visitSchema(order, {
    bins: { most: 5, by: "width" },
    isWithoutTimes: false,
    minCell: 1,
  });
  assertEquals([series, ages, sexes, betweenStays, startDays], [[], [], 0, [], []]);
});

Deno.test("a race is a column of the first visit, of rare races that of the others; none if unknown", () => {
  const told = ["White", "Asian", "Inuit", ""];
  const visit = { visits: [[0]], labels: [] };
  const train = told.flatMap((race, i) =>
    Array.from({ length: 4 - i }, () => ({ ...visit, race }))
  );
  const cohort = cohortOf(names, [], train);
  const how = { bins: { most: 5, by: "width" }, isWithoutTimes: true, minCell: 3 } as const;
  const fitted = visitSchema(cohort, how);
  assertEquals(fitted.races, ["Asian", "White"]); // two Inuit are too few for "other", too
  assertEquals(visitSchema(cohort, { ...how, minCell: 4 }).races, ["White", "other"]);
  const seen = withNumberColumns(
    cohortOf(names, [], told.map((race) => ({ ...visit, race }))),
    { ...fitted, sexes: 0, races: ["White", "other"] },
  );
  assertEquals([0, 1, 2, 3].map((record) => [...visitCodes(seen, record, 0)]), [
    [0, 2],
    [0, 3],
    [0, 3],
    [0],
  ]);
  assertEquals(seen.vocabulary.descriptions.slice(2), ["race White", "race other"]);
});

Deno.test("visitSchema() has no races where nobody's is known", () => {
  const { races } = visitSchema(measuredCohort(20), {
    bins: { most: 5, by: "width" },
    isWithoutTimes: false,
    minCell: 1,
  });
  assertEquals(races, undefined);
});

Deno.test("times are drawn as they lie in their bins, or evenly, and a schema says which", () => {
  // 100 patients who wait a week to the day, or up to ten weeks: bins hold many waits of 7 days
  const lists = Array.from({ length: 100 }, (_, i) => ({
    visits: [[0], [0]],
    gapDays: [0, i < 60 ? 7 : 7.5 + i % 60],
    startDay: 0,
    labels: [],
  }));
  const weekly = cohortOf(names, [], lists);
  const how = { bins: { most: 5, by: "width" }, isWithoutTimes: false, minCell: 10 } as const;
  const fitted = visitSchema(weekly, how);
  const even = visitSchema(weekly, { ...how, evenDraws: true });
  assertEquals(isSchema(JSON.parse(JSON.stringify(fitted))), true);
  assertEquals(isSchema({ ...fitted, innerTimes: fitted.innerTimes?.slice(1) }), false);
  assertEquals([even.innerTimes, even.betweenStays], [undefined, fitted.betweenStays]);
  const weeks = (schema: Schema) => {
    const bin = binOf(schema.betweenStays, 7);
    const drawn = Array.from({ length: 200 }, (_, i) => daysIn(schema, bin, () => i / 200));
    assertEquals(new Set(drawn.map((days) => binOf(schema.betweenStays, days))), new Set([bin]));
    return drawn.filter((days) => days === 7).length;
  };
  assert(weeks(fitted) > 150, `${weeks(fitted)}`); // the bin has 60 waits of exactly a week
  assertEquals(weeks(even) < 5, true);
});
