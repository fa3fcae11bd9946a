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

/**
 * What a JSON text holds.
 *
 * @param path the file's name, for the error message
 * @throws {SyntaxError} If the text is no JSON; names the file and the place
 */
export function parsedJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, " ");
    throw new SyntaxError(`Cannot read "${path}" as JSON: ${reason}`);
  }
}

/** Whether a value is an object with names, neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
