/**
 * What became of the rows of one table of a source.
 *
 * @module
 */
import { list, object, type Schema, text, whole } from "../../files/checked_json.ts";

/** Rows of a table that have something in common. */
export interface RowsWhy {
  /** What they have in common, in words; of bad rows, what is said of the first of them. */
  readonly why: string;
  /** How many there are. */
  readonly count: number;
  /** The numbers of the first of them, as in a spreadsheet: the header is row 1. */
  readonly rows: readonly number[];
}

/** How often a column has something in it. */
export interface ColumnFilled {
  /** Its name. */
  readonly column: string;
  /** Rows in which it is neither empty nor a spelling of NULL. */
  readonly rows: number;
}

/** What became of the rows of a table. */
export interface TableQuality {
  /** Its name: that of the file in small letters, without ".csv". */
  readonly table: string;
  /** Rows that were read. */
  readonly rows: number;
  /** Rows that were used: all but those that are left out or bad. */
  readonly used: number;
  /** Rows that were left out, by reason. */
  readonly left_out: readonly RowsWhy[];
  /** Malformed rows that were skipped, by what is wrong with them. */
  readonly bad: readonly RowsWhy[];
  /** Rows that were used although there is something to say of them. */
  readonly noted: readonly RowsWhy[];
  /** The columns that were read, as far as the table has them. */
  readonly columns: readonly ColumnFilled[];
}

const rowsWhy = object({ why: text, count: whole(1), rows: list(whole(1)) });

/** The schema of a table in `quality.json`. */
export const tableQualitySchema: Schema<TableQuality> = object({
  table: text,
  rows: whole(0),
  used: whole(0),
  left_out: list(rowsWhy),
  bad: list(rowsWhy),
  noted: list(rowsWhy),
  columns: list(object({ column: text, rows: whole(0) })),
});
