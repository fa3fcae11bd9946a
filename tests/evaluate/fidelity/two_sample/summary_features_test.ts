import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, vocabulary } from "ehrloom";
import {
  frequentCodes,
  summaryFeatures,
} from "ehrloom/evaluate/fidelity/two_sample/summary_features.ts";

const cohort = cohortOf(vocabulary(["a", "b", "c"]), [], [
  { visits: [[0, 1], [0], [0, 2, 1]], gapDays: [0, 7, 21], labels: [] },
  { visits: [[]], gapDays: [0], labels: [] },
]);

Deno.test("summaryFeatures() are those counted by hand", () => {
  const { width, coordinates } = summaryFeatures(cohort, { codes: [1, 0], hasGaps: true });
  const expected = [
    Math.log(3), // b in two visits
    Math.log(4), // a in three
    Math.log(4), // three visits
    2, // codes per visit: 2, 1, 3
    Math.sqrt(2 / 3),
    3,
    Math.log(4), // three distinct codes
    -(1 / 2 * Math.log(1 / 2) + 1 / 3 * Math.log(1 / 3) + 1 / 6 * Math.log(1 / 6)),
    1 / 2, // three of six codes are in an earlier visit
    Math.log(15), // gaps of 7 and 21 days
    Math.log(8),
    (Math.log(8) + Math.log(22)) / 2,
  ];
  assertEquals(width, expected.length);
  expected.forEach((feature, i) => assertAlmostEquals(coordinates[i], feature, 1e-6, `${i}`));
  const ofEmpty = [...coordinates.subarray(width)];
  assertEquals(ofEmpty, [0, 0, Math.fround(Math.log(2)), ...new Array(9).fill(0)]);
});

Deno.test("frequentCodes() are those of at least five records, the most frequent first", () => {
  const records = Array.from({ length: 9 }, (_, i) => ({
    visits: i < 4 ? [[0, 1], [0, 1]] : i < 7 ? [[1, 2]] : [[2]],
    labels: [],
  }));
  const training = cohortOf(vocabulary(["a", "b", "c"]), [], records);
  assertEquals(frequentCodes(training), [1, 2]); // 7 and 5 records; "a" is in 4 of them, twice
});
