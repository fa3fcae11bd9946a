/**
 * Reads the rows of a source's tables.
 *
 * @module
 */
import { type CsvColumn, readCsv, type ReadCsvOptions } from "../../files/csv.ts";
import { isMissing } from "./field_text.ts";
import type { Notes } from "./notes.ts";
import type { ReadHow } from "./source.ts";
import { type LeftOut, TableRows } from "./table_rows.ts";

/**
 * Gets the fields of a row and its number; returns what is wrong with the row, or why it is left out,
 * if anything is.
 */
export type OnRow = (fields: readonly string[], row: number) => string | LeftOut | undefined;

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
  /** Columns in which "NA" or "None" is a text as any other, such as one of codes or answers. */
  readonly verbatim?: readonly string[] | undefined;
}

/** What is noted of a table's last row, behind a number. */
export const cutOff = "last row without a line break, as that of a file that was cut off";

/** The longest spelling of NULL. */
const longestNull = 4;

/** Whether a text, not empty, spells NULL; quick for all others. */
const isNull = (text: string) => text.length <= longestNull && isMissing(text);

/** How a reader of files gives the rows of a table that are counted. */
export interface CountedRows {
  readonly onRow: (written: readonly string[], row: number) => string | undefined;
  readonly onBadRow: ReadCsvOptions["onBadRow"];
  /**
   * To be called after the last row.
   *
   * @param absent columns that the table lacks; default those that it may lack and that are empty
   * @param unendedRow the last row, where no line break ends it
   */
  finish(absent?: readonly string[], unendedRow?: number): void;
}

/**
 * Counts the rows of a table. Its fields may have spaces around them, and spellings of NULL are empty
 * fields; both are noted. What became of the rows goes to `how.onTable`.
 *
 * @param table its name
 */
export function countedRows(
  table: string,
  columns: readonly (string | CsvColumn)[],
  onRow: OnRow,
  { notes, padded = [], verbatim = [], onBadRow, onLeftOut, onTable }: RowsHow,
): CountedRows {
  const names = columns.map((column) => typeof column === "string" ? column : column.name);
  const isPadded = names.map((name) => padded.includes(name));
  const isVerbatim = names.map((name) => verbatim.includes(name));
  const rows = new TableRows(table.toLowerCase(), names);
  let fields: string[] = new Array(columns.length);
  let before: string[] = new Array(columns.length);
  let lastSeen = 0;
  return {
    onRow(written, row) {
      notes.at(rows, row);
      [fields, before] = [before, fields];
      for (let i = 0; i < names.length; i++) {
        fields[i] = written[i].trim();
        if (fields[i].length !== written[i].length && !isPadded[i]) {
          const example = `${names[i]} "${written[i]}" of ${table}`;
          notes.add("fields had spaces around them, which were removed", example);
        }
        if (fields[i] === "" || isVerbatim[i] || !isNull(fields[i])) continue;
        notes.add("spellings of NULL were taken as empty", `${names[i]} ${fields[i]}`);
        fields[i] = "";
      }
      if (lastSeen > 0 && before.every((field, i) => field === fields[i])) {
        rows.note(row, "rows have the same in all columns that are read as the row before");
      }
      lastSeen = row;
      rows.see(fields);
      const answer = onRow(fields, row);
      if (typeof answer !== "object") return answer;
      rows.leaveOut(row, answer);
      return undefined;
    },
    onBadRow: onBadRow && ((problem, row, wrong) => {
      rows.bad(row, wrong, row === lastSeen);
      onBadRow(problem);
    }),
    finish(absent, unendedRow) {
      notes.at(undefined, 0);
      if (unendedRow !== undefined) rows.note(unendedRow, cutOff);
      rows.say(onLeftOut);
      const optional = columns.flatMap((column) =>
        typeof column === "object" && column.missing !== undefined ? column.name : []
      );
      const empty = rows.emptyColumns().filter((column) => optional.includes(column));
      onTable?.(rows.quality(absent ?? empty));
    },
  };
}

/** Reads a CSV table, see {@link countedRows}; throws and takes bad rows as `readCsv` does. */
export async function readRows(
  path: string,
  columns: readonly (string | CsvColumn)[],
  onRow: OnRow,
  how: RowsHow,
): Promise<void> {
  const table = path.replace(/^.*\//, "").replace(/\.csv(\.gz)?$/i, "");
  const rows = countedRows(table, columns, onRow, how);
  const { absent, lastRow, isEnded } = await readCsv(path, columns, rows.onRow, {
    ...how,
    onBadRow: rows.onBadRow,
  });
  rows.finish(absent, isEnded ? undefined : lastRow);
}
