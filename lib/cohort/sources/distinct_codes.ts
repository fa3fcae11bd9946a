/**
 * The distinct codes of a visit, ascending.
 *
 * @module
 */

import type { CohortParts } from "../cohort.ts";
import { takesPlace, type WhichValue } from "./which_value.ts";

/** Codes up to which insertion is the faster way to sort them. */
const fewCodes = 40;

/** A visit's events among others. */
export interface VisitEvents {
  /** [events] Vocabulary indices; those of the visit in the order in which they were recorded. */
  readonly codes: Uint32Array;
  /** [events] */
  readonly values: Float32Array | null;
  /** The visit's first event. */
  readonly from: number;
  /** The event after its last one. */
  readonly to: number;
  /** Where the distinct codes go, at most `from`. */
  readonly into: number;
}

/** Sorts a visit's codes with their values; equal codes stay in order. */
function sortCodes({ codes, values, from, to }: Omit<VisitEvents, "into">): void {
  let sorted = from + 1; // most visits are in order, or begin so
  while (sorted < to && codes[sorted - 1] <= codes[sorted]) sorted++;
  if (sorted >= to) return;
  if (to - from > fewCodes) {
    const order = Uint32Array.from({ length: to - from }, (_, i) => from + i)
      .sort((a, b) => codes[a] - codes[b] || a - b);
    if (values !== null) values.set(Float32Array.from(order, (event) => values[event]), from);
    codes.set(order.map((event) => codes[event]), from);
    return;
  }
  for (let i = sorted; i < to; i++) {
    const code = codes[i];
    const value = values === null ? NaN : values[i];
    let at = i;
    for (; at > from && codes[at - 1] > code; at--) {
      codes[at] = codes[at - 1];
      if (values !== null) values[at] = values[at - 1];
    }
    codes[at] = code;
    if (values !== null) values[at] = value;
  }
}

/**
 * Gives the codes of visits other numbers, in place, and sorts each visit by them.
 *
 * @param newIndex [codes] distinct numbers
 */
export function renumberCodes(
  { codes, values, codeOffsets }: Pick<CohortParts, "codes" | "values" | "codeOffsets">,
  newIndex: ArrayLike<number>,
): void {
  for (let event = 0; event < codes.length; event++) codes[event] = newIndex[codes[event]];
  for (let visit = 0; visit + 1 < codeOffsets.length; visit++) {
    sortCodes({ codes, values, from: codeOffsets[visit], to: codeOffsets[visit + 1] });
  }
}

/**
 * Moves a visit's distinct codes, ascending, to their place, each with one of its measured values.
 *
 * @returns the event after the last of them, and how many values gave way to another one
 */
export function distinctCodes(
  visit: VisitEvents,
  which: WhichValue,
): { end: number; replaced: number } {
  sortCodes(visit);
  const { codes, values, from, to, into } = visit;
  let end = into;
  let replaced = 0;
  for (let i = from; i < to; i++) {
    if (end === into || codes[i] !== codes[end - 1]) {
      codes[end] = codes[i];
      if (values !== null) values[end] = values[i];
      end++;
    } else if (values !== null && !Number.isNaN(values[i])) {
      const isFirst = Number.isNaN(values[end - 1]);
      if (isFirst || takesPlace(which, values[i], values[end - 1])) values[end - 1] = values[i];
      if (!isFirst) replaced++;
    }
  }
  return { end, replaced };
}
