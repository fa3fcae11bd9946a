import { type Cohort, subset } from "../cohort/cohort.ts";
import type { Random } from "../random.ts";

/** All records of a cohort in random order. */
export function shuffledRecords({ recordCount }: Pick<Cohort, "recordCount">, draws: Random) {
  return draws.shuffle(Uint32Array.from({ length: recordCount }, (_, record) => record));
}

/**
 * A random sample of records, without replacement, in their order.
 *
 * @param records at most as many as there are
 */
export function randomSample(source: Cohort, records: number, draws: Random): Cohort {
  return subset(source, shuffledRecords(source, draws).subarray(0, records).sort());
}
