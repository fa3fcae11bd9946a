/**
 * Reads the rows of a source's tables.
 *
 * @module
 */
import { type CsvColumn, readCsv } from "../../files/csv.ts";
import type { Notes } from "./notes.ts";
import type { ReadHow } from "./source.ts";

/** Gets the fields of a row and its number; returns what is wrong with the row, if anything is. */
export type OnRow = (fields: readonly string[], row: number) => string | undefined;

/** How the rows of a table are read. */
export interface RowsHow extends ReadHow {
  readonly encoding: string;
  /** Default a comma. */
  readonly delimiter?: string | undefined;
  /** Default true; see `readCsv`. */
  readonly hasQuotes?: boolean | undefined;
  /** What was read otherwise than it is written. */
  readonly notes: Notes;
  /** Columns whose texts may have spaces around them without being noted. */
  readonly padded?: readonly string[] | undefined;
}

/**
 * Reads a table, whose fields may have spaces around them; throws and takes bad rows as `readCsv`
 * does.
 */
export async function readRows(
  path: string,
  columns: readonly (string | CsvColumn)[],
  onRow: OnRow,
  how: RowsHow,
): Promise<void> {
  const table = path.replace(/^.*\//, "").replace(/\.csv(\.gz)?$/, "");
  await readCsv(path, columns, withoutSpaces(table, columns, onRow, how), how);
}

/** Gives the fields of a table's rows without the spaces around them. */
export function withoutSpaces(
  table: string,
  columns: readonly (string | CsvColumn)[],
  onRow: OnRow,
  { notes, padded = [] }: Pick<RowsHow, "notes" | "padded">,
): OnRow {
  const names = columns.map((column) => typeof column === "string" ? column : column.name);
  const isPadded = names.map((name) => padded.includes(name));
  const fields: string[] = new Array(columns.length);
  return (written, row) => {
    for (let i = 0; i < names.length; i++) {
      fields[i] = written[i].trim();
      if (fields[i].length === written[i].length || isPadded[i]) continue;
      const example = `${names[i]} "${written[i]}" of ${table}`;
      notes.add("fields had spaces around them, which were removed", example);
    }
    return onRow(fields, row);
  };
}
