import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, judge, random, type RecordLists, vocabulary } from "ehrloom";
import { identicalRecords, identicalTo } from "ehrloom/evaluate/privacy/identical_records.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";

const records = (...visits: number[][][]) =>
  cohortOf(
    vocabulary(["a", "b", "c"]),
    ["ill"],
    visits.map((each) => ({ visits: each, labels: [0] })),
  );

Deno.test("identicalTo() finds records with the same codes in the same visits, and no other", () => {
  const known = records([[0], [1, 2]], [[0, 1]], [[]]);
  const found = identicalTo(
    known,
    records(
      [[0], [1, 2]], // the first
      [[0], [2, 1]], // the first: codes of a visit have no order
      [[1, 2], [0]], // another order of visits
      [[0, 1, 2]], // the same codes in one visit
      [[0], [1]], // a code less
      [[0], [1, 2], [0]], // a visit more
      [[0]], // only its beginning
      [[0, 1]], // the second
      [[]], // the third
      [[], []],
      [],
    ),
  );
  assertEquals([...found], [1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0]);
});

Deno.test("identicalTo() agrees with comparing every pair of records", () => {
  const texts = (lists: RecordLists[]) =>
    lists.map(({ visits }) =>
      JSON.stringify(visits.map((codes) => [...new Set(codes)].sort((a, b) => a - b)))
    );
  const draws = random(4);
  const short = (seed: number): RecordLists[] =>
    randomRecords(seed, 300, 3).map(({ labels, visits }) => ({
      labels,
      visits: visits.slice(0, 1 + draws.integer(3)),
    }));
  const [first, second] = [short(1), short(2)];
  const known = new Set(texts(first));
  const expected = texts(second).map((text) => Number(known.has(text)));
  const found = identicalTo(listedCohort(first, 3), listedCohort(second, 3));
  assertEquals([...found], expected);
  const copies = expected.reduce((sum, each) => sum + each, 0);
  assertEquals(copies > 20 && copies < 280, true, `${copies} copies`);
});

Deno.test("identical_records are counted, with Wilson's interval, also if there is none", async () => {
  const real = records([[0]], [[1]]);
  const others = Array.from({ length: 9 }, () => [[2]]);
  const [one, none] = await judge([identicalRecords], {
    real: { role: "real", cohort: real },
    others: [
      { role: "synthetic", cohort: records([[1]], ...others) },
      { role: "held_out", cohort: records([[2]], ...others) },
    ],
    resamples: 20,
  });
  const { identical, records: all, share } = one.figures.identical_records;
  assertEquals([identical, all, share.value], [1, 10, 0.1]);
  // from the formula's table: 1 of 10, and z² / (n + z²) for 0 of 10
  assertAlmostEquals(share.low, 0.01787621, 1e-7);
  assertAlmostEquals(share.high, 0.40415003, 1e-7);
  const { low, high } = none.figures.identical_records.share;
  assertEquals(low, 0);
  assertAlmostEquals(high, 3.841458821 / (10 + 3.841458821), 1e-9);
  const series = one.resampled["identical_records.share"];
  assertEquals([series.length, series[0]], [21, 0.1]);
  assertEquals(series.some((each) => each !== 0.1), true, "resamples draw other records");
});
