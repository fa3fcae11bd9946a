/**
 * Walks through a record, visit after visit, with what is known before each.
 *
 * @module
 */
import type { Cohort } from "../../../cohort/cohort.ts";
import { visitCodes, visitsOf } from "../../../cohort/records.ts";

/** A visit that follows another one, and what is known before it. */
export interface FollowingVisit {
  /** Its codes. */
  readonly codes: Uint32Array;
  /** The codes of the visit before it. */
  readonly last: Uint32Array;
  /** [codes] In how many earlier visits each code is. */
  readonly times: Uint32Array;
  /** The codes of all earlier visits, each once. */
  readonly known: readonly number[];
  /** How many visits are before it; at least 1. */
  readonly before: number;
}

/** Calls back with each visit of a record after the first. */
export function forEachFollowing(
  cohort: Cohort,
  record: number,
  visit: (following: FollowingVisit) => void,
): void {
  const times = new Uint32Array(cohort.vocabulary.codes.length);
  const known: number[] = [];
  for (let before = 1; before < visitsOf(cohort, record); before++) {
    const last = visitCodes(cohort, record, before - 1);
    for (const code of last) if (times[code]++ === 0) known.push(code);
    visit({ codes: visitCodes(cohort, record, before), last, times, known, before });
  }
}
