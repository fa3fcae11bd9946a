/**
 * Reads the parts of a MEDS folder besides its events and codes: labels and splits.
 *
 * @module
 */
import pl from "nodejs-polars";
import { found } from "../../files/input.ts";
import { columnProblem, readParquet } from "../../files/parquet.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { readListedCodes } from "./codes.ts";
import { medsPaths, medsSplitNames } from "./names.ts";
import { typed } from "./typed.ts";

/** The table of subjects and labels that Ehrloom writes. */
export interface MedsLabels {
  /** Every subject, in the cohort's order. */
  readonly ids: BigInt64Array;
  readonly labelNames: readonly string[];
  /** [subjects × labels] */
  readonly labels: Uint8Array;
}

/** The first subject that was there before. */
function firstRepeated(ids: BigInt64Array): bigint | undefined {
  const seen = new Set<bigint>();
  return ids.find((id) => seen.size === seen.add(id).size);
}

/** The subjects and labels of a folder, null for a foreign one, which has no such table. */
export async function readLabels(folder: string): Promise<MedsLabels | null> {
  const path = `${folder}/${medsPaths.labels}`;
  if (!await found(path)) return null;
  const frame = await readParquet(path, { subject_id: "id" });
  const labelNames = frame.columns.filter((name) => name !== "subject_id");
  const ids = typed<BigInt64Array>(frame.getColumn("subject_id"), pl.Int64);
  const twice = firstRepeated(ids);
  if (twice !== undefined) {
    throw new SyntaxError(`Cannot read "${path}": subject ${twice} has more than one row`);
  }
  const labels = new Uint8Array(ids.length * labelNames.length);
  for (const [label, name] of labelNames.entries()) {
    const given = frame.getColumn(name);
    const nulls = given.nullCount();
    const problem = columnProblem(given, "number") ??
      (nulls > 0 ? `is missing in ${nulls} rows, must be 0 or 1` : undefined);
    if (problem !== undefined) {
      throw new SyntaxError(`Cannot read "${path}": label "${name}" ${problem}`);
    }
    const column = typed<Float64Array>(given, pl.Float64);
    for (let record = 0; record < ids.length; record++) {
      const bit = column[record];
      if (bit !== 0 && bit !== 1) {
        throw new SyntaxError(
          `Cannot read "${path}": label "${name}" of subject ${ids[record]} must be 0 or 1`,
        );
      }
      labels[record * labelNames.length + label] = bit;
    }
  }
  return { ids, labelNames, labels };
}

/** What a folder says of splits. */
export interface MedsSplits {
  /** Every subject that has a row, with an index into `splitNames`; undefined for another split. */
  readonly splitOf: ReadonlyMap<bigint, number | undefined>;
  /** Names of splits other than MEDS's own, with their subjects. */
  readonly others: ReadonlyMap<string, number>;
}

/**
 * Subjects with their splits; null for a folder without splits.
 *
 * @throws {SyntaxError} If the file is damaged, lacks a column or has a subject in two splits
 */
export async function readSplits(folder: string): Promise<MedsSplits | null> {
  const path = `${folder}/${medsPaths.splits}`;
  if (!await found(path)) return null;
  const frame = await readParquet(path, { subject_id: "id" }, { split: "text" });
  if (!frame.columns.includes("split")) {
    throw new SyntaxError(
      `Cannot read "${path}": it has no column split; its columns are ${frame.columns.join(", ")}`,
    );
  }
  const ids = typed<BigInt64Array>(frame.getColumn("subject_id"), pl.Int64);
  const names = frame.getColumn("split").cast(pl.String).toArray() as (string | null)[];
  const nameOf = new Map<bigint, string | null>();
  for (const [row, name] of names.entries()) {
    const before = nameOf.get(ids[row]);
    if (before !== undefined && before !== name) {
      throw new SyntaxError(
        `Cannot read "${path}": subject ${ids[row]} is in two splits, "${before}" and "${name}"`,
      );
    }
    nameOf.set(ids[row], name);
  }
  const splitOf = new Map<bigint, number | undefined>();
  const others = new Map<string, number>();
  for (const [id, name] of nameOf) {
    const split = medsSplitNames.findIndex((known) => known === name);
    splitOf.set(id, split === -1 ? undefined : split);
    if (split === -1 && name !== null) others.set(name, (others.get(name) ?? 0) + 1);
  }
  return { splitOf, others };
}

/**
 * The codes of a MEDS folder with their descriptions, and the names of its labels, without its
 * events.
 *
 * @throws {Deno.errors.NotFound} If `metadata/codes.parquet` is missing
 * @throws {SyntaxError} If a file is damaged or lacks a column
 */
export async function readMedsNames(
  folder: string,
): Promise<{ vocabulary: Vocabulary; labelNames: readonly string[] }> {
  const codes = await readListedCodes(folder);
  if (codes === undefined) {
    throw new Deno.errors.NotFound(
      `Cannot read "${folder}/${medsPaths.codes}": there is no such file`,
    );
  }
  const { vocabulary } = codes;
  return { vocabulary, labelNames: (await readLabels(folder))?.labelNames ?? [] };
}
