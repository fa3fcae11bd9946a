import { isObject, parsedJson, readText } from "../../files/input.ts";
import { medsPaths, orderOnly } from "./names.ts";

/** How a synthetic cohort was generated, as its `metadata/dataset.json` says. */
export interface GenerationNotes {
  /** Random seed of `generate`. */
  readonly generationSeed?: number | undefined;
  /** Records that reached the largest length of the model without an end. */
  readonly cutOff?: number | undefined;
  /** Number of draws under clinical rules, and of those that the rules changed. */
  readonly ruled?: { readonly draws: number; readonly touched: number } | undefined;
}

/** The notes as in `dataset.json`, under "ehrloom". */
export function notesJson(
  { generationSeed, cutOff, ruled }: GenerationNotes,
): Record<string, unknown> {
  return { seed: generationSeed, cut_off: cutOff, rules: ruled };
}

/**
 * What a folder's `dataset.json` says under "ehrloom"; empty if there is no such file.
 *
 * @throws {SyntaxError} If it is not JSON
 */
export async function ownNotes(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const path = `${folder}/${medsPaths.dataset}`;
  const text = await readText(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "{}";
    throw error;
  });
  const file = parsedJson(text, path);
  return isObject(file) && isObject(file.ehrloom) ? file.ehrloom : {};
}

/**
 * Whether a folder says that its times are only an order of visits.
 *
 * @throws {SyntaxError} If its `dataset.json` is not JSON
 */
export async function saysOrderOnly(folder: string): Promise<boolean> {
  return (await ownNotes(folder)).times === orderOnly.times;
}

/**
 * The notes of a cohort folder; empty if the cohort is not synthetic.
 *
 * @throws {SyntaxError} If its `dataset.json` is not JSON
 */
export async function readGenerationNotes(folder: string): Promise<GenerationNotes> {
  return generationNotesIn(await ownNotes(folder));
}

/** The notes among what a `dataset.json` says under "ehrloom". */
export function generationNotesIn(notes: Readonly<Record<string, unknown>>): GenerationNotes {
  const count = (value: unknown) => typeof value === "number" ? value : undefined;
  const rules = isObject(notes.rules) ? notes.rules : {};
  const [draws, touched] = [count(rules.draws), count(rules.touched)];
  return {
    generationSeed: count(notes.seed),
    cutOff: count(notes.cut_off),
    ruled: draws === undefined || touched === undefined ? undefined : { draws, touched },
  };
}

/**
 * The fingerprint of the run that generated a cohort, see `runFingerprint`.
 *
 * @example
 * ```ts
 * import { readRunFingerprint, syntheaSample, writeMeds } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = `${await Deno.makeTempDir()}/cohort`;
 * await writeMeds(folder, await syntheaSample());
 * assertEquals(await readRunFingerprint(folder), undefined); // these patients are no run's
 * ```
 *
 * @returns 64 hexadecimal digits; undefined if the folder does not say
 * @throws {SyntaxError} If its `dataset.json` is not JSON
 */
export async function readRunFingerprint(folder: string): Promise<string | undefined> {
  return runFingerprintIn(await ownNotes(folder));
}

/** The fingerprint of the run among what a `dataset.json` says under "ehrloom". */
export function runFingerprintIn(
  { run_fingerprint: fingerprint }: Readonly<Record<string, unknown>>,
): string | undefined {
  return typeof fingerprint === "string" ? fingerprint : undefined;
}
