/**
 * All numbers in the figures of a measure, as rows of a table.
 *
 * @module
 */

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
