import { assertEquals } from "@std/assert";
import { cohortOf, vocabulary } from "ehrloom";
import { distinctCodeCounts, occurrenceCounts, recordCounts } from "ehrloom/cohort/code_counts.ts";

const cohort = cohortOf(
  vocabulary(["a", "b", "c"]),
  [],
  [[[0, 1], [1], [1, 2]], [], [[1]], [[2], [2]]].map((visits) => ({ visits, labels: [] })),
);

Deno.test("codes are counted over visits, over records, and within records", () => {
  assertEquals([...occurrenceCounts(cohort)], [1, 4, 3]);
  assertEquals([...recordCounts(cohort)], [1, 2, 2]);
  assertEquals([...recordCounts(cohort, 2)], [1, 2, 1]); // c of the first record comes later
  assertEquals([...distinctCodeCounts(cohort)], [3, 0, 1, 1]);
});
