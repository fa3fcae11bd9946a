/**
 * What the figures of a measure say: all numbers, as rows of a table, and its sentences.
 *
 * @module
 */

import * as v from "valibot";
import { plainWords } from "./figure_words.ts";
import { leftOutSchema, notMeasuredInWords } from "./not_measured.ts";
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

/**
 * The names of the rows of a list: what their codes mean, or their first texts, or their numbers. Codes
 * that mean the same are told apart by themselves.
 */
function namesOfEntries(list: readonly unknown[]): string[] {
  const texts = list.map((value, place) => {
    const first = isNamed(value)
      ? Object.values(value).find((each) => typeof each === "string")
      : undefined;
    return first ?? String(place + 1);
  });
  const described = list.map((value, place) =>
    isNamed(value) && typeof value.description === "string" ? value.description : texts[place]
  );
  const alike = Map.groupBy(described, (name) => name);
  return described.map((name, place) =>
    (alike.get(name) ?? []).length > 1 && name !== texts[place] ? `${name} (${texts[place]})` : name
  );
}

/** Words of a path; some keys have none. */
const joined = (path: readonly string[]) => path.filter((each) => each !== "").join(", ");

/**
 * All numbers in the figures of a measure, each with the words of its path: an estimate or an R² is one
 * row, and entries of lists are named by what their code means, or by their first text. Lists of plain
 * numbers have no rows.
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
  const names = Array.isArray(figures) ? namesOfEntries(figures) : undefined;
  return [
    ...(r2 === undefined ? [] : [[joined([...path, "R²"]), r2] satisfies [string, FigureRow]]),
    ...rest.flatMap(([key, value]) => {
      const own = names === undefined ? words(key, value) : names[Number(key)];
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
    return name === "left_out" && v.is(leftOutSchema, value)
      ? notMeasuredInWords(value)
      : figureSentences(value);
  });
}
