/**
 * A map of codes that a user brings: a CSV file with the columns from, to and perhaps name.
 *
 * @module
 */
import { readCsv } from "../../../files/csv.ts";
import { codeProblem } from "../../reserved_names.ts";
import { splitCode } from "../code_systems.ts";
import type { CodeMap } from "./code_map.ts";

/** A map of a file. */
export interface MapFile {
  readonly map: CodeMap;
  /** Names of the codes that it maps to, as far as it has them. */
  readonly names: ReadonlyMap<string, string>;
  /** Codes for which the file has another row with another target, which is passed over. */
  readonly repeated: readonly string[];
}

/**
 * Reads a map of codes. It is for the code systems that stand in its column `from`; codes are matched
 * as they are written, with their system ("NDC//00093-7146").
 *
 * @param path a CSV file, plain or gzipped, with the columns from, to and perhaps name
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If it is not such a table, or has no rows; names file and row
 */
export async function readMapFile(path: string): Promise<MapFile> {
  const targets = new Map<string, string>();
  const names = new Map<string, string>();
  const repeated = new Set<string>();
  const columns = ["from", "to", { name: "name", missing: "" }];
  await readCsv(path, columns, (fields) => {
    const [from, to, name] = fields.map((field) => field.trim());
    if (from === "" || to === "") return `${from === "" ? "from" : "to"} is empty`;
    const problem = codeProblem(to);
    if (problem !== undefined) return `to is "${to}", which ${problem}`;
    const known = targets.get(from);
    if (known === undefined) targets.set(from, to);
    else if (known !== to) repeated.add(from);
    if (name !== "" && !names.has(to)) names.set(to, name);
  });
  if (targets.size === 0) throw new SyntaxError(`Cannot read "${path}": it has no rows`);
  const systems = new Set([...targets.keys()].map((code) => splitCode(code).prefix));
  const reached = new Set(targets.values());
  return {
    map: {
      by: `--map ${path.replace(/^.*\//, "")}`,
      of(code) {
        const to = targets.get(code);
        if (to !== undefined) return { code: to, description: names.get(to) };
        return systems.has(splitCode(code).prefix) && !reached.has(code) ? "unknown" : undefined;
      },
    },
    names,
    repeated: [...repeated],
  };
}
