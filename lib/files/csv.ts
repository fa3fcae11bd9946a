/**
 * Streams CSV files, plain or gzipped, in bounded memory. Fields are split by Papa Parse, block by
 * block; what is added here is where a bad row stands, and that reading can go on behind it.
 *
 * @module
 */
import papa from "papaparse";
import type { OnProgress } from "../progress.ts";
import { unreadable } from "./input.ts";

/**
 * Called with the sentence that says what is wrong with a row, its file and its number; the row is
 * then left out.
 */
export type OnBadRow = (problem: string) => void;

/** How {@link readCsv} goes about a file. */
export interface ReadCsvOptions {
  /** Leave out bad rows and report each here; without it the first bad row throws. */
  onBadRow?: OnBadRow;
  /** Told the bytes read so far. */
  onProgress?: OnProgress;
}

/** A block this long whose quotes do not pair is taken to hold a stray quote. */
const longestQuoted = 1 << 22;

function isBalanced(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) quotes++;
  return quotes % 2 === 0;
}

/** Blocks of whole rows: cut behind a line break outside quotes. */
async function* blocks(
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
  let rest = "";
  for await (const chunk of text) {
    rest += chunk;
    const end = rest.lastIndexOf("\n") + 1;
    if (rest.length < 1 << 18 || end === 0) continue;
    const block = rest.slice(0, end);
    if (!isBalanced(block) && block.length < longestQuoted) continue;
    rest = rest.slice(end);
    onBytes(bytes, size);
    yield block;
  }
  onBytes(bytes, size);
  if (rest !== "") yield rest;
}

/**
 * The rows of a block, with the problem of each that has one. A row with broken quotes ends at its
 * line break, so that a stray quote costs one row and not all that follow.
 */
function* rows(block: string): Generator<{ fields: string[]; problem?: string }> {
  for (let text = block; text !== "";) {
    const { data, errors } = papa.parse(text, { delimiter: "," });
    const broken = errors.find(({ type }) => type === "Quotes");
    const whole = broken === undefined ? data.length : broken.row ?? 0;
    for (let row = 0; row < whole; row++) {
      // the empty row that Papa Parse sees behind the last line break is none
      if (row < data.length - 1 || data[row].length > 1 || data[row][0] !== "") {
        yield { fields: data[row] };
      }
    }
    if (broken === undefined) return;
    yield { fields: [], problem: "its quotes do not pair" };
    const start = whole === 0
      ? 0
      : papa.parse(text, { delimiter: ",", preview: whole }).meta.cursor;
    const lineEnd = text.indexOf("\n", start);
    text = lineEnd === -1 ? "" : text.slice(lineEnd + 1);
  }
}

/**
 * Reads the named columns of a CSV file row by row. Columns may stand in any order among others;
 * blank lines are passed over. Rows are counted as in a spreadsheet, the header being row 1.
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

  function see(all: string[]): string | undefined | void {
    if (all.length !== width) return `it has ${all.length} fields, the header has ${width}`;
    for (let i = 0; i < places.length; i++) fields[i] = all[places[i]];
    return onRow(fields);
  }

  try {
    for await (const block of blocks(path, report)) {
      for (const { fields: all, problem } of rows(block)) {
        row++;
        if (all.length === 1 && all[0].trim() === "") continue;
        if (width === 0) {
          places = columns.map((column) => all.findIndex((name) => name.trim() === column));
          const missing = places.indexOf(-1);
          if (missing !== -1) {
            throw new SyntaxError(
              `Cannot read "${path}": it has no column ${columns[missing]}, ` +
                `its columns are ${all.join(", ").slice(0, 200)}`,
            );
          }
          width = all.length;
          continue;
        }
        const wrong = problem ?? see(all);
        if (typeof wrong !== "string") continue;
        const sentence = `Cannot read "${path}" row ${row}: ${wrong}`;
        if (onBadRow === undefined) throw new SyntaxError(sentence);
        onBadRow(sentence);
      }
    }
  } catch (error) {
    if (error instanceof TypeError && path.endsWith(".gz")) {
      throw new SyntaxError(
        `Cannot read "${path}": the gzip data is cut off or damaged behind row ${row}`,
        { cause: error },
      );
    }
    throw unreadable(path, error);
  }
  if (width === 0) {
    throw new SyntaxError(`Cannot read "${path}": it is empty, wanted a header and rows`);
  }
}

/**
 * Where a table lies in a folder: NAME.csv or NAME.csv.gz.
 *
 * @throws {Deno.errors.NotFound} If the folder holds neither, or is none
 */
export async function csvPath(folder: string, name: string): Promise<string> {
  for (const path of [`${folder}/${name}.csv`, `${folder}/${name}.csv.gz`]) {
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
        throw error;
      }
    }
  }
  const isFolder = await Deno.stat(folder).then((found) => found.isDirectory, () => false);
  throw new Deno.errors.NotFound(
    isFolder
      ? `Cannot read "${folder}": it holds no ${name}.csv or ${name}.csv.gz`
      : `Cannot read "${folder}": no such folder`,
  );
}
