// Small cohorts drawn by seed, for tests of properties.
import { type Cohort, cohortOf, random, type RecordLists, vocabulary } from "ehrloom";

/** Plain lists of `records` records with 0 to 6 visits of 0 to 5 codes, and two labels. */
export function randomRecords(seed: number, records: number, codes: number): RecordLists[] {
  const draws = random(seed);
  return Array.from({ length: records }, () => ({
    visits: Array.from(
      { length: draws.integer(7) },
      () =>
        Array.from({ length: draws.integer(6) }, () => Math.floor(draws.uniform() ** 2 * codes)),
    ),
    labels: [draws.integer(2), draws.integer(2)],
  }));
}

/** A cohort of plain lists over the codes "c0", "c1", …, with the labels "x" and "y". */
export function listedCohort(records: readonly RecordLists[], codes: number): Cohort {
  const names = Array.from({ length: codes }, (_, code) => `c${code}`);
  return cohortOf(vocabulary(names), ["x", "y"], records);
}
