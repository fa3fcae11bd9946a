/**
 * What every `deno task` shares: options by `@std/cli`, `--help`, exit codes, progress on stderr.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import cliProgress from "cli-progress";
import { resolve } from "node:path";
import process from "node:process";
import { claimed, type OnProgress, printable, putBackForReading } from "ehrloom";

/** A mistake in how a task was called; exits 2 where other errors exit 1. */
export class UsageError extends Error {}

/** One option of a task, for parsing and for its help text. */
export interface Option {
  /** What stands for the value in the help text ("DIR"); a switch without value when left out. */
  readonly value?: string;
  /** One sentence for the help text. */
  readonly help: string;
  /** Used when the option is not given; shown in the help text. */
  readonly default?: string;
  /** The task cannot run without it. */
  readonly required?: boolean;
  /** May be given several times. */
  readonly many?: boolean;
  /** Its value, or what stands behind "=" in it, is a path that the task reads. */
  readonly reads?: boolean;
}

/** A task's command line. */
export interface Command {
  /** As in `deno task NAME`. */
  readonly name: string;
  /** One sentence: what it does. */
  readonly summary: string;
  /** Options by their name without dashes. */
  readonly options: Readonly<Record<string, Option>>;
  /** More options, listed after the others under a heading each; two headings may share a name. */
  readonly groups?: Readonly<Record<string, Readonly<Record<string, Option>>>>;
  /** The program that gets all arguments but the task's own options, which are switches then. */
  readonly passesOnTo?: string;
  /** Lines of the help text between the options and the examples. */
  readonly details?: readonly string[];
  /** Command lines that work as they stand. */
  readonly examples: readonly string[];
  /** The command line that goes on with what an interrupted task has left; undefined: nothing. */
  readonly goesOnBy?: (args: Arguments) => string | undefined;
}

/** The options as given, read by kind. */
export class Arguments {
  constructor(
    private readonly command: Command,
    private readonly given: Record<string, unknown>,
    /** Arguments for another program, see {@link Command.passesOnTo}. */
    readonly passedOn: readonly string[] = [],
  ) {}

  /** The text of an option; throws a usage error where a required one is missing. */
  text(name: string): string {
    const value = this.maybe(name);
    if (value === undefined) {
      throw new UsageError(`--${name} ${this.command.options[name]?.value ?? ""} is missing`);
    }
    return value;
  }

  /** The text of an option, its default, or undefined. */
  maybe(name: string): string | undefined {
    const value = this.given[name] ?? this.command.options[name]?.default;
    return value === undefined ? undefined : String(value);
  }

  /** A path, taken from where the user stands. */
  path(name: string): string {
    return resolvePath(this.text(name));
  }

  /** All paths that the task reads. */
  inputs(): string[] {
    return Object.entries(this.command.options).filter(([, { reads }]) => reads)
      .flatMap(([name, { many }]) =>
        many ? this.all(name).map((text) => text.replace(/^[^=]*=/, "")) : this.maybe(name) ?? []
      )
      .map(resolvePath);
  }

  /**
   * Claims the place of a result while `work` runs, see `claimed()` of ehrloom; nothing that the
   * task reads is ever replaced.
   *
   * @param name of the option with the path
   * @param options.goesOn something may stand there, to be gone on with
   */
  async claim(
    name: string,
    work: (path: string) => Promise<void>,
    { goesOn = false }: { goesOn?: boolean } = {},
  ): Promise<void> {
    const path = this.path(name);
    const force = this.has("force");
    await claimed(path, { force, goesOn, inputs: this.inputs() }, () => work(path));
  }

  /** All values of an option that may be given several times. */
  all(name: string): string[] {
    const value = this.given[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** Whether a switch is set. */
  has(name: string): boolean {
    return this.given[name] === true;
  }

  /** One of the known words, or undefined; throws a usage error for another. */
  choice<T extends string>(name: string, known: readonly T[]): T | undefined {
    const value = this.maybe(name);
    const found = known.find((word) => word === value);
    if (value === undefined || found !== undefined) return found;
    throw new UsageError(`--${name} is ${value}, known are ${known.join(", ")}`);
  }

  /** A whole number within bounds; throws a usage error otherwise. */
  integer(name: string, bounds: { min: number; max?: number }): number {
    const value = this.number(name, bounds);
    if (!Number.isSafeInteger(value)) {
      throw new UsageError(`--${name} is ${value}, must be a whole number`);
    }
    return value;
  }

  /** A number within bounds; throws a usage error otherwise. */
  number(name: string, { min, max = Infinity }: { min: number; max?: number }): number {
    const text = this.text(name);
    const value = Number(text);
    if (!(value >= min && value <= max && value < Infinity)) {
      const least = min === Number.MIN_VALUE ? "above 0" : `at least ${min}`;
      const range = max === Infinity ? least : `between ${min} and ${max}`;
      throw new UsageError(`--${name} is ${text}, must be a number ${range}`);
    }
    return value;
  }
}

/** A path as the user meant it: tasks run beside deno.json, users stand elsewhere. */
export function resolvePath(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}

/** A path as it can be pasted into a shell, with quotes where it needs them. */
export function shellPath(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** What an option takes, and what it is for. */
function helpRow(
  [option, { value, help, default: fallback, required }]: [string, Option],
): [string, string] {
  return [
    `  --${option}${value === undefined ? "" : ` ${value}`}`,
    help + (required ? " (required)" : fallback === undefined ? "" : ` (default ${fallback})`),
  ];
}

function helpText(command: Command): string {
  const { name, summary, options, groups = {}, passesOnTo, details, examples } = command;
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
    ...(details === undefined ? [] : ["", ...details]),
    "\nExamples:",
    ...examples.map((example) => `  ${example}`),
  ].join("\n");
}

/** The command with the options of its groups among the others. */
function ungrouped({ groups = {}, ...command }: Command): Command {
  return { ...command, options: Object.assign({}, command.options, ...Object.values(groups)) };
}

/**
 * Ties values to their options that parseArgs would not take for values, negative numbers and the
 * empty text: `--count -5` to `--count=-5`.
 */
function withTied(args: string[], valued: readonly string[]): string[] {
  const tied: string[] = [];
  for (const arg of args) {
    const last = tied[tied.length - 1];
    const isValue = /^(-\.?\d|$)/.test(arg) && valued.some((name) => last === `--${name}`);
    if (isValue) tied[tied.length - 1] = `${last}=${arg}`;
    else tied.push(arg);
  }
  return tied;
}

function parse(command: Command, args: string[]): Arguments {
  const entries = Object.entries(command.options);
  const isOwn = (arg: string) =>
    command.passesOnTo === undefined || arg === "--help" ||
    entries.some(([name]) => arg === `--${name}`);
  const valued = entries.filter(([, { value }]) => value !== undefined).map(([name]) => name);
  const own = withTied(args.filter(isOwn), valued);
  const given = parseArgs(own, {
    boolean: ["help", ...entries.filter(([, { value }]) => value === undefined).map(([n]) => n)],
    string: valued,
    collect: entries.filter(([, { many }]) => many).map(([n]) => n),
    unknown: (arg) => {
      const known = Object.keys(command.options).map((option) => `--${option}`).join(", ");
      throw new UsageError(`unknown argument ${arg}, known are ${known}`);
    },
  });
  const parsed = new Arguments(command, given, args.filter((arg) => !isOwn(arg)));
  if (!parsed.has("help")) checkGiven(command, given, own);
  return parsed;
}

/** Refuses options without a value, and the lack of required ones. */
function checkGiven({ options }: Command, given: Record<string, unknown>, args: string[]): void {
  for (const [name, { value, required }] of Object.entries(options)) {
    const texts = value === undefined ? [] : [given[name] ?? []].flat().map(String);
    if (args.includes(`--${name}=`) || texts.some((text) => /^\s+$/.test(text))) {
      throw new UsageError(`--${name} is empty, wanted ${value}`);
    }
    if (required && texts.length === 0 || texts.includes("")) {
      throw new UsageError(`--${name} ${value} is missing`);
    }
  }
}

/** Writes a line for people to stderr, see {@link printable}; results go to files or stdout. */
export function say(line: string): void {
  process.stderr.write(printable(line) + "\n");
}

/** Milliseconds between two lines of progress where no terminal is. */
const lineInterval = 5000;

/**
 * A progress bar on stderr per stage, with the time left; where no terminal is, a line now and then
 * for what takes long.
 */
export function progressBars(): { onProgress: OnProgress; stop: () => void } {
  let stage = "";
  let bar: cliProgress.SingleBar | undefined;
  let lastLine = Date.now();
  const stop = () => {
    bar?.stop(); // gives the cursor back, and the wrapping of lines
    bar = undefined;
    stage = "";
  };
  const asLine: OnProgress = ({ stage, done, total, note = "" }) => {
    if (Date.now() - lastLine < lineInterval) return;
    lastLine = Date.now();
    say(`${stage} ${done}/${total} ${note}`.trimEnd());
  };
  const asBar: OnProgress = ({ stage: text, done, total, note: about = "" }) => {
    const [now, note] = [printable(text), printable(about)];
    if (now !== stage) {
      stop();
      if (done >= total) return;
      stage = now;
      bar = new cliProgress.SingleBar({
        format: "{stage} [{bar}] {value}/{total} {note} {eta_formatted} left",
        stream: process.stderr,
        hideCursor: true,
        linewrap: false,
        etaBuffer: 50,
      }, cliProgress.Presets.rect);
      bar.start(total, 0, { stage, note: "" });
    }
    bar?.update(done, { stage, note });
    if (done >= total) stop();
  };
  return { onProgress: process.stderr.isTTY ? asBar : asLine, stop };
}

/** Whether a task that is interrupted has begun what stands at a path, or goes on with it. */
export function hasBegun(path: string | undefined, { force }: { force: boolean }): boolean {
  if (path === undefined) return false;
  try {
    const { mtime } = Deno.statSync(resolvePath(path));
    return !force || Number(mtime) >= performance.timeOrigin; // else it is an older result's
  } catch (_) {
    return false;
  }
}

/** The command line that this task was called by, with and without some switches. */
export function sameCommand(name: string, change: { add?: string; leaveOut: string }): string {
  const { add, leaveOut } = change;
  const args = Deno.args.filter((arg) => arg !== add && arg !== leaveOut);
  return ["deno task", name, ...args.map(shellPath), ...add === undefined ? [] : [add]].join(" ");
}

/** What ends a task from outside, with the exit codes that shells expect. */
const signals: readonly [Deno.Signal, number][] = [["SIGINT", 130], ["SIGTERM", 143], [
  "SIGHUP",
  129,
]];

/** Ends a task that is interrupted: nothing unfinished stays, and the last line says how to go on. */
function listenToSignals(command: Command, args: Arguments, stopBars: () => void): void {
  const listened = Deno.build.os === "windows" ? signals.slice(0, 1) : signals;
  for (const [signal, code] of listened) {
    Deno.addSignalListener(signal, () => {
      stopBars();
      const next = command.goesOnBy?.(args);
      const isDone = command.goesOnBy === undefined && hasBegun(args.maybe("out"), { force: true });
      say(
        next !== undefined
          ? `Interrupted: go on with ${next}`
          : isDone
          ? `Interrupted, but ${args.text("out")} is written and whole`
          : "Interrupted: nothing was written; the same command begins anew",
      );
      Deno.exit(code);
    });
  }
}

/** What an error says; where the system's own words came through, a sentence about the path. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const system = message.match(/^(.*) \(os error \d+\)(?:: (\w+)(?: '(.*?)')?)?/s);
  if (system === null) return message;
  const [, reason, call, path] = system;
  if (path !== undefined) return `Cannot use "${path}": ${reason}`;
  return call === "tmpdir"
    ? `Cannot use TMPDIR "${Deno.env.get("TMPDIR") ?? ""}" for temporary files: ${reason}`
    : reason;
}

/**
 * Runs a task's command line and leaves the process with 0, 1 (one clear line on bad input) or
 * 2 (bad usage).
 */
export async function runCommand(
  command: Command,
  run: (args: Arguments, onProgress: OnProgress) => Promise<void>,
): Promise<never> {
  const bars = progressBars();
  try {
    const args = parse(ungrouped(command), Deno.args);
    // deno-lint-ignore no-console -- help is this program's output
    if (args.has("help")) console.log(helpText(command));
    else {
      if (command.passesOnTo === undefined) listenToSignals(command, args, bars.stop);
      for (const input of args.inputs()) await putBackForReading(input);
      await run(args, bars.onProgress);
    }
    bars.stop();
  } catch (error) {
    bars.stop();
    say(`error: ${sentenceOf(error)}`);
    if (error instanceof UsageError) {
      say(`See deno task ${command.name} --help`);
      Deno.exit(2);
    }
    Deno.exit(1);
  }
  Deno.exit(0);
}
