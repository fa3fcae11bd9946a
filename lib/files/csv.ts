/**
 * Streams CSV files, plain or gzipped, in bounded memory. Fields are split by Papa Parse, block by
 * block; what is added here is where a bad row stands, and that reading can go on behind it.
 *
 * @module
 */
import papa from "papaparse";
import type { OnProgress } from "../progress.ts";
import { found, unreadable } from "./input.ts";

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
/** Characters that are looked at together. */
const longestPiece = 1 << 18;
/** Characters of a row beyond which its file is taken for no table, so that memory stays bounded. */
const longestRow = 16_000_000;

/** Whether quotes pair: within a row that goes on behind a line break they do not. */
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
  for await (const chunk of text) {
    for (let from = 0; from < chunk.length; from += longestPiece) {
      yield chunk.slice(from, from + longestPiece);
    }
    onBytes(bytes, size);
  }
}

/** Blocks of whole rows, cut behind a line break outside quotes; null for a row that is too long. */
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

/** Fields of one row, or what is wrong with it. */
interface Row {
  readonly fields: readonly string[];
  readonly problem?: string;
}

/** The rows of a text, or undefined where quotes do not pair. */
function rowsOf(text: string, newline?: "\n"): string[][] | undefined {
  const { data, errors } = papa.parse(text, { delimiter: ",", newline });
  if (errors.some(({ type }) => type === "Quotes")) return undefined;
  const last = data[data.length - 1];
  // the empty row that Papa Parse sees behind the last line break is none
  if (last?.length === 1 && last[0] === "") data.pop();
  return data;
}

/**
 * The rows of a block that holds a stray quote somewhere, line by line, so that it costs one row and
 * not all that follow. A line whose quotes do not pair is a row together with the lines up to the
 * next such line, or else a bad row. Each line is so looked at twice at most.
 */
function* rowsByLine(block: string): Generator<Row> {
  const lines = block.replace(/\n$/, "").split("\n");
  const odd = lines.flatMap((line, at) => isBalanced(line) ? [] : [at]);
  let nextOdd = 0;
  for (let at = 0; at < lines.length; at++) {
    let rows = rowsOf(lines[at].replace(/\r$/, ""), "\n");
    if (odd[nextOdd] === at) {
      nextOdd++;
      const end = odd[nextOdd];
      const whole = rows !== undefined || end === undefined
        ? undefined
        : rowsOf(lines.slice(at, end + 1).join("\n").replace(/\r$/, ""), "\n");
      if (whole?.length === 1) {
        rows = whole;
        nextOdd++;
        at = end;
      }
    }
    if (rows === undefined) yield { fields: [], problem: "its quotes do not pair" };
    else yield { fields: rows[0] ?? [""] };
  }
}

function* rows(block: string): Generator<Row> {
  const whole = rowsOf(block);
  if (whole === undefined) yield* rowsByLine(block);
  else for (const fields of whole) yield { fields };
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
            "characters, wanted a table with a line to each row",
        );
      }
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
    if ((await found(path))?.isFile) return path;
  }
  const isFolder = (await found(folder))?.isDirectory;
  throw new Deno.errors.NotFound(
    isFolder
      ? `Cannot read "${folder}": it holds no ${name}.csv or ${name}.csv.gz`
      : `Cannot read "${folder}": no such folder`,
  );
}
