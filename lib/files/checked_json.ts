/**
 * Reads Ehrloom's own JSON files: each has a schema, and an error names the file, the field, what
 * is there and what is wanted.
 *
 * @module
 */
import * as v from "valibot";
import { parsedJson, readText, unreadable } from "./input.ts";

/**
 * What the value of a JSON file must be.
 *
 * @internal
 */
export type Schema<T> = v.GenericSchema<T>;

function range(min: number, max: number): string {
  if (max < Infinity) return ` between ${min} and ${max}`;
  return min === -Infinity ? "" : `, at least ${min}`;
}

/** A finite number. */
export function finite(min = -Infinity, max = Infinity) {
  const wanted = `a number${range(min, max)}`;
  return v.pipe(
    v.number(wanted),
    v.finite(wanted),
    v.minValue(min, wanted),
    v.maxValue(max, wanted),
  );
}

/** A whole number. */
export function whole(min = -Infinity, max = Infinity) {
  const wanted = `a whole number${range(min, max)}`;
  return v.pipe(
    v.number(wanted),
    v.safeInteger(wanted),
    v.minValue(min, wanted),
    v.maxValue(max, wanted),
  );
}

/** One of these texts. */
export function oneOf<const T extends string>(...texts: readonly T[]) {
  return v.picklist(texts, texts.join(" or "));
}

/** A text. */
export const text = v.string("a text");

/** True or false. */
export const flag = v.boolean("true or false");

/** What a setting may be: a number, true or false, or a text. */
export const settingValue = v.union(
  [finite(), flag, text],
  "a number, true, false or a text",
);

/** A list. */
export function list<const T extends v.GenericSchema>(of: T) {
  return v.array(of, "a list");
}

/** An object with any names. */
export function named<const T extends v.GenericSchema>(of: T) {
  return v.record(v.string(), of, "an object");
}

/** An object with these names; other names are ignored. */
export function object<const T extends v.ObjectEntries>(entries: T) {
  return v.object(entries, "an object");
}

function shown(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The first part of a value that does not fit its schema. */
export interface Misfit {
  /** Names of fields with dots between; null for the value as a whole. */
  readonly field: string | null;
  /** What is there, as text; undefined if nothing is. */
  readonly seen: string | undefined;
  /** Ends the sentence "must be …". */
  readonly wanted: string;
}

/** The first part of a value that does not fit; undefined if all of it fits. */
export function misfit(value: unknown, schema: Schema<unknown>): Misfit | undefined {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  if (issues === undefined) return undefined;
  const [issue] = issues;
  const seen = issue.input === undefined ? undefined : shown(issue.input);
  return { field: v.getDotPath(issue), seen, wanted: issue.message };
}

/**
 * A value that was read from a file, checked against its schema.
 *
 * @param place the file for the error message, in quotes, and the row where it has rows
 * @param kind what it is, as in "it is not a run's config"
 * @throws {SyntaxError} If it does not fit; names the file and the field
 */
export function checked<T>(value: unknown, schema: Schema<T>, place: string, kind: string): T {
  if (v.is(schema, value)) return value; // its names in the file's order, as it is written again
  const { field = null, seen, wanted } = misfit(value, schema) ?? {};
  const problem = field === null
    ? `it is not ${kind}`
    : seen === undefined
    ? `it has no ${field}, so it is not ${kind}`
    : `${field} is ${seen}, must be ${wanted}`;
  throw new SyntaxError(`Cannot read ${place}: ${problem}`);
}

/** Bytes that a file of figures or settings written by Ehrloom never exceeds: 64 MiB. */
const longest = 1 << 26;

/**
 * The text of a file that Ehrloom wrote and that cannot be long.
 *
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If it is far too long
 */
export async function readOwnText(path: string): Promise<string> {
  try {
    const { size } = await Deno.stat(path);
    if (size > longest) {
      throw new SyntaxError(
        `Cannot read "${path}": it has ${size} bytes, must have at most ${longest}`,
      );
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  return await readText(path);
}

/**
 * A JSON file that Ehrloom wrote.
 *
 * @throws as {@link readOwnText} and {@link checked} do
 */
export async function readCheckedJson<T>(
  path: string,
  schema: Schema<T>,
  kind: string,
): Promise<T> {
  return checked(parsedJson(await readOwnText(path), path), schema, `"${path}"`, kind);
}
