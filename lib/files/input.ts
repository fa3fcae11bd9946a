/** Says which input failed where the system says only why; other errors stay as they are. */
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

/** A file's text in UTF-8; throws as {@link readBytes} does. */
export async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path));
}

/** Most bytes of a file of settings, rules or names: a vocabulary of 500,000 codes has as many. */
const mostBytes = 64_000_000;

/**
 * The text of a file that people write or that says how something was made, which is never large.
 *
 * @throws {RangeError} If it has more than 64 MB, before any is read
 * @throws {Error} As {@link readBytes}
 */
export async function readSmallText(path: string): Promise<string> {
  const { size } = await found(path) ?? { size: 0 };
  if (size > mostBytes) {
    const megabytes = (size / 1e6).toFixed(0);
    throw new RangeError(`Cannot read "${path}": it has ${megabytes} MB, must be at most 64 MB`);
  }
  return await readText(path);
}

/** What a small JSON file holds; throws as {@link readSmallText} and {@link parsedJson} do. */
export async function readJson(path: string): Promise<unknown> {
  return parsedJson(await readSmallText(path), path);
}

/**
 * What is at a path, links followed; undefined where nothing is.
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

/** How deep JSON may be nested: each level costs the parser 54 bytes, so that 100 MB of "[" take 5 GB. */
const deepest = 100;

function checkDepth(text: string, path: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "[" || sign === "{") depth++;
    else if (sign === "]" || sign === "}") depth--;
    else if (sign === '"') at = endOfText(text, at);
    if (at < 0) return; // a text without an end: no JSON
    if (depth > deepest) {
      throw new SyntaxError(
        `Cannot read "${path}" as JSON: lists and objects stand ${depth} deep in each other, ` +
          `must be at most ${deepest}`,
      );
    }
  }
}

/**
 * What a JSON text holds.
 *
 * @param path the file's name, for the error message
 * @throws {SyntaxError} If the text is no JSON, is nested more than 100 deep, or an object in it has
 * two values of one name; names the file and the place
 */
export function parsedJson(text: string, path: string): unknown {
  checkDepth(text, path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, " ");
    throw new SyntaxError(`Cannot read "${path}" as JSON: ${reason}`);
  }
  rootNames(text, path);
  return value;
}

/**
 * The names in the object that a JSON text holds, in the order of the text: an object in memory puts
 * those that are numbers first, and of a name that comes twice it keeps the last value.
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
        `Cannot read "${path}" line ${line}: "${name}" is there already, each name must come once`,
      );
    }
    names.add(name);
  }
  return [...root ?? []];
}

/** Where the text ends in JSON that begins with a quote at `begin`; -1 where it has no end. */
function endOfText(json: string, begin: number): number {
  let end = begin;
  let backslashes: number;
  do {
    end = json.indexOf('"', end + 1);
    backslashes = 0;
    while (json[end - 1 - backslashes] === "\\") backslashes++;
  } while (backslashes % 2 === 1);
  return end;
}

/** Whether a value is an object with names, neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
