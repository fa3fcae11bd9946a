import type { Arguments, Command, Option } from "./arguments.ts";

/** What an option takes, and what it is for. */
function helpRow(
  [option, { value, help, default: fallback, required }]: [string, Option],
): [string, string] {
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
  const width = Math.max(...all.map(([left]) => left.length)) + 2;
  const line = ([left, right]: [string, string]) => left.padEnd(width) + right;
  return [
    `${summary}\n`,
    `Usage: deno task ${name} [options]` +
    (passesOnTo === undefined ? "\n" : ` [options of ${passesOnTo}]\n`),
    ...rows.map(line),
    ...grouped.flatMap(({ group, own }) => ["", `${group}:`, ...own.map(line)]),
    ...(lines.length === 0 ? [] : ["", ...lines]),
    "\nExamples:",
    ...examples.map((example) => `  ${example}`),
  ].join("\n");
}
