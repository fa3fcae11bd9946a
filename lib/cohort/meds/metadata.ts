/**
 * Reads the parts of a MEDS folder besides its events: codes, labels and splits.
 *
 * @module
 */
import pl from "nodejs-polars";
import { found } from "../../files/input.ts";
import { columnProblem, readParquet } from "../../files/parquet.ts";
import { birthCode, demographicOf, emptyVisitCode, sexCodes } from "../reserved_names.ts";
import { type Vocabulary, vocabulary } from "../vocabulary.ts";
import { medsPaths, medsSplitNames } from "./names.ts";
import { typed } from "./typed.ts";

/** The codes that a folder lists. */
export interface MedsCodes {
  /** The codes of visits. */
  readonly vocabulary: Vocabulary;
  /** From `code` to `code_index`: the vocabulary's, the empty visit's, then birth, female, male. */
  readonly table: pl.DataFrame;
  /** Whether a birth is among the codes. */
  readonly knowsBirth: boolean;
}

/** Codes of births and sexes that are recognised even if a folder does not list them. */
const knownDemographic = [
  birthCode,
  ...sexCodes,
  "GENDER//FEMALE",
  "GENDER//MALE",
  "SEX//F",
  "SEX//M",
];

/**
 * The codes of a folder.
 *
 * @throws {Deno.errors.NotFound} If it has no list of codes
 * @throws {SyntaxError} If the list is damaged, lacks a column or has a code twice
 */
export async function readCodes(folder: string): Promise<MedsCodes> {
  const path = `${folder}/${medsPaths.codes}`;
  const frame = await readParquet(path, { code: "text" }, { description: "text" });
  const codes = frame.getColumn("code").toArray().map(String);
  const described = frame.columns.includes("description");
  const texts = frame.getColumn(described ? "description" : "code").cast(pl.String).toArray() as (
    string | null
  )[];
  const demographic = new Set([
    ...knownDemographic,
    ...codes.filter((code) => demographicOf(code) !== -1),
  ]);
  const kept = [...codes.keys()].filter((index) =>
    codes[index] !== emptyVisitCode && !demographic.has(codes[index])
  );
  try {
    const known = vocabulary(
      kept.map((index) => codes[index]),
      kept.map((index) => texts[index] ?? codes[index]),
    );
    const all = [...known.codes, emptyVisitCode];
    const indices = [
      ...all.keys(),
      ...[...demographic].map((code) => all.length + demographicOf(code)),
    ];
    const table = pl.DataFrame([
      pl.Series("code", [...all, ...demographic], pl.String),
      pl.Series("code_index", Uint32Array.from(indices)),
    ]);
    return { vocabulary: known, table, knowsBirth: codes.includes(birthCode) };
  } catch (error) {
    throw new SyntaxError(`Cannot read "${path}": ${(error as Error).message}`, { cause: error });
  }
}

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

/** Subjects with their splits, indices into `splitNames`; null for a folder without splits. */
export async function readSplits(folder: string): Promise<Map<bigint, number> | null> {
  const path = `${folder}/${medsPaths.splits}`;
  if (!await found(path)) return null;
  const frame = await readParquet(path, { subject_id: "id", split: "text" });
  const ids = typed<BigInt64Array>(frame.getColumn("subject_id"), pl.Int64);
  const names = frame.getColumn("split").toArray().map(String);
  const known: readonly string[] = medsSplitNames;
  return new Map(names.map((name, row) => {
    const split = known.indexOf(name);
    if (split === -1) {
      throw new SyntaxError(
        `Cannot read "${path}": subject ${ids[row]} is in the split "${name}"; ` +
          `known: ${known.join(", ")}`,
      );
    }
    return [ids[row], split];
  }));
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
  const { vocabulary } = await readCodes(folder);
  return { vocabulary, labelNames: (await readLabels(folder))?.labelNames ?? [] };
}
