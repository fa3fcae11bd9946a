import { precisionOf } from "../time.ts";
import type { OnSaid } from "./on_said.ts";
import type { TableRows } from "./table_rows.ts";

/** Counts what was read otherwise than it is written, so that each kind is said once. */
export class Notes {
  private readonly kinds = new Map<
    string,
    { count: number; readonly example: string; readonly isOfRows: boolean }
  >();
  private row = 0;

  /** The table of which a row is being read, whose notes have numbers of rows. */
  table: TableRows | undefined;

  /** Says which row is being read; undefined after the last one of a table. */
  at(table: TableRows | undefined, row: number): void {
    this.table = table;
    this.row = row;
  }

  /**
   * Counts one.
   *
   * @param kind what follows the number in a sentence
   * @param example shown if it is the first of its kind
   * @param options.isOfRows whether a table counts the rows of this kind too; default: it does where
   *   its rows are being read
   */
  add(kind: string, example: string, { isOfRows = this.table !== undefined } = {}): void {
    const known = this.kinds.get(kind);
    if (known !== undefined) known.count++;
    else this.kinds.set(kind, { count: 1, example, isOfRows });
    this.mark(kind);
  }

  /** Counts one among the rows of its table, without a sentence of its own. */
  mark(kind: string): void {
    this.table?.note(this.row, kind);
  }

  /** Says how often each kind was. */
  say(onSaid?: OnSaid): void {
    for (const [kind, { count, example, isOfRows }] of this.kinds) {
      onSaid?.(`${count} ${kind} (first: ${example})`, { isOfRows });
    }
  }
}

/** Counts a time that is not an instant. */
export function noteTime(notes: Notes, column: string, text: string): void {
  const precision = precisionOf(text);
  if (precision === "instant") return;
  const kind = precision === "day"
    ? "days without a time of day were taken as midnight UTC"
    : "times without a time zone were taken as UTC";
  notes.add(kind, `${column} ${text}`);
}
