/**
 * What the figures of a measure say: all numbers, as rows of a table, and its sentences.
 *
 * @module
 */

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
function nameIn(list: boolean, [name, value]: readonly [string, unknown]): string {
  const text = list && isNamed(value)
    ? Object.values(value).find((each) => typeof each === "string")
    : undefined;
  return text ?? (list ? String(Number(name) + 1) : name.replaceAll("_", " "));
}

/**
 * All numbers in the figures of a measure, each with the words of its path: an estimate or an R² is one
 * row, and entries of lists are named by their first text. Lists of plain numbers have no rows.
 */
export function figureRows(
  figures: unknown,
  path: readonly string[] = [],
): [name: string, row: FigureRow][] {
  const name = path.join(", ");
  if (typeof figures === "number") return [[name, { value: figures }]];
  if (!isNamed(figures) || isCurve(figures)) return [];
  const estimate = withInterval(figures, ["value", "low", "high"]);
  if (estimate !== undefined) return [[name, estimate]];
  const r2 = withInterval(figures, ["r2", "r2_low", "r2_high"]);
  const rest = Object.entries(figures).filter(([key]) => r2 === undefined || !/^r2(_|$)/.test(key));
  return [
    ...(r2 === undefined ? [] : [[[...path, "R²"].join(", "), r2] satisfies [string, FigureRow]]),
    ...rest.flatMap((entry) =>
      figureRows(entry[1], [...path, nameIn(Array.isArray(figures), entry)])
    ),
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
