/**
 * The table and the figure of the study in docs/results.md, from the results of `private_training.ts`.
 *
 * `deno run -A studies/private_training/private_training_table.ts --results A.json,B.json --figure FILE.svg`
 *
 * @module
 */
import type { Estimate } from "ehrloom";
import { replaceText } from "../../lib/files/output.ts";
import { type Arguments, runCommand, tell } from "../../tasks/cli/command.ts";
import { costCurve } from "./cost_curve.ts";
import { type FigureName, figureNames, readResult, type Result, type Row } from "./result.ts";

/** What stands for a figure that there is not. */
const missing = "–";

const digits = (value: number) => value.toFixed(3).replace("-", "−");

/** "0.912 (0.900 to 0.925)". */
function words(estimate: Estimate | null): string {
  if (estimate === null) return missing;
  return `${digits(estimate.value)} (${digits(estimate.low)} to ${digits(estimate.high)})`;
}

/** What a row is of: "ε 4". */
function headOf({ records, epsilon }: Row): string {
  if (records === "private") return `ε ${epsilon}`;
  return records === "plain" ? "ε ∞ (plain)" : records;
}

/** The order of rows: from the floor over rising ε to the ceiling. */
function rank({ records, epsilon }: Row): number {
  if (records === "independent") return 0;
  return records === "held out" ? Infinity : epsilon ?? Number.MAX_VALUE;
}

const isTrained = ({ records }: Row) => records === "private" || records === "plain";

/** Cells of a table in Markdown, without padding; the first line is its head. */
function markdown([heads, ...lines]: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** The rows of a cohort as Markdown, without padding: the figures of some names. */
export function resultTable(
  rows: readonly Row[],
  figures: readonly FigureName[] = Object.keys(figureNames) as FigureName[],
): string {
  const heads = ["records", ...figures.map((name) => figureNames[name])];
  const lines = rows.toSorted((a, b) => rank(a) - rank(b)).map((row) => [
    headOf(row),
    ...figures.map((name) => words(row.figures[name])),
  ]);
  return markdown([heads, ...lines]);
}

/** The two tables of a cohort: what records are good for, and what they give away. */
export const tables: readonly (readonly FigureName[])[] = [
  ["test_loss", "codes", "pairs", "pairs_over_visits", "labels", "auroc"],
  ["membership_by_likelihood", "membership_by_distance", "copying"],
];

/**
 * A figure of several results as Markdown: a line for each, headed by what it was trained with and
 * others were not, and a column for each ε.
 */
export function settingsTable(results: readonly Result[], figure: FigureName): string {
  const parts = results.map(({ training }) => training.split(", "));
  const ranks = [...new Set(results.flatMap(({ rows }) => rows.filter(isTrained).map(rank)))].sort(
    (a, b) => a - b,
  );
  const of = ({ rows }: Result, place: number) =>
    rows.find((row) => isTrained(row) && rank(row) === place);
  const heads = ranks.map((place) => {
    const row = results.map((result) => of(result, place)).find((row) => row !== undefined);
    return row === undefined ? missing : headOf(row);
  });
  const lines = results.map((result, i) => [
    parts[i].filter((part) => !parts.every((other) => other.includes(part))).join(", "),
    ...ranks.map((place) => words(of(result, place)?.figures[figure] ?? null)),
  ]);
  return markdown([[figureNames[figure], ...heads], ...lines]);
}

/** The figures by which settings are compared. */
export const comparedFigures = ["test_loss", "pairs"] as const satisfies FigureName[];

/** The results of a cohort in words: sizes, then tables. */
function resultText({ training, rows }: Result): string {
  const [{ cohort, patients }] = rows;
  const noises = rows.filter(({ noise }) => noise !== null)
    .map(({ epsilon, noise }) => `${noise?.toFixed(2)} at ε ${epsilon}`).join(", ");
  const copies = rows.toSorted((a, b) => rank(a) - rank(b))
    .map((row) => `${row.identical ?? missing} ${headOf(row)}`).join(", ");
  return [
    `${cohort}: ${patients} training patients; ${training}`,
    `Noise multipliers: ${noises}`,
    `Records identical to a training record: ${copies}`,
    ...tables.map((figures) => resultTable(rows, figures)),
  ].join("\n\n");
}

/** Reads result files, prints their tables and draws the figure, if it is asked for. */
async function told(args: Arguments) {
  const found: Result[] = [];
  for (const path of args.text("results").split(",")) {
    const result = await readResult(path);
    if (result === undefined) throw new Deno.errors.NotFound(`There is no file "${path}"`);
    found.push(result);
  }
  if (args.has("settings")) {
    comparedFigures.flatMap((figure) => [...settingsTable(found, figure).split("\n"), ""])
      .forEach(tell);
    return {};
  }
  found.flatMap((result) => [...resultText(result).split("\n"), ""]).forEach(tell);
  if (args.maybe("figure") === undefined) return {};
  const svg = costCurve(found.flatMap(({ rows }) => rows));
  const figure = args.path("figure");
  await replaceText(figure, svg.outerHTML + "\n");
  return { figure };
}

if (import.meta.main) {
  await runCommand({
    name: "private_training_table",
    summary: "Print the tables of the study of private training, and draw its figure.",
    options: {
      results: { value: "LIST", help: "Result files, comma-separated", required: true },
      figure: { value: "FILE", help: "SVG file to write" },
      settings: { help: "Print instead how figures of one cohort depend on how it was trained" },
    },
    examples: [
      "deno run -A studies/private_training/private_training_table.ts --results runs/private/a.json",
    ],
  }, told);
}
