import type { Arguments, Command, Option } from "./arguments.ts";

/** What `--help` shows. */
export function helpText(
  { name, summary, options, passesOnTo, details = [], examples }: Command,
  args: Arguments,
): string {
  const lines = typeof details === "function" ? details(args) : details;
  const rows = Object.entries({ ...options, help: { help: "Show this text" } as Option }).map(
    ([option, { value, help, default: fallback, required }]) => [
      `  --${option}${value === undefined ? "" : ` ${value}`}`,
      help + (required ? " (required)" : fallback === undefined ? "" : ` (default ${fallback})`),
    ],
  );
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    `${summary}\n`,
    `Usage: deno task ${name} [options]` +
    (passesOnTo === undefined ? "\n" : ` [options of ${passesOnTo}]\n`),
    ...rows.map(([left, right]) => left.padEnd(width) + right),
    ...(lines.length === 0 ? [] : ["", ...lines]),
    "\nExamples:",
    ...examples.map((example) => `  ${example}`),
  ].join("\n");
}
