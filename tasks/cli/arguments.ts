/**
 * A task's command line: what options it has, and how they are read.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { claimed, type ClaimOptions, nearestName, whatIsKnown } from "ehrloom";
import { resolvePath } from "./paths.ts";

/** A mistake in how a task was called; the exit code is 2, and 1 for other errors. */
export class UsageError extends Error {}

/** One option of a task, for parsing and for its help text. */
export interface Option {
  /** Placeholder of the value in the help text ("DIR"); without it, the option is a switch. */
  readonly value?: string | undefined;
  /** One sentence for the help text. */
  readonly help: string;
  /** Used when the option is not given; shown in the help text. */
  readonly default?: string;
  /** The task cannot run without it. */
  readonly required?: boolean;
  /** May be given several times. */
  readonly many?: boolean;
  /** A short form: "h" for `-h`. */
  readonly letter?: string;
  /** Its value, or the part of it after "=", is a path that the task reads. */
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
  /** The program that gets all arguments but the task's own options. */
  readonly passesOnTo?: string;
  /** What all arguments behind "--" are, such as "TASK [options of TASK]". */
  readonly behindDashes?: string;
  /**
   * Lines of the help text between the options and the examples, by the options given with --help.
   */
  readonly details?: readonly string[] | ((args: Arguments) => readonly string[]);
  /** Command lines that work as they are. */
  readonly examples: readonly string[];
  /** The command line that continues what an interrupted task has left; undefined: nothing. */
  readonly goesOnBy?: (args: Arguments) => string | undefined;
  /** Whether the task answers signals itself, as one does that waits for another program. */
  readonly hasOwnSignals?: (args: Arguments) => boolean;
}

/** The options of every task. */
export const commonOptions: Readonly<Record<string, Option>> = {
  json: { help: "Write the result as one JSON object to stdout, for scripts" },
  quiet: { help: "Say nothing but errors" },
  help: { help: "Show this text", letter: "h" },
};

/** The command with the options of its groups and of every task among the others. */
export function ungrouped({ groups = {}, ...command }: Command): Command {
  const options = Object.assign({}, command.options, ...Object.values(groups), commonOptions);
  return { ...command, options };
}

/** What a number must be within. */
interface Bounds {
  readonly min: number;
  readonly max?: number;
}

/** The options as given, read by kind. */
export class Arguments {
  constructor(
    private readonly command: Command,
    private readonly given: Record<string, unknown>,
    /** Those for others, see {@link Command.passesOnTo} and {@link Command.behindDashes}. */
    readonly passedOn: readonly string[] = [],
  ) {}

  /** The text of an option; throws a usage error where a required one is missing. */
  text(name: string): string {
    const value = this.maybe(name);
    if (value === undefined) {
      throw new UsageError(`--${name} ${this.command.options[name]?.value ?? ""} is required`);
    }
    return value;
  }

  /** The text of an option, its default, or undefined. */
  maybe(name: string): string | undefined {
    const value = this.given[name] ?? this.command.options[name]?.default;
    return value === undefined ? undefined : String(value);
  }

  /** A path, relative to the folder of the user. */
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
   * Reserves the place of a result while `work` runs, see `claimed()` of ehrloom. What the task
   * reads is never replaced.
   *
   * @param name of the option with the path
   * @param options whether something may be there already, to be continued
   */
  async claim<T>(
    name: string,
    work: (path: string) => Promise<T>,
    options: Pick<ClaimOptions, "goesOn" | "unfinished"> = {},
  ): Promise<T> {
    const path = this.path(name);
    const force = this.has("force");
    return await claimed(path, { ...options, force, inputs: this.inputs() }, () => work(path));
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
    throw new UsageError(`--${name} is ${value}; ${whatIsKnown(value, known)}`);
  }

  /** {@link integer} of an option that may be omitted. */
  maybeInteger(name: string, bounds: Bounds): number | undefined {
    return this.maybe(name) === undefined ? undefined : this.integer(name, bounds);
  }

  /** {@link number} of an option that may be omitted. */
  maybeNumber(name: string, bounds: Bounds): number | undefined {
    return this.maybe(name) === undefined ? undefined : this.number(name, bounds);
  }

  /** A whole number within bounds; throws a usage error otherwise. */
  integer(name: string, bounds: Bounds): number {
    return this.numeral(name, bounds, { noun: "a whole number", isOne: Number.isSafeInteger });
  }

  /** A number within bounds; throws a usage error otherwise. */
  number(name: string, bounds: Bounds): number {
    return this.numeral(name, bounds, { noun: "a number", isOne: Number.isFinite });
  }

  private numeral(
    name: string,
    { min, max = Infinity }: Bounds,
    { noun, isOne }: { noun: string; isOne: (value: number) => boolean },
  ): number {
    const text = this.text(name);
    const value = Number(text);
    if (isOne(value) && value >= min && value <= max) return value;
    const least = min === Number.MIN_VALUE ? " above 0" : `, at least ${min}`;
    const range = max === Infinity ? least : ` between ${min} and ${max}`;
    throw new UsageError(`--${name} is ${text}, must be ${noun}${range}`);
  }
}

/**
 * Ties values to their options that parseArgs would not recognise as values: negative numbers and
 * the empty text, so `--count -5` becomes `--count=-5`.
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

/** What to say of an argument that no option has. */
function unknownArgument(arg: string, { options }: Command): UsageError {
  if (!arg.startsWith("-")) {
    const [[example] = ["help"]] = Object.entries(options).filter(([, { value }]) => value);
    return new UsageError(`${arg} stands alone; say what it is, such as --${example} ${arg}`);
  }
  const [, name = ""] = arg.match(/^--?([^=]+)/) ?? [];
  const known = Object.keys(options);
  const nearest = nearestName(name, known);
  return new UsageError(
    `unknown argument ${arg}; ` +
      (nearest === undefined
        ? `known: ${known.map((option) => `--${option}`).join(", ")}`
        : `did you mean --${nearest}?`),
  );
}

/**
 * Reads a command line; throws a usage error if it is not valid.
 *
 * @param command with the options of its groups among the others, see {@link ungrouped}
 */
export function parse(command: Command, all: string[]): Arguments {
  const dashes = command.behindDashes === undefined ? -1 : all.indexOf("--");
  const [args, behind] = dashes < 0 ? [all, []] : [all.slice(0, dashes), all.slice(dashes + 1)];
  const entries = Object.entries(command.options);
  const valued = entries.filter(([, { value }]) => value !== undefined).map(([name]) => name);
  const isOwn = (arg: string, at: number) =>
    command.passesOnTo === undefined ||
    entries.some(([name, { letter }]) =>
      arg.split("=")[0] === `--${name}` || letter !== undefined && arg === `-${letter}`
    ) ||
    valued.some((name) => args[at - 1] === `--${name}`);
  const own = withTied(args.filter(isOwn), valued);
  const given = parseArgs(own, {
    boolean: entries.filter(([, { value }]) => value === undefined).map(([n]) => n),
    string: valued,
    collect: entries.filter(([, { many }]) => many).map(([n]) => n),
    alias: Object.fromEntries(
      entries.flatMap(([name, { letter }]) => letter === undefined ? [] : [[letter, name]]),
    ),
    unknown: (arg) => {
      throw unknownArgument(arg, command);
    },
  });
  const parsed = new Arguments(command, given, [
    ...args.filter((arg, at) => !isOwn(arg, at)),
    ...behind,
  ]);
  if (!parsed.has("help")) checkGiven(command, given, own);
  return parsed;
}

/** Checks that options have a value, and that required ones are given. */
function checkGiven({ options }: Command, given: Record<string, unknown>, args: string[]): void {
  for (const [name, { value, required }] of Object.entries(options)) {
    const texts = value === undefined ? [] : [given[name] ?? []].flat().map(String);
    if (args.includes(`--${name}=`) || texts.some((text) => /^\s+$/.test(text))) {
      throw new UsageError(`--${name} is empty, must be ${value}`);
    }
    if (texts.includes("")) throw new UsageError(`--${name} has no value, must be ${value}`);
    if (required && texts.length === 0) throw new UsageError(`--${name} ${value} is required`);
  }
}
