import { isObject, parsedJson, readText } from "../../files/input.ts";
import { medsPaths } from "./names.ts";

/** What a synthetic cohort's folder says of how it was drawn, in `metadata/dataset.json`. */
export interface GenerationNotes {
  /** Records that reached the model's longest length without an end. */
  readonly cutOff?: number | undefined;
  /** Draws under clinical rules, and those that the rules changed. */
  readonly ruled?: { readonly draws: number; readonly touched: number } | undefined;
}

/** The notes as `dataset.json` holds them, under "ehrloom". */
export function notesJson({ cutOff, ruled }: GenerationNotes): Record<string, unknown> {
  return { cut_off: cutOff, rules: ruled };
}

/**
 * The notes of a cohort folder; none of one that says nothing, or is no synthetic one.
 *
 * @throws {SyntaxError} If its `dataset.json` is no JSON
 */
export async function readGenerationNotes(folder: string): Promise<GenerationNotes> {
  const path = `${folder}/${medsPaths.dataset}`;
  const text = await readText(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "{}";
    throw error;
  });
  const file = parsedJson(text, path);
  const notes = isObject(file) && isObject(file.ehrloom) ? file.ehrloom : {};
  const count = (value: unknown) => typeof value === "number" ? value : undefined;
  const rules = isObject(notes.rules) ? notes.rules : {};
  const [draws, touched] = [count(rules.draws), count(rules.touched)];
  return {
    cutOff: count(notes.cut_off),
    ruled: draws === undefined || touched === undefined ? undefined : { draws, touched },
  };
}
