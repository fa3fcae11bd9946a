/**
 * The codes of a MEDS folder: those that `metadata/codes.parquet` lists, and the numbers that events
 * have for them while they are read.
 *
 * @module
 */
import pl from "nodejs-polars";
import { found } from "../../files/input.ts";
import { readParquet } from "../../files/parquet.ts";
import {
  birthCode,
  demographicOf,
  emptyVisitCode,
  isOfPatient,
  raceOfCode,
  sexCodes,
} from "../reserved_names.ts";
import type { CodeList } from "../sources/code_list.ts";
import { type Vocabulary, vocabulary } from "../vocabulary.ts";
import { medsPaths } from "./names.ts";

/** What a folder lists. */
export interface ListedCodes {
  /** The codes of visits. */
  readonly vocabulary: Vocabulary;
  /** Births, sexes and races. */
  readonly demographic: readonly string[];
  /** Number of rows whose code has an earlier one. */
  readonly repeated: number;
}

/** What rows that repeat a code say together. */
interface CodeRow {
  description: string;
  readonly parents: Set<string>;
}

/** What is above the codes of rows: lists of texts, or a text each. */
function parentsOfRows(frame: pl.DataFrame, path: string): (readonly string[])[] {
  const none: (readonly string[])[] = new Array(frame.height).fill([]);
  if (!frame.columns.includes("parent_codes")) return none;
  const column = frame.getColumn("parent_codes");
  if (column.nullCount() === column.length) return none;
  const isNamed = (name: unknown) => typeof name === "string" && name !== "";
  return column.toArray().map((value: unknown, row: number) => {
    const names: unknown[] = Array.isArray(value) ? value : [value];
    if (names.every((name) => name === null || typeof name === "string")) {
      return names.filter(isNamed).map(String);
    }
    throw new SyntaxError(
      `Cannot read "${path}": parent_codes of row ${row} is of type ${column.dtype.variant}, ` +
        "must be a list of texts",
    );
  });
}

/** The rows of codes; one without a code, as of counts over all codes, is none. */
function rowsByCode(frame: pl.DataFrame, path: string): Map<string, CodeRow> {
  const codes = frame.getColumn("code").cast(pl.String).toArray() as (string | null)[];
  const described = frame.columns.includes("description");
  const texts = frame.getColumn(described ? "description" : "code").cast(pl.String).toArray() as (
    string | null
  )[];
  const parents = parentsOfRows(frame, path);
  const rows = new Map<string, CodeRow>();
  for (const [index, code] of codes.entries()) {
    if (code === null) continue;
    const row = rows.get(code) ?? { description: "", parents: new Set() };
    if (row.description === "" || row.description === code) row.description = texts[index] || code;
    for (const parent of parents[index]) if (parent !== code) row.parents.add(parent);
    rows.set(code, row);
  }
  return rows;
}

/**
 * The codes that a folder lists, undefined for one without a list.
 *
 * @throws {SyntaxError} If the list is damaged or lacks a column
 */
export async function readListedCodes(folder: string): Promise<ListedCodes | undefined> {
  const path = `${folder}/${medsPaths.codes}`;
  if (await found(path) === undefined) return undefined;
  const frame = await readParquet(path, {}, { code: "text", description: "text" });
  if (!frame.columns.includes("code")) {
    throw new SyntaxError(
      `Cannot read "${path}": it has no column code; its columns are ${frame.columns.join(", ")}`,
    );
  }
  const rows = rowsByCode(frame, path);
  const named = frame.height - frame.getColumn("code").nullCount();
  const isKept = (code: string) => code !== emptyVisitCode && !isOfPatient(code);
  const codes = [...rows.keys()].filter(isKept);
  try {
    return {
      vocabulary: vocabulary(
        codes,
        codes.map((code) => rows.get(code)?.description ?? code),
        codes.map((code) => [...rows.get(code)?.parents ?? []]),
      ),
      demographic: [...rows.keys()].filter(isOfPatient),
      repeated: named - rows.size,
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SyntaxError(`Cannot read "${path}": ${error.message}`, { cause: error });
  }
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
 * The number of rows that are a visit without codes; births, females, males and then races have the
 * next.
 */
export const emptyVisit = 0xf000_0000;
/** The kind of the first race, where births are 0 and sexes follow. */
const firstRace = 1 + sexCodes.length;

/** From codes to the numbers that events have for them, growing by those that a folder does not list. */
export class CodeNumbers {
  /** From `code` to `code_index`: in the list of codes, or from {@link emptyVisit} on. */
  table: pl.DataFrame;
  private readonly races: string[] = [];

  constructor(private readonly list: CodeList, demographic: readonly string[]) {
    const listed = list.own?.codes ?? [];
    const others = [...new Set([...knownDemographic, ...demographic])];
    this.table = this.rows(
      [...listed, emptyVisitCode, ...others],
      [...listed.keys(), emptyVisit, ...others.map((code) => this.numberOf(code))],
    );
  }

  /** Adds those of new codes that are births, sexes or races. */
  addDemographic(codes: readonly string[]): void {
    const known = codes.filter(isOfPatient);
    this.add(known, known.map((code) => this.numberOf(code)));
  }

  /** The race that a kind of demographic rows stands for; undefined for births and sexes. */
  raceOf(kind: number): string | undefined {
    return this.races[kind - firstRace];
  }

  /** The number of a code that is a birth, a sex or a race. */
  private numberOf(code: string): number {
    const race = raceOfCode(code);
    if (race === undefined) return emptyVisit + 1 + demographicOf(code);
    const known = this.races.indexOf(race);
    const index = known === -1 ? this.races.push(race) - 1 : known;
    return emptyVisit + 1 + firstRace + index;
  }

  /** Adds new codes to the list. */
  addUnlisted(codes: readonly string[]): void {
    this.add(codes, codes.map((code) => this.list.addUnlisted(code)));
  }

  private add(codes: readonly string[], indices: readonly number[]): void {
    if (codes.length > 0) this.table = this.table.vstack(this.rows(codes, indices));
  }

  private rows(codes: readonly string[], indices: readonly number[]): pl.DataFrame {
    return pl.DataFrame([
      pl.Series("code", [...codes], pl.String),
      pl.Series("code_index", Uint32Array.from(indices)),
    ]);
  }
}
