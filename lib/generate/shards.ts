/** Records that one of several processes generates. */
export interface Shard {
  /** Number of its first record. */
  readonly first: number;
  /** Number of records. */
  readonly count: number;
}

/**
 * Cuts the records of a cohort into nearly equal parts, so that several processes can generate it.
 * Each record has its own random stream, so all parts together are the whole cohort.
 *
 * @example Ten records in three parts
 * ```ts
 * import { shardOf } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shardOf(10, { part: 1, parts: 3 }), { first: 0, count: 3 });
 * assertEquals(shardOf(10, { part: 2, parts: 3 }), { first: 3, count: 3 });
 * assertEquals(shardOf(10, { part: 3, parts: 3 }), { first: 6, count: 4 });
 * ```
 *
 * @param total records of the whole
 * @param which part, from 1 to `parts`
 * @returns the part's records; none where there are more parts than records
 * @throws {RangeError} If there is no such part
 */
export function shardOf(total: number, which: { part: number; parts: number }): Shard {
  const { part, parts } = which;
  if (!(Number.isSafeInteger(part) && Number.isSafeInteger(parts) && part >= 1 && part <= parts)) {
    throw new RangeError(`Cannot use part ${part} of ${parts}: must be between 1 and ${parts}`);
  }
  const first = Math.floor(total * (part - 1) / parts);
  return { first, count: Math.floor(total * part / parts) - first };
}
