import { assertAlmostEquals, assertEquals } from "@std/assert";
import { aggregateStatistics } from "ehrloom";
import { listedCohort } from "../random_cohort.ts";

const labels = [0, 0];

Deno.test("aggregateStatistics() are mean and deviation over records and over visits", () => {
  const cohort = listedCohort([
    { visits: [[0], [0, 1, 2], []], labels },
    { visits: [[1, 2]], labels },
  ], 3);
  const { visitsPerRecord, codesPerVisit } = aggregateStatistics(cohort);
  assertEquals(visitsPerRecord, { mean: 2, sd: 1 });
  assertEquals(codesPerVisit.mean, 6 / 4);
  // distances from 1.5: −0.5, 1.5, −1.5, 0.5
  assertAlmostEquals(codesPerVisit.sd, Math.sqrt(5 / 4), 1e-15);
});

Deno.test("aggregateStatistics() has no deviation where all are alike, and no mean where nothing is", () => {
  const alike = listedCohort(Array(7).fill({ visits: [[0], [1], [2]], labels }), 3);
  const { visitsPerRecord, codesPerVisit } = aggregateStatistics(alike);
  assertEquals([visitsPerRecord, codesPerVisit], [{ mean: 3, sd: 0 }, { mean: 1, sd: 0 }]);
  assertEquals(aggregateStatistics(listedCohort([], 3)).visitsPerRecord, { mean: NaN, sd: NaN });
});
