/**
 * What a MEDS folder calls its files, splits and unknown days, for the reader and the writer.
 *
 * @module
 */

/** Paths of the parts of a folder. */
export const medsPaths = {
  data: "data",
  continuations: "continuations",
  metadata: "metadata",
  codes: "metadata/codes.parquet",
  splits: "metadata/subject_splits.parquet",
  labels: "metadata/labels.parquet",
  dataset: "metadata/dataset.json",
} as const;

/** The name of the nth of several files. */
export function fileName(n: number): string {
  return `${String(n).padStart(4, "0")}.parquet`;
}

/** MEDS's names for the splits, in the order of `splitNames`. */
export const medsSplitNames = ["train", "tuning", "held_out"] as const;

/** What `dataset.json` says under "ehrloom" of a cohort that has an order of visits and no times. */
export const orderOnly = { times: "order only" } as const;

/** Microseconds since 1970 of 1900-01-01: the start of a record whose days are unknown. */
export const unknownStart: number = Date.UTC(1900, 0, 1) * 1000;
