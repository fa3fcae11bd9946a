import { type Arguments, type Command, commonOptions, type Option } from "./arguments.ts";

/** A line of two columns. */
export type Row = readonly [left: string, right: string];

/** Lines whose right column begins behind the longest left one, of these rows or more. */
export function columns(rows: readonly Row[], among: readonly Row[] = rows): string[] {
  const width = Math.max(...among.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => left.padEnd(width) + right);
}

/** Characters of a line of help: as many as the terminal has, and 80 without one. */
export function helpWidth(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 80;
}

/** The words of a text in lines of at most `width` characters; longer words have a line alone. */
function filled(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** A line cut at its width; what follows is indented to the right column, if there are two. */
export function wrapped(line: string, width: number): string {
  if (line.length <= width) return line;
  const [head] = line.match(/^ *\S+(?: \S+)* {2,}(?=\S)/) ?? line.match(/^ */) ?? [""];
  const indent = " ".repeat(head.length);
  return head + filled(line.slice(head.length), Math.max(20, width - head.length))
    .join(`\n${indent}`);
}

/** A command line cut so that it can still be pasted into a shell. */
function wrappedCommand(line: string, width: number): string {
  if (line.length + 2 <= width) return `  ${line}`;
  const parts = line.replaceAll(" --", "\0--").split("\0"); // an option stays with its value
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    // two spaces before the line, two more before those that follow, and " \\" behind
    if (last !== undefined && last.length + 1 + part.length + 6 <= width) {
      lines[lines.length - 1] = `${last} ${part}`;
    } else lines.push(part);
  }
  return `  ${lines.join(" \\\n    ")}`;
}

/** What an option takes, and what it is for. */
function helpRow(
  [option, { value, help, default: fallback, required, letter }]: [string, Option],
): Row {
  const name = letter === undefined ? `--${option}` : `-${letter}, --${option}`;
  return [
    `  ${name}${value === undefined ? "" : ` ${value}`}`,
    help +
    (required
      ? " (required)"
      : fallback === undefined
      ? ""
      : ` (default ${fallback.replaceAll(",", ", ")})`),
  ];
}

/**
 * What `--help` shows.
 *
 * @param width of a line, in characters
 */
export function helpText(command: Command, args: Arguments, width: number): string {
  const { name, summary, options, groups = {}, details = [], examples } = command;
  const { passesOnTo, behindDashes } = command;
  const lines = typeof details === "function" ? details(args) : details;
  const rows = Object.entries(options).map(helpRow);
  const grouped = Object.entries({ ...groups, "Options of every task": commonOptions })
    .map(([group, own]) => ({ group, own: Object.entries(own).map(helpRow) }));
  const all = [...rows, ...grouped.flatMap(({ own }) => own)];
  const text = [
    `${summary}\n`,
    `Usage: deno task ${name} [options]` +
    (passesOnTo === undefined ? "" : ` [options of ${passesOnTo}]`) +
    (behindDashes === undefined ? "\n" : ` -- ${behindDashes}\n`),
    ...columns(rows, all),
    ...grouped.flatMap(({ group, own }) => ["", `${group}:`, ...columns(own, all)]),
    ...(lines.length === 0 ? [] : ["", ...lines]),
    "\nExamples:",
  ];
  return [
    ...text.map((line) => wrapped(line, width)),
    ...examples.map((example) => wrappedCommand(example, width)),
  ].join("\n");
}
