import { assert, assertEquals } from "@std/assert";
import { inEqualNumbers } from "ehrloom/evaluate/equal_numbers.ts";
import { listedCohort, randomRecords } from "./random_cohort.ts";

const cohortOf = (records: number) => listedCohort(randomRecords(1, records, 6), 6);

Deno.test("inEqualNumbers() draws of the larger cohort as many records as the smaller one has", () => {
  const [large, small] = [
    { role: "synthetic", cohort: cohortOf(50) },
    { role: "held_out", cohort: cohortOf(20) },
  ] as const;
  const [sampled, kept] = inEqualNumbers([large, small], 3);
  assert(kept === small, "the smaller one stays as it is");
  assertEquals([sampled.role, sampled.cohort.recordCount], ["synthetic", 20]);
  const ids = [...sampled.cohort.subjectIds];
  assertEquals(new Set(ids).size, 20, "without replacement");
  assertEquals(ids, ids.toSorted((a, b) => a < b ? -1 : 1), "in their order");
  const known = [...large.cohort.subjectIds];
  assert(ids.every((id) => known.includes(id)));
});

Deno.test("inEqualNumbers() depends on the seed alone, and draws nothing of equal cohorts", () => {
  const judged = [
    { role: "synthetic", cohort: cohortOf(50) },
    { role: "held_out", cohort: cohortOf(20) },
  ] as const;
  const drawn = (seed: number) => inEqualNumbers(judged, seed)[0].cohort.subjectIds.join();
  assertEquals(drawn(1), drawn(1));
  assert(drawn(1) !== drawn(2));
  const equal = [judged[1], { role: "synthetic", cohort: cohortOf(20) }] as const;
  assertEquals(inEqualNumbers(equal, 1), [...equal]);
});
