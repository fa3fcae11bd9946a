import { assertEquals } from "@std/assert";
import { scaledCohorts } from "ehrloom/evaluate/scale.ts";
import { listedCohort, randomRecords } from "./random_cohort.ts";

const labels = [0, 0];
const empty = { visits: [], labels };
const full = { visits: [[0], [1]], labels };

Deno.test("scaledCohorts() are synthetic, held-out and floor, all without records that have no visits", () => {
  const { real, others, heldOut, recordsWithoutVisits } = scaledCohorts({
    train: listedCohort([full, empty, full, full], 3),
    heldOut: listedCohort([full, empty], 3),
    synthetic: listedCohort([empty, full, empty], 3),
  }, 1);
  const sizes = [real, ...others].map(({ role, cohort }) => [role, cohort.recordCount]);
  assertEquals(sizes, [["real", 3], ["synthetic", 1], ["held_out", 1], ["floor", 3]]);
  assertEquals(heldOut.recordCount, 1);
  assertEquals(recordsWithoutVisits, 2);
});

Deno.test("scaledCohorts() draw the floor by the seed", () => {
  const cohort = listedCohort(randomRecords(1, 30, 6), 6);
  const floor = (seed: number) =>
    scaledCohorts({ train: cohort, heldOut: cohort, synthetic: cohort }, seed).others[2].cohort;
  assertEquals(floor(1).codes, floor(1).codes);
  assertEquals(floor(1).codes.join() === floor(2).codes.join(), false);
});
