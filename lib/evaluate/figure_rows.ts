/**
 * What the figures of a measure say: all numbers, as rows of a table, and its sentences.
 *
 * @module
 */

import { plainWords } from "./figure_words.ts";
import { capital } from "./summary/words.ts";

/** A number of a measure, with an interval where it has one. */
export interface FigureRow {
  /** The number. */
  readonly value: number;
  /** Lower end of its 95% interval. */
  readonly low?: number;
  /** Upper end. */
  readonly high?: number;
}

/** A value that has names. */
function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** A list of plain numbers, which is for a picture. */
function isCurve(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "number");
}

/** An estimate's or an R²'s three numbers. */
function withInterval(value: Readonly<Record<string, unknown>>, names: readonly string[]) {
  const [own, low, high] = names.map((name) => value[name]);
  return typeof own === "number" && typeof low === "number" && typeof high === "number"
    ? { value: own, low, high }
    : undefined;
}

/** The name of a row of a list: its first text, or its number. */
function nameOfEntry([place, value]: readonly [string, unknown]): string {
  const text = isNamed(value)
    ? Object.values(value).find((each) => typeof each === "string")
    : undefined;
  return text ?? String(Number(place) + 1);
}

/** Words of a path; some keys have none. */
const joined = (path: readonly string[]) => path.filter((each) => each !== "").join(", ");

/**
 * All numbers in the figures of a measure, each with the words of its path: an estimate or an R² is one
 * row, and entries of lists are named by their first text. Lists of plain numbers have no rows.
 *
 * @param words for a key; where they are empty, the key is not in the name
 */
export function figureRows(
  figures: unknown,
  words: (key: string, value: unknown) => string = plainWords,
  path: readonly string[] = [],
): [name: string, row: FigureRow][] {
  const name = joined(path);
  if (typeof figures === "number") return [[name, { value: figures }]];
  if (!isNamed(figures) || isCurve(figures)) return [];
  const estimate = withInterval(figures, ["value", "low", "high"]);
  if (estimate !== undefined) return [[name, estimate]];
  const r2 = withInterval(figures, ["r2", "r2_low", "r2_high"]);
  const rest = Object.entries(figures).filter(([key]) => r2 === undefined || !/^r2(_|$)/.test(key));
  return [
    ...(r2 === undefined ? [] : [[joined([...path, "R²"]), r2] satisfies [string, FigureRow]]),
    ...rest.flatMap((entry) => {
      const [key, value] = entry;
      const own = Array.isArray(figures) ? nameOfEntry(entry) : words(key, value);
      return figureRows(value, words, [...path, own]);
    }),
  ];
}

/** Texts of figures that are sentences by themselves. */
const spoken = ["conclusion"];

/**
 * What figures say in words, sentences with a full stop: what they conclude, and which of them were
 * left out, with the reason. Rows of lists have their words in their own rows.
 */
export function figureSentences(figures: unknown): string[] {
  if (!isNamed(figures) || Array.isArray(figures)) return [];
  return Object.entries(figures).flatMap(([name, value]) => {
    if (typeof value === "string") return spoken.includes(name) ? [`${capital(value)}.`] : [];
    if (name !== "left_out" || !Array.isArray(value)) return figureSentences(value);
    return value.filter(isNamed).map(({ label, reason }) =>
      `Not measured: ${String(label)} (${String(reason)}).`
    );
  });
}
