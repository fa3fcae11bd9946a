/**
 * Counts what becomes of the rows of a table, with the numbers of the first rows of each kind.
 *
 * @module
 */
import type { RowsWhy, TableQuality } from "../quality/table_quality.ts";
import type { OnSaid } from "./on_said.ts";

/** Numbers of rows that are kept of each kind. */
const shownRows = 3;
/** Kinds that are told apart; a table of another format could have one a row. */
const mostKinds = 20;

/** Why a row is left out, in the words that follow "12 rows of TABLE": "without an admission". */
export interface LeftOut {
  readonly leftOut: string;
}

/** Rows by what they have in common. */
class Kinds {
  private readonly kinds = new Map<string, { why: string; count: number; rows: number[] }>();

  /** @param kind what is counted together; default `why` itself */
  add(row: number, why: string, kind: string = why): void {
    const isFull = this.kinds.size >= mostKinds && !this.kinds.has(kind);
    const key = isFull ? "" : kind;
    const known = this.kinds.get(key);
    if (known === undefined) {
      this.kinds.set(key, { why: isFull ? "other reasons" : why, count: 1, rows: [row] });
      return;
    }
    known.count++;
    if (known.rows.length < shownRows && known.rows.at(-1) !== row) known.rows.push(row);
  }

  get count(): number {
    return this.kinds.values().reduce((sum, { count }) => sum + count, 0);
  }

  list(): RowsWhy[] {
    return [...this.kinds.values()];
  }
}

/** The rows of a table, while they are read. */
export class TableRows {
  private readonly leftOutRows = new Kinds();
  private readonly badRows = new Kinds();
  private readonly notedRows = new Kinds();
  /** [columns] Rows in which it is filled. */
  private readonly filled: Float64Array;
  /** Rows that could be taken apart into columns. */
  private seen = 0;
  /** Bad rows that could not. */
  private unseen = 0;

  /** @param columns that are read */
  constructor(readonly name: string, private readonly columns: readonly string[]) {
    this.filled = new Float64Array(columns.length);
  }

  /** Counts a row, and which of its fields have something in them. */
  see(fields: readonly string[]): void {
    this.seen++;
    for (let i = 0; i < fields.length; i++) if (fields[i] !== "") this.filled[i]++;
  }

  leaveOut(row: number, { leftOut }: LeftOut): void {
    this.leftOutRows.add(row, leftOut);
  }

  /** @param isSeen whether {@link TableRows.see} had it */
  bad(row: number, wrong: string, isSeen: boolean): void {
    if (!isSeen) this.unseen++;
    this.badRows.add(row, wrong, wrong.replaceAll(/"[^"]*"/g, '""'));
  }

  note(row: number, kind: string): void {
    this.notedRows.add(row, kind);
  }

  /** Says how many rows were left out. */
  say(onLeftOut?: OnSaid): void {
    for (const { count, why } of this.leftOutRows.list()) {
      onLeftOut?.(`${count} rows of ${this.name} ${why}`, { isOfRows: true });
    }
  }

  /** The columns in which there is nothing. */
  emptyColumns(): string[] {
    return this.columns.filter((_, i) => this.filled[i] === 0);
  }

  /** @param absent columns that the table does not have */
  quality(absent: readonly string[]): TableQuality {
    const rows = this.seen + this.unseen;
    return {
      table: this.name,
      rows,
      used: rows - this.leftOutRows.count - this.badRows.count,
      left_out: this.leftOutRows.list(),
      bad: this.badRows.list(),
      noted: this.notedRows.list(),
      columns: this.columns.map((column, i) => ({ column, rows: this.filled[i] }))
        .filter(({ column }) => !absent.includes(column)),
    };
  }
}
