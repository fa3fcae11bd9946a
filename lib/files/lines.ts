/**
 * Reads text files line by line in bounded memory, or whole, plain or gzipped; says which line is
 * bad, and can continue after it.
 *
 * @module
 */
import type { OnProgress } from "../progress.ts";
import type { OnBadRow } from "./csv.ts";
import { noText, textPieces, unreadableText } from "./text_stream.ts";

/** How a file is read. */
export interface ReadLinesOptions {
  /** Leave out bad lines and report each here; without it the first bad line throws. */
  readonly onBadRow?: OnBadRow | undefined;
  /** Called with the number of bytes read so far. */
  readonly onProgress?: OnProgress | undefined;
}

/** Largest number of characters in a line; it bounds the memory. */
const longestLine = 64_000_000;
/** Largest number of characters in a file that is read whole, which one text can hold. */
const longestWhole = 400_000_000;

const notUtf8 = "it is no UTF-8; save the file as UTF-8";

function pieces(path: string, { onProgress }: ReadLinesOptions): AsyncGenerator<string> {
  const stage = `reading ${path.replace(/^.*\//, "")}`;
  const onBytes = (done: number, total: number) => onProgress?.({ stage, done, total });
  return textPieces(path, { encoding: "utf-8", onBytes });
}

/**
 * Reads a file in UTF-8 line by line; lines end in "\n" or "\r\n", and blank ones are passed over.
 *
 * @param path plain or gzipped
 * @param onLine gets a line and its number, from 1; returns what is wrong with it, if anything is
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If the file is damaged or has a bad line; names both
 */
export async function readLines(
  path: string,
  onLine: (line: string, number: number) => string | undefined,
  how: ReadLinesOptions = {},
): Promise<void> {
  let number = 0;
  function see(line: string): void {
    number++;
    if (line.trim() === "") return;
    const wrong = line.includes(noText) ? notUtf8 : onLine(line, number);
    if (wrong === undefined) return;
    const sentence = `Cannot read "${path}" line ${number}: ${wrong}`;
    if (how.onBadRow === undefined) throw new SyntaxError(sentence);
    how.onBadRow(sentence);
  }
  try {
    let begun = "";
    for await (const text of pieces(path, how)) {
      begun += text;
      if (begun.length > longestLine + text.length) {
        throw new SyntaxError(
          `Cannot read "${path}" line ${number + 1}: it is longer than ` +
            `${longestLine / 1e6} million characters; does the file have one object a line?`,
        );
      }
      if (!text.includes("\n")) continue;
      const lines = begun.split("\n");
      begun = lines.pop() ?? "";
      lines.forEach(see);
    }
    if (begun !== "") see(begun);
  } catch (error) {
    throw unreadableText(path, error, ` after line ${number}`);
  }
}

/**
 * The whole text of a file in UTF-8.
 *
 * @param path plain or gzipped
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If the file is damaged, is no UTF-8, or has more than 400 million characters
 */
export async function readWhole(path: string, how: ReadLinesOptions = {}): Promise<string> {
  let whole = "";
  try {
    for await (const text of pieces(path, how)) {
      whole += text;
      if (whole.length > longestWhole) {
        throw new SyntaxError(
          `Cannot read "${path}": it has more than ${longestWhole / 1e6} million characters, ` +
            "too many for one object; divide it into several files",
        );
      }
    }
  } catch (error) {
    throw unreadableText(path, error);
  }
  if (whole.includes(noText)) throw new SyntaxError(`Cannot read "${path}": ${notUtf8}`);
  return whole;
}
