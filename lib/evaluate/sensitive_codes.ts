/**
 * Codes that a user names as sensitive: which they are, and whether they exist.
 *
 * @module
 */
import type { Vocabulary } from "../cohort/vocabulary.ts";
import { readText } from "../files/input.ts";
import { nearestName } from "../nearest_name.ts";

/**
 * Makes sure that a cohort knows sensitive codes.
 *
 * @example A typing error
 * ```ts
 * import { checkSensitive, vocabulary } from "ehrloom";
 * import { assertThrows } from "@std/assert";
 *
 * const known = vocabulary(["ICD10CM//B20", "ICD10CM//I10"]);
 * checkSensitive(["ICD10CM//B20"], known);
 * assertThrows(
 *   () => checkSensitive(["ICD10CM//B2O"], known),
 *   RangeError,
 *   'no sensitive code "ICD10CM//B2O"; did you mean ICD10CM//B20?',
 * );
 * ```
 *
 * @param sensitive codes by name
 * @param vocabulary of the real cohort
 * @throws {RangeError} If it does not have all of them; names each that is missing, in one line, with the
 *   nearest name there is
 */
export function checkSensitive(sensitive: readonly string[], vocabulary: Vocabulary): void {
  const unknown = sensitive.filter((name) => !vocabulary.indexOf.has(name));
  if (unknown.length === 0) return;
  const named = unknown.map((name) => {
    const meant = nearestName(name, vocabulary.codes);
    return `"${name}"` + (meant === undefined ? "" : `; did you mean ${meant}?`);
  });
  throw new RangeError(
    `Cannot evaluate: the real cohort has no sensitive code ${named.join(" and no ")}`,
  );
}

/**
 * The names of codes in a text file, one a line; empty lines are left out.
 *
 * @example
 * ```ts
 * import { readCodeNames } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "ICD10CM//B20\nICD10CM//F11.20\n");
 * assertEquals(await readCodeNames(path), ["ICD10CM//B20", "ICD10CM//F11.20"]);
 * ```
 *
 * @throws {SyntaxError} If it is not UTF-8, or has no codes; names the file
 */
export async function readCodeNames(path: string): Promise<string[]> {
  const lines = (await readText(path)).split(/\r?\n/).map((line) => line.trim());
  const names = lines.filter((line) => line !== "");
  if (names.length > 0) return names;
  throw new SyntaxError(`Cannot read "${path}": it has no codes; write one on each line`);
}
