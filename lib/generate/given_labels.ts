/**
 * Labels that are given before records are generated.
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import { sameTexts } from "../cohort/vocabulary.ts";
import type { Run } from "../train/run_folder.ts";
import type { GenerationOptions } from "./options.ts";
import type { Shard } from "./shards.ts";

/**
 * Labels that all records must have, by index; checks all options about labels.
 *
 * @throws {RangeError} If a label is unknown, rows are not one per record, or labels are given
 * twice
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
        `Cannot generate with label "${name}": the model has no such label; ` +
          `known: ${labelNames.join(", ") || "none"}`,
      );
    }),
  );
  if (labelRows !== undefined && wanted.size > 0) {
    throw new RangeError("Cannot generate with both labels and labelRows");
  }
  if (prefixes !== undefined && (wanted.size > 0 || labelRows !== undefined)) {
    throw new RangeError(
      "Cannot generate with both labels and records to continue: these have labels",
    );
  }
  if (labelRows?.some((bit) => bit > 1)) {
    throw new RangeError("Cannot generate with these rows of labels: each label must be 0 or 1");
  }
  if (labelRows !== undefined && labelRows.length !== count * labelNames.length) {
    throw new RangeError(
      `Cannot generate ${count} records from ${labelRows.length} labels: ` +
        `must be ${count} rows of ${labelNames.length}`,
    );
  }
  return wanted;
}

/**
 * Labels to generate with: those of a cohort's records, one record after another; after the last
 * record, the first comes again. A shard gets its part of the whole.
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
 * @param source the cohort with the labels
 * @param labelNames the model's labels, which must be those of `source`
 * @param shard the records that are to be generated
 * @returns [count × labels] 0 or 1, for `labelRows` of `generate()`
 * @throws {RangeError} If the labels differ, or the cohort has no records
 */
export function repeatedLabels(
  source: Cohort,
  labelNames: readonly string[],
  { first, count }: Shard,
): Uint8Array {
  if (!sameTexts(source.labelNames, labelNames)) {
    throw new RangeError(
      `Cannot use the labels of this cohort: it has ${source.labelNames.join(", ") || "none"}, ` +
        `but the model has ${labelNames.join(", ") || "none"}`,
    );
  }
  if (source.recordCount === 0) {
    throw new RangeError("Cannot use the labels of this cohort: it has no records");
  }
  const width = labelNames.length;
  const rows = new Uint8Array(count * width);
  for (let i = 0; i < count; i++) {
    const record = (first + i) % source.recordCount;
    rows.set(source.labels.subarray(record * width, (record + 1) * width), i * width);
  }
  return rows;
}
