/**
 * Reads a wide CSV table: a row is a patient, or a visit of one, and each column a code. What a
 * column is follows from all its fields:
 *
 * - 0 and 1, or yes and no: a code that a row has or not
 * - numbers, if at least half of the fields that are not empty are: a code with a value
 * - words: a code for each answer ("smoker//former"); with more than {@link mostAnswers} different ones
 *   it is free text and left out
 *
 * A row without any of them is a visit without codes.
 *
 * The file is read twice, so that its rows are never held.
 *
 * @module
 */
import { csvColumns, type CsvRole, type CsvTable } from "./columns.ts";
import { mostAnswers } from "../answers_in_words.ts";
import { detached } from "../detached.ts";
import { isMissing, numberIn } from "../field_text.ts";
import { Notes } from "../notes.ts";
import { readRows } from "../rows.ts";

const roles: readonly CsvRole[] = ["subject", "time", "visit", "sex", "birth", "race"];

const yes = /^(1(\.0+)?|true|yes|y)$/i;
const no = /^(0(\.0+)?|false|no|n)$/i;

type Kind = "flag" | "number" | "answer" | "text" | "empty";

/** What the fields of a column were. */
class Seen {
  private flags = 0;
  private numbers = 0;
  private filled = 0;
  private readonly answers = new Set<string>();

  add(text: string): void {
    if (isMissing(text)) return;
    this.filled++;
    if (yes.test(text) || no.test(text)) this.flags++;
    if (!Number.isNaN(numberIn(text))) this.numbers++;
    else if (this.answers.size <= mostAnswers && !this.answers.has(text)) {
      this.answers.add(detached(text));
    }
  }

  get kind(): Kind {
    if (this.filled === 0) return "empty";
    if (this.flags === this.filled) return "flag";
    if (2 * this.numbers >= this.filled) return "number";
    return this.answers.size <= mostAnswers ? "answer" : "text";
  }
}

/** The columns that are codes: all that say nothing else. */
function codeColumns({ header, named, path }: CsvTable): string[] {
  const others = new Set(roles.map((role) => (named[role] ?? role).toLowerCase()));
  const codes = header.filter((name) => name !== "" && !others.has(name.toLowerCase()));
  if (codes.length > 0) return codes;
  throw new SyntaxError(
    `Cannot read "${path}": it has no column for a code; its columns are ${header.join(", ")}`,
  );
}

async function kindsOf(source: CsvTable, codes: readonly string[]): Promise<Kind[]> {
  const seen = codes.map(() => new Seen());
  const { onBadRow, onTable: _, ...how } = source.how; // rows are reported by the second reading
  await readRows(source.path, codes, (fields) => {
    for (let i = 0; i < seen.length; i++) seen[i].add(fields[i]);
    return undefined;
  }, { ...how, notes: new Notes(), onBadRow: onBadRow && (() => {}) });
  return seen.map(({ kind }) => kind);
}

/** Says what columns were taken for. */
function sayKinds(codes: readonly string[], kinds: readonly Kind[], { how }: CsvTable): void {
  const of = (kind: Kind) => codes.filter((_, i) => kinds[i] === kind);
  const shown = (columns: readonly string[]) =>
    `${columns.slice(0, 5).join(", ")}${columns.length > 5 ? ", …" : ""}`;
  const words = { flag: "there or not", number: "a measured value", answer: "answers in words" };
  for (const kind of ["flag", "number", "answer"] as const) {
    const columns = of(kind);
    if (columns.length === 0) continue;
    how.onNote?.(`${columns.length} columns were taken as ${words[kind]}: ${shown(columns)}`);
  }
  for (const column of of("text")) {
    how.onLeftOut?.(`the column ${column}: it has more than ${mostAnswers} different answers`);
  }
  for (const column of of("empty")) how.onLeftOut?.(`the column ${column}: it is empty`);
}

/** Adds the events of a wide table. */
export async function readWideRows(source: CsvTable): Promise<void> {
  const { path, named, table, visits, how } = source;
  const codes = codeColumns(source);
  const kinds = await kindsOf(source, codes);
  sayKinds(codes, kinds, source);
  if (kinds.includes("number")) table.expectValues();
  const columns = [...csvColumns(roles, named, ["subject"]), ...codes];
  await readRows(path, columns, (fields) => {
    const [subject, time, visit, sex, birth, race] = fields;
    const found: { readonly code: number; readonly value: number }[] = [];
    for (const [i, column] of codes.entries()) {
      const text = fields[roles.length + i];
      const kind = kinds[i];
      if (isMissing(text) || kind === "text") continue;
      if (kind === "flag" && no.test(text)) continue;
      const value = kind === "number" ? numberIn(text) : NaN;
      if (kind === "number" && Number.isNaN(value)) {
        return `${column} is "${text}", must be a number such as 6.5, as most of the column`;
      }
      const name = kind === "answer" ? `${column}//${text}` : column;
      const code = table.codes.index(name, kind === "answer" ? `${column}: ${text}` : column);
      if (typeof code === "string") return code;
      found.push({ code, value });
    }
    const moment = visits.momentOf({ subject, time, visit, sex, birth, race });
    if (typeof moment === "string") return moment;
    table.visit(moment);
    for (const event of found) table.event({ ...moment, ...event });
    return undefined;
  }, how);
}
