import { assertEquals } from "@std/assert";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { cohortFacts } from "ehrloom/plot/dossier/cohort_facts.ts";

/** Six patients in training: all have code 0, two have code 1, one has code 2; code 3 is of a test patient. */
const cohort = cohortOf(vocabulary(["0", "1", "2", "3", "4"]), ["half", "few"], [
  { visits: [[0, 1], [0, 2]], labels: [1, 1], split: 0 },
  { visits: [[0, 1]], labels: [1, 0], split: 0 },
  { visits: [[0]], labels: [1, 0], split: 0 },
  { visits: [[0]], labels: [0, 0], split: 0 },
  { visits: [[0]], labels: [0, 0], split: 0 },
  { visits: [[0]], labels: [0, 0], split: 0 },
  { visits: [[0]], labels: [1, 1], split: 1 },
  { visits: [[3], [3]], labels: [1, 1], split: 2 },
]);

Deno.test("cohortFacts() counts patients, codes and labels, and does not name what few have", () => {
  assertEquals(cohortFacts(cohort, 3), {
    patients: { train: 6, validation: 1, test: 1 },
    visits: 10,
    events: 13,
    values: 0,
    codes: 4,
    labels: [{ label: "half", patients: 3 }],
    rareLabels: 1,
    rareCodes: 2,
    patientsWithRareCodes: 2,
  });
});

Deno.test("cohortFacts() hides nothing where single patients are shown", () => {
  const { labels, rareLabels, rareCodes, patientsWithRareCodes } = cohortFacts(cohort, 1);
  assertEquals(labels, [{ label: "half", patients: 3 }, { label: "few", patients: 1 }]);
  assertEquals([rareLabels, rareCodes, patientsWithRareCodes], [0, 0, 0]);
});
