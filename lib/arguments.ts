/**
 * Checks of what a notebook gives the library. Cells are not type-checked, so that a forgotten
 * `await` or a misspelled option would fail far from its cause, or never.
 *
 * @module
 */
import { whatIsKnown } from "./nearest_name.ts";
import { firstNames } from "./printable.ts";

function hasAll(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === "object" && value !== null &&
    names.every((name) => Reflect.get(value, name) !== undefined); // frames do not list their own
}

/** What an argument can be: its words, and how to tell. */
const kinds = {
  cohort: { words: "a cohort", is: (value: unknown) => hasAll(value, "visitOffsets", "codes") },
  real: {
    words: "a cohort, or what realSplits() gives,",
    is: (value: unknown) =>
      hasAll(value, "visitOffsets", "codes") || hasAll(value, "train", "heldOut", "whole"),
  },
  cohorts: {
    words: "three cohorts, { train, heldOut, synthetic }",
    is: (value: unknown) => hasAll(value, "train", "heldOut", "synthetic"),
  },
  run: { words: "a run", is: (value: unknown) => hasAll(value, "runConfig", "parameters") },
  frame: { words: "a frame", is: (value: unknown) => hasAll(value, "getColumns") },
  rows: {
    words: "a frame or a list of rows",
    is: (value: unknown) =>
      hasAll(value, "getColumns") ||
      Array.isArray(value) && value.length > 0 && value.every((row) => hasAll(row)),
  },
  fidelity: {
    words: "the result of fidelity()",
    is: (value: unknown) => hasAll(value, "unigram", "ceiling", "floor"),
  },
  comparison: {
    words: "a comparison",
    is: (value: unknown) => hasAll(value, "models", "ceiling"),
  },
  folder: { words: "the path of a folder", is: (value: unknown) => typeof value === "string" },
  numbers: {
    words: "a list of numbers",
    is: (value: unknown) =>
      (Array.isArray(value) || ArrayBuffer.isView(value)) &&
      typeof Reflect.get(value, 0) === "number",
  },
  epochs: { words: "the epochs of a training", is: (value: unknown) => Array.isArray(value) },
  options: {
    words: "options",
    is: (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value),
  },
};

/** A kind of argument. */
type Kind = keyof typeof kinds;

/** What a value is, for people. */
function described(value: unknown): string {
  if (value === undefined) {
    return "nothing (undefined); perhaps an `await` is missing before what made it";
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return `the text ${firstNames([value], 1)}`;
  if (typeof value !== "object") return `${typeof value} ${String(value)}`;
  for (const [kind, { words, is }] of Object.entries(kinds)) {
    if (kind !== "options" && is(value)) return words;
  }
  return `an object with ${firstNames(Object.keys(value), 3)}`;
}

function check(caller: string, place: string, value: unknown, kind: Kind): void {
  if (value instanceof Promise) {
    throw new TypeError(`${caller}() got a Promise: write \`await\` before what made it`);
  }
  const { words, is } = kinds[kind];
  if (is(value)) return;
  throw new TypeError(`${caller}() needs ${words} as ${place}, got ${described(value)}`);
}

const places = ["first argument", "second argument", "third argument"];

/**
 * Checks the arguments of a function, in their order.
 *
 * @param caller the function's name
 * @throws {TypeError} If one is of another kind
 */
export function checkArguments(
  caller: string,
  ...given: readonly (readonly [value: unknown, kind: Kind])[]
): void {
  for (const [at, [value, kind]] of given.entries()) check(caller, places[at], value, kind);
}

/**
 * Checks the cohorts of an argument that has several.
 *
 * @throws {TypeError} If one is none
 */
export function checkCohorts(caller: string, cohorts: Readonly<Record<string, unknown>>): void {
  for (const [name, cohort] of Object.entries(cohorts)) check(caller, name, cohort, "cohort");
}

/**
 * Checks that a function has all the options that it is given.
 *
 * @param known the names of its options
 * @throws {TypeError} If one is unknown; the message has the name that is probably meant
 */
export function checkOptions(
  caller: string,
  options: object,
  known: readonly string[],
): void {
  check(caller, "options", options, "options");
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`${caller}() has no option "${unknown}"; ${whatIsKnown(unknown, known)}`);
}

/**
 * Checks that a word is one of those that a function knows.
 *
 * @param what the word says: "kind"
 * @throws {RangeError} If it is not; the message lists them
 */
export function checkWord(
  caller: string,
  what: string,
  word: string,
  known: readonly string[],
): void {
  if (known.includes(word)) return;
  throw new RangeError(`${caller}() knows no ${what} "${word}"; known: ${known.join(", ")}`);
}
