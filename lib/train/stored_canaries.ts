/**
 * The canaries of a run on disk, `canaries.json`: who they are, and which of them were in training. The
 * run's config has the SHA-256 of this file, so the coins cannot be changed unnoticed. No real patient is
 * in it.
 *
 * @module
 */
import { join } from "node:path";
import { type Cohort, splitNames } from "../cohort/cohort.ts";
import { cohortOf } from "../cohort/records.ts";
import {
  checked,
  finite,
  flag,
  list,
  object,
  readOwnText,
  text,
  whole,
} from "../files/checked_json.ts";
import type { Schema } from "../files/checked_json.ts";
import { parsedJson } from "../files/input.ts";
import { replaceText } from "../files/output.ts";
import { sha256 } from "../files/sha256.ts";
import type { Canaries } from "./canaries.ts";

/** What a run's config says of its canaries. */
export interface CanaryNote {
  /** How many there are, those that were not in training included. */
  readonly count: number;
  /** SHA-256 of canaries.json, in hexadecimal digits. */
  readonly sha256: string;
}

/** {@link CanaryNote}, when it is read from a file. */
export const canaryNoteSchema: Schema<CanaryNote> = object({ count: whole(1), sha256: text });

const fileSchema = object({
  canaries: list(object({
    in_training: flag,
    visits: list(list(text)),
    gap_days: list(finite(0)),
  })),
});

const pathIn = (folder: string) => join(folder, "canaries.json");

/** The content of canaries.json. */
export function canariesText({ canaries, isIn }: Canaries): string {
  const { vocabulary, visitOffsets, codeOffsets, codes, gapDays } = canaries;
  const codesOf = (visit: number) =>
    Array.from(
      codes.subarray(codeOffsets[visit], codeOffsets[visit + 1]),
      (code) => vocabulary.codes[code],
    );
  const records = Array.from(isIn, (own, canary) => {
    const [from, to] = [visitOffsets[canary], visitOffsets[canary + 1]];
    return {
      in_training: own === 1,
      visits: Array.from({ length: to - from }, (_, i) => codesOf(from + i)),
      gap_days: [...gapDays.subarray(from, to)],
    };
  });
  return JSON.stringify({ canaries: records }) + "\n";
}

/** What a run's config will say of canaries. */
export async function canaryNote(canaries: Canaries): Promise<CanaryNote> {
  return { count: canaries.isIn.length, sha256: await sha256(canariesText(canaries)) };
}

/** Stores canaries in the folder of a run. */
export function writeCanaries(folder: string, canaries: Canaries): Promise<void> {
  return replaceText(pathIn(folder), canariesText(canaries));
}

/**
 * The canaries of a run.
 *
 * @param note of its config
 * @throws {Deno.errors.NotFound} If the file is missing
 * @throws {SyntaxError} If it is not the one that was stored
 */
export async function readCanaries(
  folder: string,
  note: CanaryNote,
  names: Pick<Cohort, "vocabulary" | "labelNames">,
): Promise<Canaries> {
  const path = pathIn(folder);
  const content = await readOwnText(path);
  if (await sha256(content) !== note.sha256) {
    throw new SyntaxError(
      `Cannot read "${path}": it is not the file that the run was started with`,
    );
  }
  return canariesFrom(content, names, path);
}

/**
 * Canaries by the content of canaries.json.
 *
 * @param path of the file, for what is said of it
 * @throws {SyntaxError} If it is not valid, or has a code that the vocabulary has not
 */
export function canariesFrom(
  content: string,
  { vocabulary, labelNames }: Pick<Cohort, "vocabulary" | "labelNames">,
  path = "canaries.json",
): Canaries {
  const fail = (why: string) => new SyntaxError(`Cannot read "${path}": ${why}`);
  const { canaries } = checked(parsedJson(content, path), fileSchema, `"${path}"`, "canaries");
  const places = new Map(vocabulary.codes.map((code, index) => [code, index]));
  const indexOf = (code: string) => {
    const index = places.get(code);
    if (index === undefined) throw fail(`the run does not know the code "${code}"`);
    return index;
  };
  const records = canaries.map(({ visits, gap_days }) => ({
    visits: visits.map((codes) => codes.map(indexOf)),
    gapDays: gap_days,
    labels: labelNames.map(() => 0),
    split: splitNames.indexOf("train"),
  }));
  return {
    canaries: cohortOf(vocabulary, labelNames, records),
    isIn: Uint8Array.from(canaries, ({ in_training }) => Number(in_training)),
  };
}
