import { assertEquals, assertThrows } from "@std/assert";
import { labelPrevalence, withLabel } from "ehrloom";
import { listedCohort } from "../random_cohort.ts";

const cohort = listedCohort([
  { visits: [[0]], labels: [1, 0] },
  { visits: [[1]], labels: [1, 1] },
  { visits: [[2]], labels: [0, 0] },
  { visits: [], labels: [0, 0] },
], 3);

Deno.test("labelPrevalence() is the share of records, those without visits among them", () => {
  assertEquals([...labelPrevalence(cohort)], [0.5, 0.25]);
});

Deno.test("withLabel() takes the records that have the label, in order", () => {
  assertEquals([...withLabel(cohort, "x").codes], [0, 1]);
  assertEquals(withLabel(cohort, "y").recordCount, 1);
});

Deno.test("withLabel() lists the known labels", () => {
  assertThrows(
    () => withLabel(cohort, "z"),
    RangeError,
    'label "z": there is no such label; known: x, y',
  );
});
