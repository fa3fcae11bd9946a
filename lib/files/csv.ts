/**
 * Streams CSV files (RFC 4180), plain or gzipped, in bounded memory and in time proportional to
 * their length, whatever is in them; says which row is bad, and can continue after it.
 *
 * @module
 */
import type { OnProgress } from "../progress.ts";
import { nearestName } from "../nearest_name.ts";
import { encodingName, otherEncoding } from "./encoding.ts";
import { found } from "./input.ts";
import { noText, textPieces, unreadableText } from "./text_stream.ts";

/**
 * Called with a sentence that names a bad row, its file and what is wrong with it; the row is then
 * left out.
 */
export type OnBadRow = (problem: string) => void;

/** A column that files of other versions name differently, or do not have. */
export interface CsvColumn {
  /** As in the header. */
  readonly name: string;
  /** Its name in older files. */
  readonly older?: string | undefined;
  /** The value in every row if there is no such column; without it such a file is refused. */
  readonly missing?: string | undefined;
}

/** How {@link readCsv} reads a file. */
export interface ReadCsvOptions {
  /**
   * Leave out bad rows and report each here, also with its number and what is wrong with it; without
   * it the first bad row throws.
   */
  onBadRow?: ((problem: string, row: number, wrong: string) => void) | undefined;
  /** Called with the number of bytes read so far. */
  onProgress?: OnProgress | undefined;
  /** The file's encoding, by a name that `TextDecoder` knows, such as "latin1"; default "utf-8". */
  encoding?: string | undefined;
  /** The character between fields; default a comma. */
  delimiter?: string | undefined;
  /** Whether a field may stand in quotes; default true. Without, they are characters like others. */
  hasQuotes?: boolean | undefined;
}

/** What {@link readCsv} saw of a file. */
export interface CsvSeen {
  /** Columns that were asked for and that it does not have. */
  readonly absent: readonly string[];
  /** Its last row; the header is row 1. */
  readonly lastRow: number;
  /** Whether a line break ends its last row; a file that was cut off has mostly none. */
  readonly isEnded: boolean;
}

/** A block of this length whose quotes do not pair is assumed to have a stray quote. */
const longestQuoted = 1 << 22;
/** Characters that are looked at together. */
const longestPiece = 1 << 18;
/** Largest number of characters in a row of a table; it bounds the memory. */
const longestRow = 16_000_000;

/** How a row is written. */
interface Form {
  readonly delimiter: string;
  readonly hasQuotes: boolean;
}

/** Whether quotes pair: within a row that continues after a line break they do not. */
function isBalanced(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) quotes++;
  return quotes % 2 === 0;
}

/** Behind the last line break of a text; a "\r" at its very end may be half of one. */
function behindLastBreak(text: string): number {
  const [cr, lf] = [text.slice(0, -1).lastIndexOf("\r"), text.lastIndexOf("\n")];
  return Math.max(cr, lf) + 1;
}

/**
 * Blocks of whole rows, cut behind a line break outside quotes; null for a row that is too long.
 */
async function* blocks(texts: AsyncIterable<string>): AsyncGenerator<string | null> {
  let lines = ""; // whole lines, whose quotes pair or not
  let isPaired = true;
  let line = ""; // the beginning of the next one
  for await (const text of texts) {
    const end = behindLastBreak(text);
    if (end > 0) {
      const more = line + text.slice(0, end);
      isPaired = isPaired === isBalanced(more);
      lines += more;
      line = "";
    }
    line += text.slice(end);
    if (line.length > longestRow) {
      yield lines;
      yield null;
      return;
    }
    if (lines.length < longestPiece || !isPaired && lines.length < longestQuoted) continue;
    yield lines;
    lines = "";
    isPaired = true;
  }
  yield lines + line;
}

/**
 * The fields of a row, line breaks only in quotes, spaces also around them; undefined where its
 * quotes do not pair.
 */
function fieldsOf(row: string, { delimiter, hasQuotes }: Form): string[] | undefined {
  if (!hasQuotes || !row.includes('"')) return row.split(delimiter);
  const fields: string[] = [];
  for (let at = 0;;) {
    let open = at;
    while (row[open] === " ") open++;
    const isQuoted = row[open] === '"';
    let close = at - 1;
    if (isQuoted) {
      close = row.indexOf('"', open + 1);
      while (close !== -1 && row[close + 1] === '"') close = row.indexOf('"', close + 2);
      if (close === -1) return undefined;
    }
    const next = row.indexOf(delimiter, close + 1);
    const end = next === -1 ? row.length : next;
    const bare = row.slice(close + 1, end);
    if (/[\r\n]/.test(bare) || isQuoted && bare.trim() !== "") return undefined;
    fields.push(isQuoted ? row.slice(open + 1, close).replaceAll('""', '"') : bare);
    if (next === -1) return fields;
    at = next + 1;
  }
}

/** Where each line of a text begins, and where the text ends; "\n", "\r\n" and "\r" end a line. */
function lineStarts(text: string): number[] {
  const starts = [0];
  let lf = text.indexOf("\n");
  let cr = text.indexOf("\r");
  while (lf !== -1 || cr !== -1) {
    const isLf = cr === -1 || lf !== -1 && lf < cr;
    const next = isLf || cr + 1 === lf ? lf + 1 : cr + 1;
    starts.push(next);
    if (lf !== -1 && lf < next) lf = text.indexOf("\n", next);
    if (cr !== -1 && cr < next) cr = text.indexOf("\r", next);
  }
  if (starts[starts.length - 1] < text.length) starts.push(text.length);
  return starts;
}

/**
 * The fields of a text's rows; undefined for a row whose quotes do not pair. A row ends with the
 * first line up to which they do; if that makes no row of it, it is its first line alone, so that a
 * stray quote costs one row and not all that follow. Each line is so looked at twice at most.
 */
function* rows(text: string, form: Form): Generator<string[] | undefined> {
  const starts = lineStarts(text);
  const lines = starts.length - 1;
  function row(line: number, next: number): string[] | undefined {
    let end = starts[next];
    if (end > starts[line] && text[end - 1] === "\n") end--;
    if (end > starts[line] && text[end - 1] === "\r") end--;
    return fieldsOf(text.slice(starts[line], end), form);
  }
  const isPaired = (line: number) => isBalanced(text.slice(starts[line], starts[line + 1]));
  let next: number;
  for (let line = 0; line < lines; line = next) {
    next = line + 1;
    let fields = row(line, next);
    if (fields === undefined && !isPaired(line)) {
      let last = line + 1;
      while (last < lines - 1 && isPaired(last)) last++;
      const behind = Math.min(last + 1, lines);
      fields = row(line, behind);
      if (fields !== undefined) next = behind;
    }
    yield fields;
  }
}

/**
 * Index of a column in a header, in capital or small letters if there is none as it is written; -1 for
 * a column that may be missing.
 *
 * @param table what messages call it, as in `Cannot read "person.csv"`
 * @throws {SyntaxError} If it lacks the column, or several could be meant
 */
export function placeIn(
  header: readonly string[],
  { name, older, missing }: CsvColumn,
  table: string,
): number {
  const names = header.map((one) => one.trim());
  const placesOf = (wanted: string, inCase: (text: string) => string) =>
    [...names.keys()].filter((place) => inCase(names[place]) === inCase(wanted));
  for (const wanted of older === undefined ? [name] : [name, older]) {
    const exact = placesOf(wanted, (text) => text);
    const places = exact.length > 0 ? exact : placesOf(wanted, (text) => text.toLowerCase());
    if (places.length === 1) return places[0];
    if (places.length > 1) {
      const found = places.map((place) => names[place]).join(" and ");
      throw new SyntaxError(
        `Cannot read ${table}: for ${wanted} it has the columns ${found}; rename or remove one`,
      );
    }
  }
  if (missing !== undefined) return -1;
  const shown = header.join(", ").slice(0, 200);
  const other = header.length > 1 ? undefined : separatorIn(shown);
  if (other !== undefined) {
    throw new SyntaxError(
      `Cannot read ${table}: ${other} separate its columns, where commas must; they are ` +
        shown.toWellFormed(),
    );
  }
  throw new SyntaxError(
    `Cannot read ${table}: ` +
      (shown.includes("\0")
        ? `it has NUL characters, as UTF-16 has, or is no text; ${otherEncoding("utf-16le")}`
        : `it has no column ${name}; ${meant(name, names)}its columns are ${shown.toWellFormed()}`),
  );
}

/** What separates the columns of a header that has no commas, in a word; undefined for nothing. */
function separatorIn(header: string): string | undefined {
  const names: Readonly<Record<string, string>> = {
    ";": "semicolons",
    "\t": "tabs",
    "|": "vertical bars",
  };
  return Object.keys(names).filter((each) => header.includes(each)).map((each) => names[each])[0];
}

function meant(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === undefined ? "" : `did you mean ${nearest.toWellFormed()}? `;
}

/** What is wrong with the first field that is not in the file's encoding, if there is one. */
function encodingProblem(
  fields: readonly string[],
  columns: readonly CsvColumn[],
  encoding: string,
): string | undefined {
  const wrong = fields.findIndex((field) => field.includes(noText));
  if (wrong === -1) return undefined;
  const shown = fields[wrong].slice(0, 40).toWellFormed();
  return `${columns[wrong].name} is "${shown}", which is not ${encoding.toUpperCase()}; ` +
    otherEncoding("windows-1252");
}

/**
 * Reads the named columns of a CSV file row by row. Columns may be in any order, among others, their
 * names in capital or small letters; blank lines are skipped. Rows are counted as in a spreadsheet:
 * the header is row 1. Lines may end in "\n", "\r\n" or "\r", also mixed.
 *
 * @param path plain or gzipped
 * @param columns names as in the header, or what to do where it may lack them
 * @param onRow gets the fields in the order of `columns`, and the number of the row; returns what is
 *   wrong with the row, if anything is ("START is …, must be …"). The list of fields is reused for the
 *   next row
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If the file is empty, lacks a column, is damaged, is UTF-16 by its byte order
 * mark without an `encoding`, or has a bad row; a row is bad also if a field that is read is not in the
 * file's encoding
 * @throws {RangeError} If no encoding has the name
 */
export async function readCsv(
  path: string,
  columns: readonly (string | CsvColumn)[],
  onRow: (fields: readonly string[], row: number) => string | undefined | void,
  { onBadRow, onProgress, encoding: label = "utf-8", delimiter = ",", hasQuotes = true }:
    ReadCsvOptions = {},
): Promise<CsvSeen> {
  const encoding = encodingName(label);
  const wanted = columns.map((column) => typeof column === "string" ? { name: column } : column);
  let header: readonly string[] = [];
  let places: number[] = [];
  let row = 0;
  let isEnded = true;
  const fields: string[] = new Array(columns.length);
  const stage = `reading ${path.replace(/^.*\//, "")}`;
  const onBytes = (done: number, total: number) => onProgress?.({ stage, done, total });

  function see(all: readonly string[], isText: boolean): string | undefined | void {
    if (all.length !== header.length) {
      return `it has ${all.length} fields, the header has ${header.length}`;
    }
    if (all[0] === header[0] && all.every((field, i) => field === header[i])) {
      return "it repeats the header";
    }
    for (let i = 0; i < places.length; i++) {
      fields[i] = places[i] === -1 ? wanted[i].missing ?? "" : all[places[i]];
    }
    return (isText ? undefined : encodingProblem(fields, wanted, encoding)) ??
      onRow(fields, row);
  }

  try {
    for await (const block of blocks(textPieces(path, { encoding, onBytes }))) {
      if (block === null) {
        throw new SyntaxError(
          `Cannot read "${path}" row ${row + 1}: it is longer than ${longestRow / 1e6} million ` +
            "characters; is this a table with one line per row?",
        );
      }
      const isText = !block.includes(noText);
      if (block !== "") isEnded = /[\r\n]$/.test(block);
      for (const all of rows(block, { delimiter, hasQuotes })) {
        row++;
        if (all?.length === 1 && all[0].trim() === "") continue;
        if (header.length === 0 && all !== undefined) {
          places = wanted.map((column) => placeIn(all, column, `"${path}"`));
          header = all;
          continue;
        }
        const wrong = all === undefined ? "its quotes do not pair" : see(all, isText);
        if (typeof wrong !== "string") continue;
        const sentence = `Cannot read "${path}" row ${row}: ${wrong}`;
        if (onBadRow === undefined) throw new SyntaxError(sentence);
        onBadRow(sentence, row, wrong);
      }
    }
  } catch (error) {
    throw unreadableText(path, error, ` after row ${row}`);
  }
  if (header.length === 0) {
    throw new SyntaxError(`Cannot read "${path}": it is empty, must have a header and rows`);
  }
  const absent = wanted.filter((_, i) => places[i] === -1).map(({ name }) => name);
  return { absent, lastRow: row, isEnded };
}

/** What separates the fields of a table: of those that make most columns of its header, the first. */
const delimiters = [",", ";", "\t"];

/** The first row of a CSV file. */
export interface CsvHeader {
  /** Names of the columns, without spaces around them. */
  readonly columns: readonly string[];
  readonly delimiter: string;
}

/**
 * The header of a CSV file, and which of comma, semicolon and tab separates its fields.
 *
 * @param options.delimiter instead of the one that makes most columns
 * @throws what {@link readCsv} throws for a file that is missing, empty or damaged
 */
export async function readCsvHeader(
  path: string,
  { encoding = "utf-8", delimiter }: Pick<ReadCsvOptions, "encoding" | "delimiter"> = {},
): Promise<CsvHeader> {
  const onBytes = () => {};
  try {
    for await (const block of blocks(textPieces(path, { encoding, onBytes }))) {
      const header = block === null ? undefined : headerIn(block, delimiter);
      if (header !== undefined) return header;
    }
  } catch (error) {
    throw unreadableText(path, error);
  }
  throw new SyntaxError(`Cannot read "${path}": it is empty, must have a header and rows`);
}

function headerIn(text: string, delimiter: string | undefined): CsvHeader | undefined {
  const headers = (delimiter === undefined ? delimiters : [delimiter]).map((each) => {
    const form = { delimiter: each, hasQuotes: true };
    const [fields = []] = rows(text, form).filter((row) => row?.join("").trim() !== "");
    return { columns: fields.map((name) => name.trim()), delimiter: each };
  });
  const [most] = headers.sort((a, b) => b.columns.length - a.columns.length);
  return most.columns.length > 0 ? most : undefined;
}

/** Path of a table in a folder, NAME.csv or NAME.csv.gz; undefined if the folder has neither. */
export async function findCsv(folder: string, name: string): Promise<string | undefined> {
  for (const path of [`${folder}/${name}.csv`, `${folder}/${name}.csv.gz`]) {
    if ((await found(path))?.isFile) return path;
  }
}

/**
 * Path of a table that a folder must have, see {@link findCsv}.
 *
 * @throws {Deno.errors.NotFound} If the folder has neither, or is not a folder
 */
export async function csvPath(folder: string, name: string): Promise<string> {
  const path = await findCsv(folder, name);
  if (path !== undefined) return path;
  await checkFolder(folder);
  throw new Deno.errors.NotFound(
    `Cannot read "${folder}": it has no ${name}.csv or ${name}.csv.gz`,
  );
}

/**
 * Makes sure that a path is a folder.
 *
 * @throws {Deno.errors.NotFound} If it is not
 */
export async function checkFolder(folder: string): Promise<void> {
  const there = await found(folder);
  if (there?.isDirectory === true) return;
  throw new Deno.errors.NotFound(
    `Cannot read "${folder}": ` +
      (there === undefined ? "no such folder" : "it is a file, must be the folder that holds it"),
  );
}
