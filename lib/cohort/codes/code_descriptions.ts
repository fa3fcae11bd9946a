/**
 * Codes and their descriptions from a cohort folder, a CSV file or JSON.
 *
 * @module
 */
import { readCsv } from "../../files/csv.ts";
import { readMedsNames } from "../meds/metadata.ts";
import { found, isObject, parsedJson, readText, rootNames } from "../../files/input.ts";
import { type Vocabulary, vocabulary } from "../vocabulary.ts";

/** Codes with their descriptions. */
export interface DescribedCodes {
  /** The description of a code without one is the code itself. */
  readonly vocabulary: Vocabulary;
  /** Names of the labels; a file has none. */
  readonly labelNames: readonly string[];
}

function fromJson(text: string, path: string): Map<string, string> {
  const root = parsedJson(text, path);
  if (!isObject(root)) {
    throw new SyntaxError(`Cannot read "${path}": it must be an object {code: description}`);
  }
  return new Map(
    rootNames(text, path).map((code) => {
      const description = root[code];
      if (typeof description === "string") return [code, description];
      if (description === null) return [code, ""];
      throw new SyntaxError(`Cannot read "${path}": the description of "${code}" must be a text`);
    }),
  );
}

async function fromCsv(path: string): Promise<Map<string, string>> {
  const descriptions = new Map<string, string>();
  await readCsv(path, ["code", "description"], ([written, description]) => {
    const code = written.trim();
    if (code === "") return "code is empty";
    if (descriptions.has(code)) return `code "${code}" appears twice`;
    descriptions.set(code, description);
  });
  return descriptions;
}

/**
 * Reads codes and descriptions.
 *
 * @param path a cohort folder, a JSON file `{"code": "description", ...}` or a CSV file (perhaps
 * gzipped) with the columns code and description
 * @throws {Deno.errors.NotFound} If there is no such file or folder
 * @throws {SyntaxError} If it is damaged, has no codes or a code twice; names file and row
 */
export async function readDescriptions(path: string): Promise<DescribedCodes> {
  if ((await found(path))?.isDirectory) return await readMedsNames(path);
  const descriptions = path.endsWith(".json")
    ? fromJson(await readText(path), path)
    : await fromCsv(path);
  if (descriptions.size === 0) throw new SyntaxError(`Cannot read "${path}": it has no codes`);
  const codes = [...descriptions.keys()];
  const texts = codes.map((code) => descriptions.get(code)?.trim() || code);
  return { vocabulary: vocabulary(codes, texts), labelNames: [] };
}

/** The codes without a description of their own. */
export function codesWithoutDescription({ codes, descriptions }: Vocabulary): string[] {
  return codes.filter((code, index) => descriptions[index] === code);
}
