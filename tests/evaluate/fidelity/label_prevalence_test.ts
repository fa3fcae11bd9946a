import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fidelityFigures, labelPrevalence, withLabel } from "ehrloom";
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

Deno.test("label_prevalence has the difference of each label's shares, from the same resamples", async () => {
  const half = listedCohort(
    Array.from({ length: 200 }, (_, i) => ({ visits: [[0]], labels: [i % 2, 1] })),
    3,
  );
  const tenth = listedCohort(
    Array.from({ length: 200 }, (_, i) => ({ visits: [[0]], labels: [Number(i % 10 === 0), 1] })),
    3,
  );
  const [{ label_prevalence: { labels } }] = await fidelityFigures(
    { role: "real", cohort: half },
    [{ role: "synthetic", cohort: tenth }],
    { resamples: 2000 },
  );
  const [x, y] = labels.map(({ difference }) => difference);
  assertAlmostEquals(x.value, -0.4, 1e-12);
  // the normal approximation: 1.96 √(0.25 / 200 + 0.09 / 200) = 0.0808
  assertAlmostEquals(x.low, -0.4808, 0.008);
  assertAlmostEquals(x.high, -0.3192, 0.008);
  assertEquals(y, { value: 0, low: 0, high: 0 }); // all have it, in every resample
});
