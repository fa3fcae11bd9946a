/**
 * Labels from a phenotype-definition file: a record has a label when any of its visits has one of
 * the label's codes. The file is JSON, label → code system → codes:
 *
 * ```json
 * {
 *   "diabetes": { "SNOMED-CT": ["44054006"], "ICD10CM": ["E11*"] },
 *   "no_system": { "": ["C:44054006"] }
 * }
 * ```
 *
 * A code is looked up as SYSTEM//CODE, as the readers write codes; `*` at the end matches every
 * code with this beginning. The system "" is for vocabularies without systems: its codes are looked
 * up as they are.
 *
 * @module
 */
import { type Cohort, cohort } from "./cohort.ts";
import { codeSystemName } from "./codes/code_system_uris.ts";
import { isObject, parsedJson, readText, rootNames } from "../files/input.ts";
import { labelProblem } from "./reserved_names.ts";

/** A label and the codes that give it. */
export interface Phenotype {
  /** Name of the label. */
  readonly label: string;
  /** Codes as in a vocabulary ("SNOMED-CT//44054006"), or prefixes that end in `*`. */
  readonly codes: readonly string[];
}

function parseSystem(
  system: string,
  codes: unknown,
  fail: (problem: string) => never,
): string[] {
  if (!Array.isArray(codes)) {
    fail(`the codes of "${system}" are ${JSON.stringify(codes)}, must be a list of texts`);
  }
  if (codes.length === 0) fail(`the list of "${system}" is empty, must have at least one code`);
  return codes.map((code) => {
    if (typeof code !== "string" || code.trim() === "" || /\*./.test(code)) {
      fail(
        `the code ${JSON.stringify(code)} of "${system}" must be a text, ` +
          'such as "44054006", or "E11*" for a prefix',
      );
    }
    const name = codeSystemName(system.trim());
    return name === "" ? code.trim() : `${name}//${code.trim()}`;
  });
}

/**
 * The phenotypes in the text of a definition file.
 *
 * @example One label
 * ```ts
 * import { parsePhenotypes } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const text = '{ "diabetes": { "SNOMED-CT": ["44054006"], "ICD10CM": ["E11*"] } }';
 * assertEquals(parsePhenotypes(text, "phenotypes.json"), [
 *   { label: "diabetes", codes: ["SNOMED-CT//44054006", "ICD10CM//E11*"] },
 * ]);
 * ```
 *
 * @param text the JSON
 * @param path the file's name, for error messages
 * @returns in the order of the text
 * @throws {SyntaxError} If the text is not of this format, or has a label twice; names the label
 */
export function parsePhenotypes(text: string, path: string): Phenotype[] {
  const root = parsedJson(text, path);
  const shape = '{"LABEL": {"CODE SYSTEM": ["CODE", "PREFIX*"]}}';
  if (!isObject(root) || Object.keys(root).length === 0) {
    throw new SyntaxError(`Cannot read "${path}": it defines no label, must be ${shape}`);
  }
  return rootNames(text, path).map((label) => {
    const systems = root[label];
    const fail = (problem: string): never => {
      throw new SyntaxError(`Cannot read "${path}" label "${label}": ${problem}`);
    };
    if (label.trim() === "") fail("its name is empty");
    const problem = labelProblem(label);
    if (problem !== undefined) fail(`its name ${problem}`);
    if (!isObject(systems) || Object.keys(systems).length === 0) {
      fail(`it is ${JSON.stringify(systems)}, must be code systems with their codes: ${shape}`);
    }
    const codes = Object.entries(systems as Record<string, unknown>)
      .flatMap(([system, list]) => parseSystem(system, list, fail));
    return { label, codes };
  });
}

/**
 * Reads a phenotype-definition file.
 *
 * @param path the JSON file
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If the file is not of this format; names the label
 */
export async function readPhenotypes(path: string): Promise<Phenotype[]> {
  return parsePhenotypes(await readText(path), path);
}

/** Callbacks of {@link withLabels}. */
export interface WithLabelsOptions {
  /** Called for each code or prefix of a definition that no record has. */
  onUnmatched?: (label: string, code: string) => void;
}

/**
 * The cohort with the labels that the phenotypes define; its own labels are replaced.
 *
 * Codes that were trimmed before give no label: label first, then use {@link trimmed}.
 *
 * @param source codes and prefixes are matched with its vocabulary
 * @param phenotypes one for each label, in this order
 */
export function withLabels(
  source: Cohort,
  phenotypes: readonly Phenotype[],
  { onUnmatched }: WithLabelsOptions = {},
): Cohort {
  const { vocabulary, visitOffsets, codeOffsets, codes, recordCount } = source;
  const isUsed = new Uint8Array(vocabulary.codes.length);
  for (const code of codes) isUsed[code] = 1;
  const labelsOf: number[][] = vocabulary.codes.map(() => []);
  for (const [index, phenotype] of phenotypes.entries()) {
    for (const code of phenotype.codes) {
      const exact = vocabulary.indexOf.get(code);
      const matches = !code.endsWith("*")
        ? exact === undefined ? [] : [exact]
        : [...vocabulary.codes.keys()]
          .filter((other) => vocabulary.codes[other].startsWith(code.slice(0, -1)));
      for (const match of matches) labelsOf[match].push(index);
      if (!matches.some((match) => isUsed[match])) onUnmatched?.(phenotype.label, code);
    }
  }
  const labels = new Uint8Array(recordCount * phenotypes.length);
  for (let record = 0; record < recordCount; record++) {
    const end = codeOffsets[visitOffsets[record + 1]];
    for (let event = codeOffsets[visitOffsets[record]]; event < end; event++) {
      for (const label of labelsOf[codes[event]]) labels[record * phenotypes.length + label] = 1;
    }
  }
  return cohort({ ...source, labelNames: phenotypes.map(({ label }) => label), labels });
}
