/**
 * Bins of measured values that a user gives, such as clinical ranges, instead of fitted ones.
 *
 * @module
 */
import { basename } from "node:path";
import type { Vocabulary } from "../../cohort/vocabulary.ts";
import { readCsv } from "../../files/csv.ts";

/** The bins of some measured codes. */
export interface GivenBins {
  /** Edges by code, as in the vocabulary: one more than there are bins. */
  readonly edges: ReadonlyMap<number, readonly number[]>;
  /** Where they come from, for the config of a run. */
  readonly source: string;
}

/** The bins of one code. */
export interface CodeBins {
  /** As in the vocabulary. */
  readonly code: string;
  /** The unit that its values must have; "" for any. */
  readonly unit: string;
  /** Ascending, at least two: bin i holds what is above limit i and up to limit i + 1. */
  readonly limits: readonly number[];
}

/**
 * The index of a code whose values have a unit, undefined if there is none. A description ends in the
 * unit; of a code with several, all units but the most frequent are in the name.
 */
function indexOf({ indexOf, descriptions }: Vocabulary, { code, unit }: CodeBins) {
  const index = indexOf.get(code);
  if (unit === "" || index !== undefined && descriptions[index].endsWith(`, ${unit}`)) return index;
  return indexOf.get(`${code}//${unit}`);
}

/**
 * Bins for the codes of a vocabulary; those of other codes are left out.
 *
 * @example Normal, high and very high
 * ```ts
 * import { givenBins, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const codes = vocabulary(["LOINC//2339-0"], ["Glucose, mg/dL"]);
 * const bins = [{ code: "LOINC//2339-0", unit: "mg/dL", limits: [20, 100, 126, 500] }];
 * assertEquals([...givenBins(codes, bins).edges], [[0, [20, 100, 126, 500]]]);
 * ```
 *
 * @param file name for error messages and the config of a run
 * @throws {RangeError} If none of the codes has a row
 */
export function givenBins(
  vocabulary: Vocabulary,
  bins: readonly CodeBins[],
  file = "these bins",
): GivenBins {
  const edges = new Map<number, readonly number[]>();
  for (const own of bins) {
    const index = indexOf(vocabulary, own);
    if (index !== undefined) edges.set(index, own.limits);
  }
  if (edges.size === 0) {
    throw new RangeError(
      `Cannot use "${file}": none of its rows is of a code of the cohort in that unit, such as ` +
        `"${vocabulary.codes[0]}"`,
    );
  }
  const others = bins.length - edges.size;
  const left = others > 0 ? `; rows of no code of the cohort: ${others}` : "";
  const known = `${edges.size} code${edges.size === 1 ? "" : "s"}`;
  return { edges, source: `"${basename(file)}", for ${known}${left}` };
}

/** The limits in a text; undefined if these are not at least two ascending numbers. */
function limitsIn(text: string): number[] | undefined {
  const limits = text.trim().split(/[\s;]+/).map((limit) => limit === "" ? NaN : Number(limit));
  const isRising = limits.every((limit, i) =>
    Number.isFinite(limit) && (i === 0 || limit > limits[i - 1])
  );
  return isRising && limits.length >= 2 ? limits : undefined;
}

/**
 * Reads bins of measured values: a CSV file with the columns `code`, `limits` (ascending, with spaces
 * between) and perhaps `unit`.
 *
 * @param path ends in ".gz" when gzipped
 * @param vocabulary its codes are matched as they are written
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If it is not such a table
 * @throws {RangeError} As {@link givenBins} does
 */
export async function readGivenBins(path: string, vocabulary: Vocabulary): Promise<GivenBins> {
  const bins: CodeBins[] = [];
  const seen = new Set<string>();
  await readCsv(path, ["code", "limits", { name: "unit", missing: "" }], (written) => {
    const [code, text, unit] = written.map((field) => field.trim());
    if (code === "") return "code is empty";
    const limits = limitsIn(text);
    if (limits === undefined) {
      return `limits are "${text}", must be two or more ascending numbers with spaces between`;
    }
    const key = JSON.stringify([code, unit]);
    if (seen.has(key)) return `code "${code}" has another row${unit && ` in ${unit}`}`;
    seen.add(key);
    bins.push({ code, unit, limits });
  });
  return givenBins(vocabulary, bins, path);
}
