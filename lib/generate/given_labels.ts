/**
 * Labels that records are given before they are written.
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import { sameTexts } from "../cohort/vocabulary.ts";
import type { Run } from "../train/run_folder.ts";
import type { GenerationOptions } from "./options.ts";
import type { Shard } from "./shards.ts";

/**
 * Labels that all records shall have, by index; checks all that is said of labels.
 *
 * @throws {RangeError} If a label is unknown, rows are not one a record, or labels are given twice
 */
export function wantedLabels(
  { labelNames }: Pick<Run, "labelNames">,
  { count, labels, labelRows, prefixes }: GenerationOptions,
): ReadonlyMap<number, 0 | 1> {
  const wanted = new Map(
    Object.entries(labels ?? {}).map(([name, value]) => {
      const index = labelNames.indexOf(name);
      if (index >= 0) return [index, value];
      throw new RangeError(
        `Cannot generate with label "${name}": the model has none of that name, ` +
          `known are ${labelNames.join(", ") || "none"}`,
      );
    }),
  );
  if (labelRows !== undefined && wanted.size > 0) {
    throw new RangeError("Cannot generate with both some labels and whole rows of them");
  }
  if (prefixes !== undefined && (wanted.size > 0 || labelRows !== undefined)) {
    throw new RangeError(
      "Cannot generate with both labels and records to go on with: these have some",
    );
  }
  if (labelRows?.some((bit) => bit > 1)) {
    throw new RangeError("Cannot generate from these rows of labels: each must be 0 or 1");
  }
  if (labelRows !== undefined && labelRows.length !== count * labelNames.length) {
    throw new RangeError(
      `Cannot generate ${count} records from ${labelRows.length} labels: ` +
        `wanted ${count} rows of ${labelNames.length}`,
    );
  }
  return wanted;
}

/**
 * Labels to generate with, taken from a cohort's records one after another; after the last one the
 * first comes again. A shard gets its part of the whole.
 *
 * @example Two records' labels for five records
 * ```ts
 * import { cohortOf, repeatedLabels, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const source = cohortOf(vocabulary(["C1"]), ["ill"], [
 *   { visits: [[0]], labels: [1] },
 *   { visits: [[0]], labels: [0] },
 * ]);
 * const rows = repeatedLabels(source, ["ill"], { first: 0, count: 5 });
 * assertEquals([...rows], [1, 0, 1, 0, 1]);
 * ```
 *
 * @param source whose labels to take
 * @param labelNames the model's labels, which must be those of `source`
 * @param shard the records that are to be generated
 * @returns [count × labels] 0 or 1, for `labelRows` of `generate()`
 * @throws {RangeError} If the labels are others, or the cohort has no records
 */
export function repeatedLabels(
  source: Cohort,
  labelNames: readonly string[],
  { first, count }: Shard,
): Uint8Array {
  if (!sameTexts(source.labelNames, labelNames)) {
    throw new RangeError(
      `Cannot take labels from a cohort with ${source.labelNames.join(", ") || "none"}: ` +
        `the model has ${labelNames.join(", ") || "none"}`,
    );
  }
  if (source.recordCount === 0) {
    throw new RangeError("Cannot take labels from a cohort without records");
  }
  const width = labelNames.length;
  const rows = new Uint8Array(count * width);
  for (let i = 0; i < count; i++) {
    const record = (first + i) % source.recordCount;
    rows.set(source.labels.subarray(record * width, (record + 1) * width), i * width);
  }
  return rows;
}
