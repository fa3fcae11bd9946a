/**
 * What a source format is: a reader from a path to one {@link EventTable}, with its own options. An
 * option is declared once; its type, default, help text and check on the command line come from
 * there.
 *
 * @module
 */
import type { OnBadRow } from "../../files/csv.ts";
import { encodingName } from "../../files/encoding.ts";
import type { OnProgress } from "../../progress.ts";
import type { TableQuality } from "../quality/table_quality.ts";
import type { EventTable } from "./event_table.ts";
import type { OnSaid } from "./on_said.ts";
import type { WhichValue } from "./which_value.ts";

/** An option of a source. */
export interface SourceOption<T> {
  /** Placeholder of the value in the help text ("A,B"); omitted for a switch. */
  readonly value?: string | undefined;
  /** One sentence for the help text. */
  readonly help: string;
  /** Used when the option is not given; undefined if the help says what happens then. */
  readonly default: T;
  /**
   * The value of a text on the command line; for a switch that is given, the text is "".
   *
   * @throws {RangeError} If the text is not valid; the message continues after the name of the
   * option
   */
  readonly parse: (text: string) => T;
}

/** The options of a source by name; `timeSeries` is `--time-series` on the command line. */
export type SourceOptions = Readonly<Record<string, SourceOption<unknown>>>;

/** The values of declared options. */
export type OptionValues<Declared extends SourceOptions> = {
  readonly [Name in keyof Declared]: Declared[Name]["default"];
};

/** Options of reading that all sources share. */
export interface ReadHow {
  /** Which of several values of a code in a visit stays; default "last". */
  readonly keep?: WhichValue | undefined;
  /** Leave out bad rows and report each here; without it the first bad row throws. */
  readonly onBadRow?: OnBadRow | undefined;
  /** Called with a sentence about what was left out, and how much. */
  readonly onLeftOut?: OnSaid | undefined;
  /** Called with a sentence about what was read differently from how it is written, and how often. */
  readonly onNote?: OnSaid | undefined;
  /** Called after each table with what became of its rows. */
  readonly onTable?: ((table: TableQuality) => void) | undefined;
  /** Called from time to time with the progress of reading. */
  readonly onProgress?: OnProgress | undefined;
}

/** A source format: its name, a summary and its options. */
export interface SourceSummary<Declared extends SourceOptions = SourceOptions> {
  /** As in `deno task prepare --from NAME`. */
  readonly name: string;
  /** What it is, in a few words. */
  readonly summary: string;
  /** Its own options. */
  readonly options: Declared;
  /** What is wrong with values that exclude each other, in the words of the command line. */
  problem?(values: OptionValues<Declared>): string | undefined;
}

/** A source format with its reader. */
export interface Source<Declared extends SourceOptions = SourceOptions>
  extends SourceSummary<Declared> {
  /** The events at a path; throws as the format's reader does. */
  read(path: string, values: OptionValues<Declared>, how: ReadHow): Promise<EventTable>;
}

/** A switch, off by default. */
export function switchOption(help: string): SourceOption<boolean> {
  return { help, default: false, parse: () => true };
}

/** A comma-separated list of known words. */
export function listOption<Word extends string, Default extends readonly Word[] | undefined>(
  known: readonly Word[],
  declared: { readonly help: string; readonly default: Default },
): SourceOption<readonly Word[] | Default> {
  return {
    value: "A,B",
    ...declared,
    parse: (text) =>
      text.split(",").map((given) => {
        const word = known.find((one) => one === given.trim());
        if (word !== undefined) return word;
        throw new RangeError(`names "${given.trim()}"; known: ${known.join(", ")}`);
      }),
  };
}

/** Whether visits are times of encounters, for sources with measured values. */
export const timeSeriesOption = switchOption(
  "Make each later time of measurement within an encounter a visit of its own",
);

/** The encoding of text files, for sources that read some. */
export const encodingOption: SourceOption<string> = {
  value: "NAME",
  help: "Encoding of the CSV files, such as windows-1252 or utf-16le",
  default: "utf-8",
  parse: encodingName,
};

/**
 * The value of an option as a program gives it: a text is read as on the command line.
 *
 * @throws {RangeError} If it is not valid
 */
function valueOf(name: string, declared: SourceOption<unknown>, given: unknown): unknown {
  if (given === undefined) return declared.default;
  const cannot = (problem: string) => new RangeError(`Cannot read ${name} ${problem}`);
  if (declared.value === undefined) {
    if (typeof given === "boolean") return given;
    throw cannot(`is ${JSON.stringify(given)}, must be true or false`);
  }
  if (typeof given !== "string") return given;
  try {
    return declared.parse(given);
  } catch (error) {
    throw error instanceof RangeError ? cannot(error.message) : error;
  }
}

/**
 * Values of all options of a source: the given ones, else the defaults.
 *
 * @throws {RangeError} If a value is given for an option that the source does not have, or is not valid
 */
export function optionValues(
  { name, options }: SourceSummary,
  given: Readonly<Record<string, unknown>>,
): OptionValues<SourceOptions> {
  for (const option of Object.keys(given)) {
    if (Object.hasOwn(options, option)) continue;
    const known = Object.keys(options).join(", ") || "none";
    throw new RangeError(
      `Cannot read ${name}: there is no option "${option}"; known: ${known}`,
    );
  }
  return Object.fromEntries(
    Object.entries(options).map(([option, declared]) => [
      option,
      valueOf(`${name}: option "${option}"`, declared, given[option]),
    ]),
  );
}
