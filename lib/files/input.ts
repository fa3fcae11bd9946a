import { messageOf } from "../in_words.ts";
import { markedEncoding } from "./encoding.ts";

/** Names the input that failed if the system says only why; other errors are unchanged. */
export function unreadable(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotFound) {
    return new Deno.errors.NotFound(`Cannot read "${path}": there is no such file`, {
      cause: error,
    });
  }
  if (!(error instanceof Error) || !/\(os error \d+\)/.test(error.message)) return error;
  const reason = error.message.replace(/ \(os error.*$/s, "");
  return new Error(`Cannot read "${path}": ${reason}`, { cause: error });
}

/**
 * A file's bytes.
 *
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {Error} If it cannot be read; names it and says why
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * A file's text in UTF-8, with a byte order mark or without; throws as {@link readBytes} does.
 *
 * @throws {SyntaxError} If it is not UTF-8; names the file and the line
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const marked = markedEncoding(bytes);
    throw new SyntaxError(
      `Cannot read "${path}"${marked === undefined ? ` line ${lineNotUtf8(bytes)}` : ""}: ` +
        `it is ${marked?.toUpperCase() ?? "no UTF-8"}; save it as UTF-8`,
    );
  }
}

/** The first line that is not UTF-8. */
function lineNotUtf8(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from) + 1;
    const bytesOfLine = bytes.subarray(from, end === 0 ? bytes.length : end);
    try {
      decoder.decode(bytesOfLine);
    } catch {
      break;
    }
    from += bytesOfLine.length;
  }
  return line;
}

/**
 * What is at a path, links followed; undefined if nothing is.
 *
 * @throws {Error} If that cannot be found out; names the path and says why
 */
export async function found(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw unreadable(path, error);
  }
}

/** Depth of nested lists that no file of records or settings reaches; it bounds the memory. */
const deepest = 100;

/** Whether lists and objects in a JSON text, valid or not, are nested too deep. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at >= 0 && at < json.length; at++) {
    const sign = json[at];
    if (sign === "{" || sign === "[") depth++;
    else if (sign === "}" || sign === "]") depth--;
    else if (sign === '"') {
      at = endOfText(json, at);
      if (at === -1) return false;
    }
    if (depth > deepest) return true;
  }
  return false;
}

/**
 * The value of a JSON text.
 *
 * @param path the file's name, for the error message
 * @throws {SyntaxError} If the text is not JSON, its lists are nested more than 100 deep, or an
 * object has two values of one name; names the file and the place
 */
export function parsedJson(text: string, path: string): unknown {
  if (isTooDeep(text)) {
    throw new SyntaxError(
      `Cannot read "${path}" as JSON: it has more than ${deepest} nested brackets`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = messageOf(error).replaceAll(/\s+/g, " ");
    throw new SyntaxError(`Cannot read "${path}" as JSON: ${reason}`);
  }
  rootNames(text, path);
  return value;
}

/**
 * The names in the object of a JSON text, in the order of the text: an object in memory puts names
 * that are numbers first, and keeps the last value of a name that appears twice.
 *
 * @param text valid JSON
 * @param path the file's name, for the error message
 * @throws {SyntaxError} If an object in the text has two values of one name; names it and its line
 */
export function rootNames(text: string, path: string): string[] {
  const list = new Set<string>();
  const open: Set<string>[] = []; // the names so far of each object around
  let root: Set<string> | undefined;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "{" || sign === "[") {
      open.push(sign === "{" ? new Set() : list);
      if (sign === "{") root ??= open[0];
    } else if (sign === "}" || sign === "]") open.pop();
    if (sign !== '"') continue;
    const begin = at;
    at = endOfText(text, begin);
    const next = /\s*:/y;
    next.lastIndex = at + 1;
    if (!next.test(text)) continue;
    const name: string = JSON.parse(text.slice(begin, at + 1));
    const names = open[open.length - 1];
    if (names.has(name)) {
      const line = text.slice(0, begin).split("\n").length;
      throw new SyntaxError(
        `Cannot read "${path}" line ${line}: "${name}" appears twice; each name must be unique`,
      );
    }
    names.add(name);
  }
  return [...root ?? []];
}

/** Where the text ends in JSON that begins with a quote at `begin`; -1 where it does not end. */
function endOfText(json: string, begin: number): number {
  let end = begin;
  let backslashes: number;
  do {
    end = json.indexOf('"', end + 1);
    if (end === -1) return end;
    backslashes = 0;
    while (json[end - 1 - backslashes] === "\\") backslashes++;
  } while (backslashes % 2 === 1);
  return end;
}

/** Whether a value is an object with names, neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
