import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, independentMarginals, judge, vocabulary } from "ehrloom";
import { lengthDistributions } from "ehrloom/evaluate/fidelity/length_distributions.ts";
import { trajectories } from "ehrloom/evaluate/fidelity/trajectories.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";

/** Both measures of a synthetic cohort against a real one. */
async function distances(real: Cohort, synthetic: Cohort, resamples = 0) {
  const [{ figures, resampled }] = await judge([lengthDistributions, trajectories], {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: synthetic }],
    resamples,
  });
  return { lengths: figures.length_distributions, courses: figures.trajectories, resampled };
}

const letters = vocabulary(["a", "b", "c", "d"]);

/** Records with visits of the letters, and days before each visit. */
const records = (...lists: { visits: number[][]; gapDays?: number[] }[]): Cohort =>
  cohortOf(letters, [], lists.map((list) => ({ ...list, labels: [] })));

Deno.test("length_distributions by hand", async () => {
  const real = records({ visits: [[0], [0, 1]] }, { visits: [[0]] });
  const synthetic = records({ visits: [[0], [1], [2], [3]] }, { visits: [[0, 1, 2]] });
  const { lengths } = await distances(real, synthetic);
  // visits: 1, 2 against 1, 4
  assertEquals(lengths.visits_per_record?.ks_complement.value, 0.5);
  assertEquals(lengths.visits_per_record?.wasserstein_1.value, 1);
  assertEquals(lengths.visits_per_record?.real_mean.value, 1.5);
  assertEquals(lengths.visits_per_record?.synthetic_mean.value, 2.5);
  // codes of visits: 1, 2, 1 against 1, 1, 1, 1, 3
  assertAlmostEquals(lengths.codes_per_visit?.ks_complement.value ?? NaN, 1 - 1 / 5, 1e-12);
  const area = Math.abs(2 / 3 - 4 / 5) + Math.abs(1 - 4 / 5); // from 1 to 2, and from 2 to 3
  assertAlmostEquals(lengths.codes_per_visit?.wasserstein_1.value ?? NaN, area, 1e-12);
  // codes of records: 3, 1 against 4, 3; counted once: 2, 1 against 4, 3
  assertEquals(lengths.codes_per_record?.ks_complement.value, 0.5);
  assertEquals(lengths.distinct_codes_per_record?.ks_complement.value, 0);
  assertEquals(lengths.distinct_codes_per_record?.wasserstein_1.value, 2);
});

Deno.test("trajectories by hand", async () => {
  const real = records({ visits: [[0], [0], [1], [1]], gapDays: [0, 3, 7, 1] });
  const synthetic = records({ visits: [[0, 1, 2, 3]], gapDays: [0] }, {
    visits: [[0], [1, 2, 3]],
    gapDays: [0, 4],
  });
  const { courses } = await distances(real, synthetic);
  assertAlmostEquals(courses.code_entropy?.real_mean.value ?? NaN, Math.log(2), 1e-12);
  assertAlmostEquals(courses.code_entropy?.synthetic_mean.value ?? NaN, Math.log(4), 1e-12);
  assertAlmostEquals(courses.code_entropy?.wasserstein_1.value ?? NaN, Math.log(2), 1e-12);
  assertEquals(courses.repeat_share?.real_mean.value, 0.5);
  assertEquals(courses.repeat_share?.wasserstein_1.value, 0.5);
  assertEquals(courses.days_covered?.wasserstein_1.value, (11 + 7) / 2); // 11 against 0, 4
  assertEquals(courses.longest_gap_days?.wasserstein_1.value, 3); // 7 against 4; one has no gap
});

Deno.test("equal cohorts have no distance, and days are not compared where there are none", async () => {
  const cohort = listedCohort(randomRecords(3, 60, 12).filter(({ visits }) => visits.length), 12);
  const { lengths, courses, resampled } = await distances(cohort, cohort, 20);
  for (const each of [...Object.values(lengths), courses.code_entropy, courses.repeat_share]) {
    assertEquals(each?.ks_complement.value, 1);
    assertEquals(each?.wasserstein_1.value, 0);
    assertEquals((each?.ks_complement.low ?? 1) < 1, true);
  }
  assertEquals([courses.days_covered, courses.longest_gap_days], [null, null]);
  assertEquals(Object.keys(resampled).length, 6);
});

Deno.test("independent draws of codes are told apart by their repeats, copies are not", async () => {
  const persistent = records(
    ...Array.from({ length: 80 }, (_, i) => ({ visits: Array(2 + i % 3).fill([i % 4]) })),
  );
  const drawn = independentMarginals(persistent, { seed: 1 });
  const [broken, copied] = [
    await distances(persistent, drawn, 50),
    await distances(persistent, persistent, 50),
  ];
  const far = broken.courses.repeat_share?.ks_complement;
  const near = copied.courses.repeat_share?.ks_complement;
  assertEquals((far?.high ?? 1) < (near?.low ?? 0), true);
});
