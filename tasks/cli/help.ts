import type { Arguments, Command, Option } from "./arguments.ts";

/** A line of two columns. */
export type Row = readonly [left: string, right: string];

/** Lines whose right column begins behind the longest left one, of these rows or more. */
export function columns(rows: readonly Row[], among: readonly Row[] = rows): string[] {
  const width = Math.max(...among.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => left.padEnd(width) + right);
}

/** What an option takes, and what it is for. */
function helpRow(
  [option, { value, help, default: fallback, required }]: [string, Option],
): Row {
  return [
    `  --${option}${value === undefined ? "" : ` ${value}`}`,
    help + (required ? " (required)" : fallback === undefined ? "" : ` (default ${fallback})`),
  ];
}

/** What `--help` shows. */
export function helpText(command: Command, args: Arguments): string {
  const { name, summary, options, groups = {}, passesOnTo, details = [], examples } = command;
  const lines = typeof details === "function" ? details(args) : details;
  const rows = Object.entries({ ...options, help: { help: "Show this text" } }).map(helpRow);
  const grouped = Object.entries(groups)
    .map(([group, own]) => ({ group, own: Object.entries(own).map(helpRow) }));
  const all = [...rows, ...grouped.flatMap(({ own }) => own)];
  return [
    `${summary}\n`,
    `Usage: deno task ${name} [options]` +
    (passesOnTo === undefined ? "\n" : ` [options of ${passesOnTo}]\n`),
    ...columns(rows, all),
    ...grouped.flatMap(({ group, own }) => ["", `${group}:`, ...columns(own, all)]),
    ...(lines.length === 0 ? [] : ["", ...lines]),
    "\nExamples:",
    ...examples.map((example) => `  ${example}`),
  ].join("\n");
}
