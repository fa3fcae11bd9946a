import { assert, assertEquals } from "@std/assert";
import { cohortOf, random, vocabulary } from "ehrloom";
import { definingCodes } from "ehrloom/evaluate/utility/defining_codes.ts";
import { casesBefore, matchedCases } from "ehrloom/evaluate/utility/phenotyping_before.ts";

const words = vocabulary(["a", "b", "dx1", "dx2", "rare"]);

/** 200 records of 1 to 8 visits; a quarter has dx1 or dx2 at some visit, and the label. */
function defined(seed: number) {
  const draws = random(seed);
  return cohortOf(
    words,
    ["ill", "coin"],
    Array.from({ length: 200 }, (_, record) => {
      const visits = Array.from({ length: 1 + draws.integer(8) }, () => [draws.integer(2)]);
      const isIll = record % 4 === 0;
      if (isIll) visits[draws.integer(visits.length)].push(2 + draws.integer(2));
      if (record === 4) visits[0].push(4);
      return { visits, labels: [Number(isIll), draws.integer(2)] };
    }),
  );
}

Deno.test("definingCodes() are the codes that only labelled records have, without chance finds", () => {
  const codes = definingCodes(defined(1), 0);
  assertEquals(codes && [...codes], [2, 3]); // not "rare", which one labelled record has
});

Deno.test("definingCodes() are unknown where a label does not follow from codes", () => {
  assertEquals(definingCodes(defined(1), 1), undefined);
});

Deno.test("definingCodes() are unknown where every record has a code of its own", () => {
  const names = Array.from({ length: 60 }, (_, code) => `c${code}`);
  const draws = random(2);
  const cohort = cohortOf(
    vocabulary(names),
    ["coin"],
    names.map((_, record) => ({ visits: [[record]], labels: [draws.integer(2)] })),
  );
  assertEquals(definingCodes(cohort, 0), undefined);
});

Deno.test("casesBefore() shows positives the visits before the first defining code", () => {
  const cohort = cohortOf(words, ["ill"], [
    { visits: [[0], [1], [2], [0], [3]], labels: [1] }, // two visits before dx1
    { visits: [[2], [0]], labels: [1] }, // none before
    { visits: [[0], [1]], labels: [0] },
    { visits: [[0]], labels: [0] }, // no visit could be left out
    { visits: [[0], [0]], labels: [1] }, // labelled without a code: neither
  ]);
  const { positives, negatives } = casesBefore(cohort, 0, new Set([2, 3]));
  assertEquals(positives.map(({ record, visits }) => [record, visits]), [[0, 2]]);
  assertEquals(negatives.map(({ record, visits }) => [record, visits]), [[2, 2]]);
});

Deno.test("matchedCases() give both classes the same numbers of visits, so lengths tell nothing", () => {
  const cohort = defined(3);
  const pool = casesBefore(cohort, 0, new Set([2, 3]));
  for (let seed = 0; seed < 10; seed++) {
    const cases = matchedCases(pool, 30, random(seed));
    const lengths = (isPositive: number) =>
      cases.filter((each) => each.isPositive === isPositive).map(({ visits }) => visits).sort();
    assertEquals(lengths(1).length, 30);
    assertEquals(lengths(0), lengths(1));
    const controls = cases.filter(({ isPositive }) => isPositive === 0);
    assertEquals(new Set(controls.map(({ record }) => record)).size, 30); // without replacement
    for (const { record, visits } of controls) {
      assert(cohort.visitOffsets[record + 1] - cohort.visitOffsets[record] > visits);
    }
  }
});

Deno.test("matchedCases() take controls again where too few are long enough, and leave out what has none", () => {
  const cohort = cohortOf(words, ["ill"], [
    { visits: [[0], [0], [2]], labels: [1] },
    { visits: [[0], [0], [2]], labels: [1] },
    { visits: [[0], [0], [0], [0], [2]], labels: [1] }, // longer than all controls
    { visits: [[0], [1], [1]], labels: [0] },
    { visits: [[0], [1]], labels: [0] },
  ]);
  const cases = matchedCases(casesBefore(cohort, 0, new Set([2])), 2, random(1));
  assertEquals(cases.map(({ record, visits }) => [record, visits]).sort(), [
    [0, 2],
    [1, 2],
    [3, 2],
    [3, 2],
  ]);
});
