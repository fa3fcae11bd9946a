import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, judge, vocabulary } from "ehrloom";
import { gapDistribution } from "ehrloom/evaluate/fidelity/gap_distribution.ts";

/** Records with so many days between their visits. */
function timed(...records: number[][]): Cohort {
  return cohortOf(
    vocabulary(["a"]),
    [],
    records.map((gaps) => ({
      visits: [[0], ...gaps.map(() => [0])],
      gapDays: [0, ...gaps],
      labels: [],
    })),
  );
}

async function figuresOf(real: Cohort, synthetic: Cohort, resamples = 0) {
  const [{ figures }] = await judge([gapDistribution], {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: synthetic }],
    resamples,
  });
  return figures.gap_distribution;
}

Deno.test("gap_distribution compares all gaps, and a statistic of each patient's, by hand", async () => {
  const found = await figuresOf(timed([1, 3], [7]), timed([1, 7], [7], []));
  // real gaps 1, 3, 7 and synthetic 1, 7, 7: apart by a third between 3 and 7
  assertAlmostEquals(found?.log_days?.ks_complement.value ?? NaN, 2 / 3, 1e-9);
  assertAlmostEquals(found?.log_days?.wasserstein_1.value ?? NaN, Math.log(8 / 4) / 3, 1e-9);
  // means 2 and 7 against 4 and 7; the record with one visit has none
  assertAlmostEquals(found?.mean?.wasserstein_1.value ?? NaN, 1, 1e-9);
  assertAlmostEquals(found?.median?.ks_complement.value ?? NaN, 0.5, 1e-9);
  // standard deviations 1 against 3, of one record each
  assertAlmostEquals(found?.sd?.wasserstein_1.value ?? NaN, 2, 1e-9);
  assertEquals(found?.shortest?.ks_complement.value, 1); // 1 and 7 in both
  assertAlmostEquals(found?.longest?.wasserstein_1.value ?? NaN, 2, 1e-9); // 3, 7 against 7, 7
});

Deno.test("gap_distribution is exact for equal cohorts, and nothing is alike in disjoint ones", async () => {
  const cohort = timed([1, 2], [3, 5, 8]);
  const equal = await figuresOf(cohort, cohort);
  const apart = await figuresOf(cohort, timed([100, 300], [200, 700]));
  for (const statistic of ["log_days", "mean", "median", "sd", "shortest", "longest"] as const) {
    assertEquals(equal?.[statistic]?.ks_complement.value, 1, statistic);
    assertEquals(equal?.[statistic]?.wasserstein_1.value, 0, statistic);
    assertEquals(apart?.[statistic]?.ks_complement.value, 0, statistic);
  }
});

Deno.test("gap_distribution tells gaps that were dealt out to other patients by their means alone", async () => {
  const [short, long] = [Array(6).fill(2), Array(6).fill(60)];
  const patients = (isDealt: boolean) =>
    timed(
      ...Array.from({ length: 40 }, (_, i) =>
        isDealt ? [2, 60, 2, 60, 2, 60] : i < 20 ? short : long),
    );
  const dealt = await figuresOf(patients(false), patients(true), 100);
  assertEquals(dealt?.log_days?.ks_complement.value, 1);
  assert((dealt?.mean?.ks_complement.high ?? 1) < 0.8);
});

Deno.test("gap_distribution has no standard deviation where nobody has three visits", async () => {
  const found = await figuresOf(timed([1], [2]), timed([1], [2]));
  assertEquals(found?.sd, null);
  assertEquals(found?.mean?.ks_complement.value, 1);
});
