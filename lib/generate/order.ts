import type { RecordLists } from "../cohort/records.ts";
import type { Ruled } from "./rule_guard.ts";

/** One batch of records to be written. */
export interface Order {
  /** Number of the first record; the others count on from it. */
  readonly first: number;
  /** How many. */
  readonly size: number;
  /** Random seed; with a record's number it says which streams the record draws from. */
  readonly seed: number;
  /** Labels that the records shall have, by index; the rest are drawn given these. */
  readonly wanted: ReadonlyMap<number, 0 | 1>;
  /** [size × labels] All labels of each record, instead of `wanted`. */
  readonly labelRows?: Uint8Array | undefined;
  /** [size] How each record begins, labels and visits by the model's indices; labels are given so. */
  readonly beginnings?: readonly RecordLists[];
  /** Rules that no record may break, and what counts the draws that would have. */
  readonly ruled?: Ruled | undefined;
  /** Called with how many records are finished. */
  readonly onEnded: (ended: number) => void;
}

/** A record as it was written. */
export interface Written extends RecordLists {
  /** Whether it reached the model's longest length without an end. */
  readonly isCutOff: boolean;
}

/** Draws per record before it is given up that it comes out as wanted. */
export const mostAttempts = 2000;

/** Whether labels are as wanted. */
export function areWanted({ wanted }: Order, labels: ArrayLike<number>): boolean {
  return Array.from(wanted).every(([label, value]) => labels[label] === value);
}

/** What to say when records never come out as wanted. */
export function neverCameUp({ wanted, labelRows, ruled }: Order): RangeError {
  const isAboutLabels = wanted.size > 0 || labelRows !== undefined;
  const what = [isAboutLabels ? "these labels" : [], ruled ? "these rules" : []].flat();
  return new RangeError(
    `Cannot generate records with ${what.join(" and ")}: they did not come up in ${mostAttempts} ` +
      "draws from the model; ask for fewer at once",
  );
}

/** Each record's row of `order.labelRows`, or undefined where labels are not given. */
export function givenLabels({ labelRows, size }: Order): Uint8Array[] | undefined {
  if (labelRows === undefined) return undefined;
  const width = labelRows.length / size;
  return Array.from({ length: size }, (_, i) => labelRows.subarray(i * width, (i + 1) * width));
}
