import type { RecordLists } from "../cohort/records.ts";
import type { GivenRecord } from "./beginnings.ts";
import { listed } from "../in_words.ts";
import type { Ruled } from "./rule_guard.ts";
import type { Wanted } from "./wanted.ts";

/** One batch of records to be written. */
export interface Order {
  /** Number of the first record; the others follow. */
  readonly first: number;
  /** How many. */
  readonly size: number;
  /** Random seed; with a record's number it gives the streams of the record. */
  readonly seed: number;
  /** What the records must have; all else is drawn given this. */
  readonly wanted: Wanted;
  /** [size × labels] All labels of each record, instead of those of `wanted`. */
  readonly labelRows?: Uint8Array | undefined;
  /** [size] What each record continues. */
  readonly beginnings?: readonly GivenRecord[];
  /** Rules that no record may break, and what counts the draws that would have. */
  readonly ruled?: Ruled | undefined;
  /** Called with how many records are finished. */
  readonly onEnded: (ended: number) => void;
}

/** A record as it was written. */
export interface Written extends RecordLists {
  /** Whether it reached the largest length of the model without an end. */
  readonly isCutOff: boolean;
}

/** Largest number of draws per record until it has the required labels and keeps the rules. */
export const mostAttempts = 2000;

/** The error when no draw is as required. */
export function neverCameUp({ wanted, labelRows, ruled }: Order): RangeError {
  const what = [
    ...wanted.labels.size > 0 || labelRows !== undefined ? ["these labels"] : [],
    ...wanted.sex !== undefined ? ["this sex"] : [],
    ...wanted.race !== undefined ? ["this race"] : [],
    ...wanted.ages !== undefined ? ["such ages"] : [],
    ...ruled !== undefined ? ["these rules"] : [],
  ];
  return new RangeError(
    `Cannot generate records with ${listed(what)}: they did not occur in ${mostAttempts} ` +
      "draws; require fewer at once",
  );
}

/** Each record's row of `order.labelRows`, or undefined if labels are not given. */
export function givenLabels({ labelRows, size }: Order): Uint8Array[] | undefined {
  if (labelRows === undefined) return undefined;
  const width = labelRows.length / size;
  return Array.from({ length: size }, (_, i) => labelRows.subarray(i * width, (i + 1) * width));
}
