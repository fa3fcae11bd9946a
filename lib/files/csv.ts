/**
 * Streams CSV files (RFC 4180), plain or gzipped, in bounded memory and in time proportional to
 * their length, whatever is in them; says which row is bad, and can continue after it.
 *
 * @module
 */
import type { OnProgress } from "../progress.ts";
import { found, unreadable } from "./input.ts";

/**
 * Called with a sentence that names a bad row, its file and what is wrong with it; the row is then
 * left out.
 */
export type OnBadRow = (problem: string) => void;

/** How {@link readCsv} reads a file. */
export interface ReadCsvOptions {
  /** Leave out bad rows and report each here; without it the first bad row throws. */
  onBadRow?: OnBadRow | undefined;
  /** Called with the number of bytes read so far. */
  onProgress?: OnProgress | undefined;
}

/** A block of this length whose quotes do not pair is assumed to have a stray quote. */
const longestQuoted = 1 << 22;
/** Characters that are looked at together. */
const longestPiece = 1 << 18;
/** Largest number of characters in a row of a table; it bounds the memory. */
const longestRow = 16_000_000;

/** Whether quotes pair: within a row that continues after a line break they do not. */
function isBalanced(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) quotes++;
  return quotes % 2 === 0;
}

/** A file's text in pieces: gzip gives a thousand times what it reads, at once. */
async function* pieces(
  path: string,
  onBytes: (done: number, total: number) => void,
): AsyncGenerator<string> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  let bytes = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.length;
      controller.enqueue(chunk);
    },
  });
  const plain = file.readable.pipeThrough(counted);
  const text = (path.endsWith(".gz") ? plain.pipeThrough(new DecompressionStream("gzip")) : plain)
    .pipeThrough(new TextDecoderStream());
  let isOldMac: boolean | undefined; // whose lines end in "\r" alone
  for await (const part of text) {
    isOldMac ??= part.includes("\r") && !part.includes("\n");
    const chunk = isOldMac ? part.replaceAll("\r", "\n") : part;
    for (let from = 0; from < chunk.length; from += longestPiece) {
      yield chunk.slice(from, from + longestPiece);
    }
    onBytes(bytes, size);
  }
}

/**
 * Blocks of whole rows, cut behind a line break outside quotes; null for a row that is too long.
 */
async function* blocks(texts: AsyncIterable<string>): AsyncGenerator<string | null> {
  let lines = ""; // whole lines, whose quotes pair or not
  let isPaired = true;
  let line = ""; // the beginning of the next one
  for await (const text of texts) {
    const end = text.lastIndexOf("\n") + 1;
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

/** The fields of a row, line breaks only in quotes; undefined where its quotes do not pair. */
function fieldsOf(row: string): string[] | undefined {
  if (!row.includes('"')) return row.split(",");
  const fields: string[] = [];
  for (let at = 0;;) {
    let close = at - 1;
    if (row[at] === '"') {
      close = row.indexOf('"', at + 1);
      while (close !== -1 && row[close + 1] === '"') close = row.indexOf('"', close + 2);
      if (close === -1) return undefined;
    }
    const comma = row.indexOf(",", close + 1);
    const end = comma === -1 ? row.length : comma;
    const bare = row.slice(close + 1, end);
    const isQuoted = close > at;
    if (bare.includes("\n") || isQuoted && bare.trim() !== "") return undefined;
    fields.push(isQuoted ? row.slice(at + 1, close).replaceAll('""', '"') : bare);
    if (comma === -1) return fields;
    at = comma + 1;
  }
}

/** Where the line that begins at `at` ends. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/**
 * The fields of a text's rows; undefined for a row whose quotes do not pair. A row ends with the
 * first line up to which they do; if that makes no row of it, it is its first line alone, so that a
 * stray quote costs one row and not all that follow. Each line is so looked at twice at most.
 */
function* rows(text: string): Generator<string[] | undefined> {
  const row = (from: number, to: number) => fieldsOf(text.slice(from, to).replace(/\r$/, ""));
  let at = 0;
  while (at < text.length) {
    let end = lineEnd(text, at);
    let fields = row(at, end);
    if (fields === undefined && !isBalanced(text.slice(at, end))) {
      let begin: number;
      let last = end;
      do {
        begin = last + 1;
        last = lineEnd(text, begin);
      } while (last < text.length && isBalanced(text.slice(begin, last)));
      fields = row(at, last);
      if (fields !== undefined) end = last;
    }
    yield fields;
    at = end + 1;
  }
}

/** Where each of the columns stands in a header. */
function placesIn(header: readonly string[], columns: readonly string[], path: string): number[] {
  return columns.map((column) => {
    const place = header.findIndex((name) => name.trim() === column);
    if (place !== -1) return place;
    throw new SyntaxError(
      `Cannot read "${path}": it has no column ${column}; ` +
        `its columns are ${header.join(", ").slice(0, 200)}`,
    );
  });
}

/**
 * Reads the named columns of a CSV file row by row. Columns may be in any order, among others;
 * blank lines are skipped. Rows are counted as in a spreadsheet: the header is row 1.
 *
 * @param path ends in ".gz" when gzipped
 * @param columns names as in the header
 * @param onRow gets the fields in the order of `columns`; returns what is wrong with the row, if
 *   anything is ("START is …, must be …"). The list of fields is reused for the next row
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If the file is empty, lacks a column, is damaged or has a bad row
 */
export async function readCsv(
  path: string,
  columns: readonly string[],
  onRow: (fields: readonly string[]) => string | undefined | void,
  { onBadRow, onProgress }: ReadCsvOptions = {},
): Promise<void> {
  let width = 0;
  let places: number[] = [];
  let row = 0;
  const fields: string[] = new Array(columns.length);
  const stage = `reading ${path.replace(/^.*\//, "")}`;
  const report = (done: number, total: number) => onProgress?.({ stage, done, total });

  function see(all: readonly string[]): string | undefined | void {
    if (all.length !== width) return `it has ${all.length} fields, the header has ${width}`;
    for (let i = 0; i < places.length; i++) fields[i] = all[places[i]];
    return onRow(fields);
  }

  try {
    for await (const block of blocks(pieces(path, report))) {
      if (block === null) {
        throw new SyntaxError(
          `Cannot read "${path}" row ${row + 1}: it is longer than ${longestRow / 1e6} million ` +
            "characters; is this a table with one line per row?",
        );
      }
      for (const all of rows(block)) {
        row++;
        if (all?.length === 1 && all[0].trim() === "") continue;
        if (width === 0 && all !== undefined) {
          places = placesIn(all, columns, path);
          width = all.length;
          continue;
        }
        const wrong = all === undefined ? "its quotes do not pair" : see(all);
        if (typeof wrong !== "string") continue;
        const sentence = `Cannot read "${path}" row ${row}: ${wrong}`;
        if (onBadRow === undefined) throw new SyntaxError(sentence);
        onBadRow(sentence);
      }
    }
  } catch (error) {
    if (error instanceof TypeError && path.endsWith(".gz")) {
      throw new SyntaxError(
        `Cannot read "${path}": the gzip data is truncated or damaged after row ${row}`,
        { cause: error },
      );
    }
    throw unreadable(path, error);
  }
  if (width === 0) {
    throw new SyntaxError(`Cannot read "${path}": it is empty, must have a header and rows`);
  }
}

/**
 * Path of a table in a folder: NAME.csv or NAME.csv.gz.
 *
 * @throws {Deno.errors.NotFound} If the folder has neither, or is not a folder
 */
export async function csvPath(folder: string, name: string): Promise<string> {
  for (const path of [`${folder}/${name}.csv`, `${folder}/${name}.csv.gz`]) {
    if ((await found(path))?.isFile) return path;
  }
  const isFolder = (await found(folder))?.isDirectory;
  throw new Deno.errors.NotFound(
    isFolder
      ? `Cannot read "${folder}": it has no ${name}.csv or ${name}.csv.gz`
      : `Cannot read "${folder}": no such folder`,
  );
}
