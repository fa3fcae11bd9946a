import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random, type RecordLists } from "ehrloom";
import { recordLists } from "ehrloom/cohort/records.ts";
import { rowCodec } from "ehrloom/models/rows/visit_rows.ts";
import { numberColumns, withNumberColumns } from "ehrloom/models/numbers/number_columns.ts";
import { timeBinOf } from "ehrloom/models/numbers/drawn_numbers.ts";
import { numberReaders } from "ehrloom/models/numbers/number_reader.ts";
import { binOf } from "ehrloom/models/numbers/value_bins.ts";
import { seriesBin } from "ehrloom/models/numbers/record_schema.ts";
import { visitSchema } from "ehrloom/models/numbers/visit_schema.ts";
import { drawnAlone, permitted } from "ehrloom/nn/forbidden.ts";
import { measuredCohort } from "../measured_cohort.ts";

const source = measuredCohort(80);
const schema = visitSchema(source, {
  bins: { most: 6, by: "width" },
  isWithoutTimes: false,
  minCell: 1,
});
const codes = source.vocabulary.codes.length;
const columns = numberColumns(codes, schema);
const codec = rowCodec({ codes: columns.count, labels: 2 }, 100);
const width = columns.count + 5;
const readerOf = numberReaders({ codes, schema, columns, width, isExclusive: false });
const end = columns.count + 3;

/** A record read from the rows that it is seen as. */
function readBack({ visits, labels }: RecordLists, seed: number) {
  const reader = readerOf(codec.reader(), random(seed));
  reader.read([0, 1].filter((label) => labels[label] === 1).map((label) => columns.count + label));
  visits.forEach((visit, i) => reader.read([...visit, ...i === visits.length - 1 ? [end] : []]));
  return reader;
}

Deno.test("a record is read back as it was: codes, and every number in its own bin", () => {
  const seen = withNumberColumns(source, schema);
  for (let record = 0; record < source.recordCount; record++) {
    const own = recordLists(source, record);
    if (own.visits.length === 0) continue;
    const reader = readBack(recordLists(seen, record), record);
    assertEquals(reader.sex, own.sex);
    const found = reader.record?.();
    if (found === undefined) throw new Error("there is no record");
    const kept = own.visits.map((visit, i) => ({ visit, i })).filter(({ visit }) =>
      visit.length > 0
    );
    assertEquals(found.visits.map((visit) => visit.toSorted()), kept.map(({ visit }) => visit));
    assertEquals([found.labels, found.sex], [own.labels, own.sex]);
    kept.forEach(({ visit, i }, at) =>
      visit.forEach((code, place) => {
        const value = own.values?.[i][place] ?? NaN;
        const again = found.values?.[at][found.visits[at].indexOf(code)] ?? NaN;
        const series = schema.series.find((each) => each.code === code);
        assertEquals(Number.isNaN(again), Number.isNaN(value));
        if (series === undefined || Number.isNaN(value)) return;
        assertEquals(seriesBin(series, again), seriesBin(series, value));
      })
    );
    if (kept.length < own.visits.length) continue; // times of visits without codes add up
    const bins = (gaps: readonly number[] = []) =>
      gaps.slice(1).map((days) => binOf(schema.betweenStays, days));
    assertEquals(bins(found.gapDays), bins(own.gapDays));
  }
});

Deno.test("times of visits without codes pass all the same; a visit that says no time has one of any bin", () => {
  const later = columns.times.from + columns.times.count - 1; // the longest times
  const found = readBack({ visits: [[0], [later], [1, later], [2]], labels: [0, 0] }, 1).record?.();
  assertEquals(found?.visits, [[0], [1], [2]]);
  const longest = schema.betweenStays.at(-2) ?? NaN;
  const [, second = NaN, third = NaN] = found?.gapDays ?? [];
  assert(second > 2 * longest, `${second} > 2 × ${longest}`);
  assert(third >= 0);
});

Deno.test("a race is read back by its name, of two the first; without one it is unknown", () => {
  const withRaces = { ...schema, races: ["White", "other"] };
  const own = numberColumns(codes, withRaces);
  const plain = rowCodec({ codes: own.count, labels: 2 }, 100);
  const layout = {
    codes,
    schema: withRaces,
    columns: own,
    width: own.count + 5,
    isExclusive: false,
  };
  const read = (first: number[]) => {
    const reader = numberReaders(layout)(plain.reader(), random(1));
    reader.read([]);
    reader.read(first);
    const isForbidden = reader.forbidden?.()?.columns[own.races.from] === 1;
    reader.read([0, own.races.from, own.count + 3]);
    return [reader.record?.().race, isForbidden];
  };
  assertEquals(read([0, own.races.from + 1]), ["other", true]); // that of a later visit is none
  assertEquals(read([0, own.races.from, own.races.from + 1]), ["White", true]);
  const reader = readBack({ visits: [[0]], labels: [0, 0] }, 1);
  assertEquals(reader.record?.().race, undefined); // a model without races
});

Deno.test("ages and sexes are forbidden after the first visit, times in it, and a second bin of a quantity anywhere", () => {
  const reader = readerOf(codec.reader(), random(1));
  reader.read([]);
  const isForbidden = ({ from }: { from: number }) => reader.forbidden?.()?.columns[from] === 1;
  const { ages, sexes, times, values } = columns;
  assertEquals([ages, sexes, times].map(isForbidden), [false, false, true]);
  const [heartRate] = values;
  const twice = [0, 3, heartRate.from, heartRate.from + 1, ages.from, ages.from + 2];
  assertEquals(permitted(twice, reader.forbidden?.()), [0, 3, ages.from]); // 3 is the heart rate itself
  reader.read([0, ages.from]);
  assertEquals([ages, sexes, times].map(isForbidden), [true, true, false]);
});

Deno.test("with bins learned as they are drawn, a row tells an age, a sex and later a time, at least by the last bin", () => {
  const told = { ...schema, isAgeKnown: true };
  const layout = { codes, schema: told, columns, width, isExclusive: true };
  const reader = numberReaders(layout)(codec.reader(), random(1));
  const { ages, sexes, times } = columns;
  const last = ({ from, count }: { from: number; count: number }) => from + count - 1;
  const draw = (likely: readonly number[]) => {
    const probability = (column: number) => likely.includes(column) ? 1 : 0;
    return drawnAlone(width, probability, () => 0.5, reader.forbidden?.());
  };
  reader.read([]);
  assertEquals(draw([0]), [0, last(ages), last(sexes)]);
  assertEquals(draw([0, ages.from, sexes.from + 1]), [0, ages.from, sexes.from + 1]);
  reader.read(draw([0]));
  assertEquals(draw([]), [last(times)]);
  assertEquals(draw([times.from + 2, times.from + 3]), [times.from + 2]);
});

Deno.test("drawnAlone() takes probabilities of bins as those given no earlier one where they were learned so", () => {
  const forbidden = {
    columns: new Uint8Array(3),
    quantities: Int32Array.of(0, 0, 0),
    required: Uint8Array.of(0, 0, 1),
  };
  const draws = random(4);
  const counts = [0, 0, 0];
  for (let i = 0; i < 20_000; i++) {
    const on = drawnAlone(3, (column) => [0.5, 0.4, 0.1][column], () => draws.uniform(), forbidden);
    assertEquals(on.length, 1);
    counts[on[0]]++;
  }
  [0.5, 0.5 * 0.4, 0.5 * 0.6].forEach((share, column) =>
    assertAlmostEquals(counts[column] / 20_000, share, 0.015)
  );
});

Deno.test("a visit that says no time has one as often from each bin as the training records", () => {
  const { betweenStays } = schema;
  const counts = new Float64Array(betweenStays.length - 1);
  const draws = random(5);
  for (let i = 0; i < 50_000; i++) counts[timeBinOf(schema, draws)]++;
  const { visitOffsets, gapDays, splits } = source;
  const real = new Float64Array(counts.length);
  let gaps = 0;
  for (let record = 0; record < source.recordCount; record++) {
    if (splits?.[record] !== 0) continue;
    for (let visit = visitOffsets[record] + 1; visit < visitOffsets[record + 1]; visit++) {
      real[binOf(betweenStays, gapDays[visit])]++;
      gaps++;
    }
  }
  assert(Math.max(...real) > 2 * gaps / real.length); // far from equal shares
  real.forEach((count, bin) => assertAlmostEquals(counts[bin] / 50_000, count / gaps, 0.01));
  const even = { ...schema, timeShares: undefined };
  const bins = Array.from({ length: 1000 }, () => timeBinOf(even, draws));
  assertEquals(new Set(bins).size, counts.length);
});

Deno.test("drawnAlone() brings on each bin of a quantity as often as it says, and never two", () => {
  const probabilities = [0.9, 0.2, 0.3, 0.5, 0.4];
  const forbidden = {
    columns: new Uint8Array(5),
    quantities: Int32Array.from([-1, 0, 0, 0, -1]),
  };
  const draws = random(3);
  const counts = [0, 0, 0, 0, 0];
  for (let i = 0; i < 20_000; i++) {
    const on = drawnAlone(5, (column) => probabilities[column], () => draws.uniform(), forbidden);
    on.forEach((column) => counts[column]++);
    assertEquals(on.filter((column) => column > 0 && column < 4).length, 1);
  }
  counts.forEach((count, column) =>
    assertAlmostEquals(count / 20_000, probabilities[column], 0.015)
  );
});
