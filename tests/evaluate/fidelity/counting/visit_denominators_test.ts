import { assertEquals } from "@std/assert";
import { visitDenominators } from "ehrloom/evaluate/fidelity/counting/visit_denominators.ts";
import { withoutEmptyRecords } from "ehrloom/evaluate/without_empty_records.ts";
import { cohorts, golden } from "../../golden.ts";
import { listedCohort } from "../../random_cohort.ts";

Deno.test("visitDenominators() count consecutive visits of records without visits as none", () => {
  const { synthetic_with_empty_right, synthetic_without_empty } = golden.sequential_denominator;
  const { synthetic } = cohorts;
  assertEquals([...visitDenominators(synthetic, "sequential_bigram")], [
    synthetic_with_empty_right,
  ]);
  assertEquals(
    [...visitDenominators(withoutEmptyRecords(synthetic), "sequential_bigram")],
    [synthetic_without_empty],
  );
});

Deno.test("visitDenominators() weigh each record by its weight in each column", () => {
  const labels = [0, 0];
  const cohort = listedCohort([
    { visits: [[0], [1], [0]], labels },
    { visits: [[1]], labels },
  ], 2);
  const weights = [1, 2, 1, 5]; // a row a record
  assertEquals([...visitDenominators(cohort, "unigram", weights, 2)], [3 + 1, 2 * 3 + 5]);
  assertEquals([...visitDenominators(cohort, "sequential_bigram", weights, 2)], [2, 2 * 2]);
});
