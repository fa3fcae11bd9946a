import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, random, vocabulary } from "ehrloom";
import { daysPerYear } from "ehrloom/cohort/cohort.ts";
import {
  binsOf,
  type Schema,
  seriesBin,
  variablesOf,
} from "ehrloom/models/numbers/record_schema.ts";
import {
  publishedAges,
  publishedBetweenRows,
  staySchema,
} from "ehrloom/models/synehrgy/stay_schema.ts";
import { layoutOf, spelledRecord } from "ehrloom/models/synehrgy/stay_tokens.ts";
import { type Stay, staysOf } from "ehrloom/models/synehrgy/stays.ts";
import { recordWriter } from "ehrloom/models/synehrgy/record_writer.ts";
import { drawnFromBin } from "ehrloom/models/numbers/value_bins.ts";
import { grammar } from "ehrloom/models/synehrgy/token_grammar.ts";
import { golden, largestDifference } from "../../golden.ts";
import { measuredCohort } from "../measured_cohort.ts";

interface GoldenStay {
  age: number;
  gender: number;
  ihm: number;
  phe: number[];
  diagnoses: string[];
  procedures: string[];
  rows: ({ hours: number } & Record<string, number>)[];
}

interface TinyGolden {
  codes: string[];
  series: { name: string; kind: "cat" | "cont"; bins: number }[];
  edges: Record<string, number[]>;
  layout: [name: string, from: number, count: number][];
  vocab: number;
  records: { stays: GoldenStay[] }[];
  tokens: number[][];
}

const { tiny } = golden<{ tiny: TinyGolden }>("synehrgy-tokens-tiny");
const names = [...tiny.codes, ...tiny.series.map(({ name }) => name)];
const codes = tiny.codes.length;
const published: Schema = {
  series: tiny.series.map(({ name, kind, bins }, i) =>
    kind === "cat"
      ? { code: codes + i, categories: Array.from({ length: bins }, (_, bin) => bin) }
      : { code: codes + i, edges: tiny.edges[name], decimals: 1 }
  ),
  ages: publishedAges,
  sexes: 2,
  betweenRows: publishedBetweenRows,
  betweenStays: [],
  startDays: [],
};
const sizes = { codes, labels: 26, outcomes: 1, stayDays: 9, published: true };
const layout = layoutOf(published, sizes);

/** Whether every token may follow those before it. */
function isAccepted(...[of, context, tokens]: [typeof layout, number, readonly number[]]): boolean {
  const rules = grammar(of, context);
  const isFitting = tokens.slice(1).every((token) => {
    const isOpen = rules.forbidden()[token] === 0;
    rules.read(token);
    return isOpen;
  });
  return isFitting && rules.hasEnded;
}

Deno.test("layoutOf() has the published blocks", () => {
  const { series, ages, sexes, betweenRows, labels, outcomes } = layout;
  const blocks = [layout.codes, ...series, ages, sexes, betweenRows, labels, outcomes];
  assertEquals(blocks.map(({ from, count }) => [from, count]), [
    ...tiny.layout.slice(0, blocks.length).map(([, from, count]) => [from, count]),
  ]);
  const { start, endCovariates, endLabels, endCodes, endRows, endStay, endRecord, size } = layout;
  assertEquals(
    [start, endCovariates, endLabels, endCodes, endRows, endStay, endRecord, size - 1],
    tiny.layout.slice(blocks.length).map(([, from]) => from),
  );
  assertEquals(size, tiny.vocab);
  assert(largestDifference(published.ages, tiny.edges.age) < 1e-9);
  assert(
    largestDifference(published.betweenRows, tiny.edges.gap.map((hours) => hours / 24)) < 1e-9,
  );
});

Deno.test("layoutOf() begins the paper's example record as the published code does", () => {
  const series = Array.from({ length: 41 }, (_, i) => ({
    code: i,
    categories: Array.from({ length: i === 0 ? 29 : 9 }, (_, bin) => bin),
  }));
  const whole = { ...published, series };
  const { size, start, ...found } = layoutOf(whole, { ...sizes, codes: 4656 });
  assertEquals(size + 3, 5115); // three are reserved there and never come
  const stay = { days: 0, age: 41.1, sex: 1, labels: new Uint8Array(26), codes: [], rows: [] };
  const tokens = spelledRecord(whole, { ...found, size, start }, stay.labels, [stay]).tokens;
  assertEquals(tokens.slice(0, 3), [5104, 5050, 5061]);
});

/** A golden stay as ours: labels in the order of their tokens, the outcome last. */
function stayOf({ age, gender, ihm, phe, diagnoses, procedures, rows }: GoldenStay): Stay {
  let before = 0;
  return {
    days: 0,
    age,
    sex: gender,
    labels: [...Array.from({ length: 25 }, (_, label) => Number(phe.includes(label))), ihm],
    codes: [...diagnoses, ...procedures].map((code) => names.indexOf(code)),
    rows: rows.map(({ hours, ...measured }) => {
      const days = (hours - before) / 24;
      before = hours;
      const measurements = Object.entries(measured)
        .map(([name, value]): [number, number] => [names.indexOf(name) - codes, value]);
      return { days, measurements };
    }).filter(({ measurements }) => measurements.length > 0),
  };
}

Deno.test("spelledRecord() gives the published code's tokens, which its grammar accepts", () => {
  for (const [record, { stays }] of tiny.records.entries()) {
    const tokens = spelledRecord(published, layout, [], stays.map(stayOf)).tokens;
    assertEquals(tokens, tiny.tokens[record]);
    assert(isAccepted(layout, tokens.length, tokens));
    assert(!isAccepted(layout, tokens.length - 1, tokens), "there is no room for its end");
  }
});

Deno.test("staysOf() of a cohort gives the published tokens, an empty row's time lost", () => {
  const [stay] = tiny.records[0].stays;
  const { labels, codes: stayCodes } = stayOf(stay);
  const cohort = cohortOf(vocabulary(names), Array.from(labels, (_, i) => `${i}`), [{
    visits: [
      stayCodes,
      ...stay.rows.map(({ hours: _, ...row }) =>
        Object.keys(row).map((name) => names.indexOf(name))
      ),
    ],
    values: [
      stayCodes.map(() => NaN),
      ...stay.rows.map(({ hours: _, ...row }) => Object.values(row)),
    ],
    gapDays: [0, ...stay.rows.map(({ hours }, i) => (hours - (stay.rows[i - 1]?.hours ?? 0)) / 24)],
    labels: Array.from(labels),
    startDay: 0,
    birthDay: -stay.age * daysPerYear,
    sex: stay.gender,
  }]);
  const rules = { variableOf: variablesOf(published.series, names.length), stayDays: 7 };
  const found = staysOf({ ...rules, losesTime: true }, cohort, 0);
  assertEquals(spelledRecord(published, layout, [], found).tokens, tiny.tokens[0]);
  // intended: the time since the last row that is there
  const [{ rows }] = staysOf({ ...rules, losesTime: false }, cohort, 0);
  assertAlmostEquals(rows[2].days, 4 / 24, 1e-6);
});

const context = 200;
const intended = { bins: { most: 10, by: "width" }, stayDays: 2, losesTime: false } as const;

/** What a form of the layout makes of a cohort. */
function spelling(cohort: Cohort, isPublished: boolean) {
  const options = { ...intended, losesTime: isPublished, isPublished };
  const schema = staySchema(cohort, options);
  const { length } = cohort.vocabulary.codes;
  const labels = cohort.labelNames.length;
  const layout = layoutOf(schema, {
    codes: length,
    labels,
    outcomes: 0,
    stayDays: options.stayDays,
    published: isPublished,
  });
  const rules = { ...options, variableOf: variablesOf(schema.series, length) };
  const tokensOf = (source: Cohort, record: number) =>
    spelledRecord(
      schema,
      layout,
      source.labels.subarray(record * labels, (record + 1) * labels),
      staysOf(rules, source, record),
    ).tokens;
  return { schema, layout, tokensOf };
}

const measured = measuredCohort(200);

for (const isPublished of [false, true]) {
  const form = isPublished ? "the published form" : "the intended form";

  Deno.test(`grammar() accepts every record in ${form}`, () => {
    const { layout, tokensOf } = spelling(measured, isPublished);
    for (let record = 0; record < measured.recordCount; record++) {
      const tokens = tokensOf(measured, record);
      if (isPublished && tokens.length === 2) continue; // the published form has no empty records
      assert(isAccepted(layout, context, tokens), `record ${record}: ${tokens}`);
      assert(isAccepted(layout, tokens.length, tokens), `record ${record} fills its context`);
    }
  });

  Deno.test(`grammar() ends whatever is drawn in ${form}, and it is a record`, () => {
    const { schema, layout, tokensOf } = spelling(measured, isPublished);
    for (let seed = 0; seed < 300; seed++) {
      const draws = random(seed);
      const most = 14 + draws.integer(60);
      const told = recordWriter(schema, layout, random(seed, 1));
      const rules = grammar(layout, most, () => told.ageBin);
      const tokens = [layout.start];
      const favourite = draws.integer(layout.size); // as a network may have
      while (!rules.hasEnded) {
        const forbidden = rules.forbidden();
        const open = [...forbidden.keys()].filter((token) => forbidden[token] === 0);
        const token = open.includes(favourite) ? favourite : open[draws.integer(open.length)];
        tokens.push(token);
        rules.read(token);
        told.read(token);
      }
      assert(tokens.length <= most);
      assertEquals(tokens[tokens.length - 1], layout.endRecord);
      assert(isAccepted(layout, most, tokens));
      const record = told.record();
      const cohort = cohortOf(measured.vocabulary, measured.labelNames, [record]);
      assertEquals(cohort.visitCount, record.visits.length);
      if (isPublished) continue;
      assert(record.visits.every(({ length }) => length > 0));
      // a code may be said both without a value and with one, of which the latter stays
      const isTwice = record.visits.some((visit) => new Set(visit).size < visit.length);
      if (!isTwice) assertEquals(tokensOf(cohort, 0), tokens);
    }
  });
}

/** Tokens but those of ages, which are drawn in whole, after the first. */
function withoutLaterAges({ ages }: typeof layout, tokens: readonly number[]): number[] {
  const isAge = (token: number) => token >= ages.from && token < ages.from + ages.count;
  const first = tokens.findIndex(isAge);
  return tokens.filter((token, i) => i <= first || !isAge(token));
}

Deno.test("recordWriter() gives a record of the same tokens, with values that were measured so", () => {
  const { schema, layout, tokensOf } = spelling(measured, false);
  for (let record = 0; record < measured.recordCount; record++) {
    const tokens = tokensOf(measured, record);
    const told = recordWriter(schema, layout, random(record));
    for (const token of tokens) told.read(token);
    const back = cohortOf(measured.vocabulary, measured.labelNames, [told.record()]);
    assertEquals(
      withoutLaterAges(layout, tokensOf(back, 0)),
      withoutLaterAges(layout, tokens),
      `record ${record}`,
    );
    assertEquals([...back.labels], [...measured.labels.subarray(2 * record, 2 * record + 2)]);
    for (const [i, value] of (back.values ?? []).entries()) {
      if (Number.isNaN(value)) continue;
      const decimals = back.codes[i] === 4 ? 1 : 0; // the temperature's
      assertAlmostEquals(value, Math.round(value * 10 ** decimals) / 10 ** decimals, 1e-5);
    }
  }
});

Deno.test("a stay keeps all values of a variable, each at its time", () => {
  const { schema, layout, tokensOf } = spelling(measured, false);
  const [fever, heartRate] = [0, 3];
  const stay = cohortOf(measured.vocabulary, measured.labelNames, [{
    visits: [[fever, heartRate], [heartRate], [heartRate]],
    values: [[NaN, 70], [80], [90]],
    gapDays: [0, 1 / 24, 2 / 24],
    labels: [0, 0],
    startDay: 10_000,
    sex: 1,
  }]);
  const told = recordWriter(schema, layout, random(1));
  for (const token of tokensOf(stay, 0)) told.read(token);
  const { visits, values = [], gapDays = [] } = told.record();
  assertEquals(visits, [[fever, heartRate], [heartRate], [heartRate]]);
  const { series } = schema;
  const variable = series.findIndex(({ code }) => code === heartRate);
  const bins = [values[0][1], values[1][0], values[2][0]].map((value) =>
    seriesBin(series[variable], value)
  );
  assertEquals(bins, [70, 80, 90].map((value) => seriesBin(series[variable], value)));
  assert(gapDays.slice(1).every((days) => days > 0 && days < 7), `${gapDays}`);
});

Deno.test("staySchema() is fitted on training records alone", () => {
  const { splits, values } = measured;
  const beyond = {
    ...measured,
    values: Float32Array.from(values ?? [], (value, event) => {
      const visit = measured.codeOffsets.findLastIndex((from) => from <= event);
      const record = measured.visitOffsets.findLastIndex((from) => from <= visit);
      return splits?.[record] === 0 ? value : 1000 * value;
    }),
  };
  const options = { ...intended, isPublished: false };
  assertEquals(staySchema(beyond, options), staySchema(measured, options));
  assertEquals(staySchema(measured, options).series.map(({ code }) => code), [3, 4, 5]);
  const [, , score] = staySchema(measured, options).series;
  assertEquals(score, { code: 5, categories: [1, 2, 3] });
});

Deno.test("staySchema() leaves blocks empty for what a cohort does not have", () => {
  const bare = cohortOf(vocabulary(["a", "b"]), [], [{ visits: [[0], [1, 0]], labels: [] }]);
  const { schema, layout, tokensOf } = spelling(bare, false);
  assertEquals(schema, {
    series: [],
    ages: [],
    sexes: 0,
    betweenRows: [],
    betweenStays: [0, 0, 2, 2 + daysPerYear],
    startDays: [],
  });
  const { endLabels, endCovariates, endCodes, endRows, endStay, endRecord, betweenStays } = layout;
  const tail = [endCodes, endRows, endStay];
  assertEquals(tokensOf(bare, 0), [
    ...[layout.start, endLabels, endCovariates, 0, ...tail, betweenStays.from],
    ...[endCovariates, 0, 1, ...tail, endRecord],
  ]);
});

/** Twenty patients: code 0 has values 1 to 20, code 1 those of nine patients, code 2 is a score. */
const twenty = cohortOf(
  vocabulary(["pressure", "rare", "score"]),
  [],
  Array.from({ length: 20 }, (_, i) => ({
    visits: [i < 9 ? [0, 1, 2] : [0, 2], [0, 2], [0, 2]],
    values: [
      i < 9 ? [i + 1, i, 1 + i % 2] : [i + 1, 1 + i % 2],
      [10, 1 + i % 2],
      [11, i === 3 ? 7 : 1 + i % 2],
    ],
    gapDays: [0, 30 + i, 60],
    startDay: 1000 * i,
    birthDay: -365.25 * (20 + i),
    sex: 1,
    labels: [],
  })),
);

Deno.test("staySchema() ends bins where N patients are, and forgets what fewer have", () => {
  const options = { ...intended, isPublished: false, minCell: 5 };
  const { series, ages, betweenStays, startDays } = staySchema(twenty, options);
  const [pressure, rare, score] = series;
  // each patient has 10 and 11 too: 1 to 5 are at most 5, and 16 to 20 at least 16
  assertEquals("edges" in pressure && [pressure.edges[0], pressure.edges.at(-1)], [5, 16]);
  assertEquals("edges" in rare && [rare.edges[0], rare.edges.at(-1)], [4, 4]); // 0 to 8, nine patients
  assertEquals(score, { code: 2, categories: [1, 2] }); // one patient has 7
  assertEquals([startDays[0], startDays.at(-1)], [4000, 15000]);
  assertAlmostEquals(ages[0], (4000 / daysPerYear) + 24, 0.1);
  assertEquals(betweenStays.at(-1), 60); // and not 30 + 19, which all exceed
  const ten = staySchema(twenty, { ...options, minCell: 10 });
  assertEquals(ten.series.map(({ code }) => code), [0, 2]);
  const single = staySchema(twenty, { ...options, minCell: 1 });
  assertEquals(single, staySchema(twenty, { ...intended, isPublished: false }));
  assertEquals([single.startDays[0], single.startDays.at(-1)], [0, 19000]);
});

Deno.test("staySchema() keeps extremes in the published form", () => {
  const published = { ...intended, isPublished: true };
  assertEquals(staySchema(twenty, { ...published, minCell: 10 }), staySchema(twenty, published));
});

Deno.test("staySchema() gives times that too few patients have a bin that is nobody's", () => {
  const { betweenRows, betweenStays } = staySchema(twenty, {
    ...intended,
    isPublished: false,
    stayDays: 31,
    minCell: 21,
  });
  assertEquals([betweenRows, betweenStays], [[], [0, 0, 31, 31 + daysPerYear]]);
});

Deno.test("values beyond the bins are counted in the outer ones, and drawn within them", () => {
  const options = { ...intended, isPublished: false, minCell: 5 };
  const { series: [pressure] } = staySchema(twenty, options);
  assertEquals([seriesBin(pressure, 1), seriesBin(pressure, 20)], [0, binsOf(pressure) - 1]);
  if (!("edges" in pressure)) throw new TypeError("pressure has categories");
  const { edges, decimals } = pressure;
  const drawn = [0, 0.5, 0.999].flatMap((uniform) =>
    [0, binsOf(pressure) - 1].map((bin) => drawnFromBin(edges, bin, decimals, uniform))
  );
  assert(drawn.every((value) => value >= 5 && value <= 16));
});
