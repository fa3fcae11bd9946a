import type { Random } from "../random.ts";
import { type Cohort, cohort, splitNames } from "./cohort.ts";

/**
 * The cohort with new splits by patient, as in HALO's paper: a fifth of all records (rounded up) is
 * for test, a tenth of the others (rounded up) for validation, the rest for training. Depends on
 * the random stream and on the subjects, not on their order.
 *
 * @example 100 patients
 * ```ts
 * import { cohortOf, random, splitOf, vocabulary, withSplits } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const records = Array.from({ length: 100 }, () => ({ visits: [[0]], labels: [] }));
 * const split = withSplits(cohortOf(vocabulary(["SNOMED-CT//44054006"]), [], records), random(4));
 * assertEquals(splitOf(split, "train").recordCount, 72);
 * assertEquals(splitOf(split, "validation").recordCount, 8);
 * assertEquals(splitOf(split, "test").recordCount, 20);
 * ```
 *
 * @param source its own splits are replaced
 * @param random decides the split of each record
 * @see Theodorou et al. 2023 (HALO), experimental setup
 */
export function withSplits(source: Cohort, random: Random): Cohort {
  const { recordCount, subjectIds } = source;
  const order = Uint32Array.from({ length: recordCount }, (_, record) => record)
    .sort((a, b) => subjectIds[a] < subjectIds[b] ? -1 : 1);
  random.shuffle(order);
  const testCount = Math.ceil(recordCount / 5);
  const validationCount = Math.ceil((recordCount - testCount) / 10);
  const splits = new Uint8Array(recordCount).fill(splitNames.indexOf("train"));
  for (const record of order.subarray(0, testCount)) splits[record] = splitNames.indexOf("test");
  for (const record of order.subarray(testCount, testCount + validationCount)) {
    splits[record] = splitNames.indexOf("validation");
  }
  return cohort({ ...source, splits });
}
