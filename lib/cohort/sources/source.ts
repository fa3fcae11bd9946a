/**
 * What a source format is: a reader from a path to one {@link EventTable}, with options of its own.
 * An option is declared once; its type, its default, its place in the help text and its check on the
 * command line all come from there.
 *
 * @module
 */
import type { OnBadRow } from "../../files/csv.ts";
import { encodingName } from "../../files/encoding.ts";
import type { OnProgress } from "../../progress.ts";
import type { EventTable } from "./event_table.ts";

/** An option of a source. */
export interface SourceOption<T> {
  /** What stands for the value in the help text ("A,B"); left out for a switch. */
  readonly value?: string | undefined;
  /** One sentence for the help text. */
  readonly help: string;
  /** Taken when the option is not given; undefined where the help says what happens then. */
  readonly default: T;
  /**
   * The value that a text on the command line stands for; of a switch that is given, the text is "".
   *
   * @throws {RangeError} If it stands for none; says so after the name of the option
   */
  readonly parse: (text: string) => T;
}

/** The options of a source by name; `timeSeries` is `--time-series` on the command line. */
export type SourceOptions = Readonly<Record<string, SourceOption<unknown>>>;

/** The values of declared options. */
export type OptionValues<Declared extends SourceOptions> = {
  readonly [Name in keyof Declared]: Declared[Name]["default"];
};

/** What every source is read with. */
export interface ReadHow {
  /** Leave out bad rows and report each here; without it the first bad row throws. */
  readonly onBadRow?: OnBadRow | undefined;
  /** Called with a sentence about each kind of thing that the cohort cannot hold. */
  readonly onLeftOut?: ((what: string) => void) | undefined;
  /** Called with a sentence about each kind of thing that was read otherwise than it is written. */
  readonly onNote?: ((what: string) => void) | undefined;
  /** Called now and then with how far reading is. */
  readonly onProgress?: OnProgress | undefined;
}

/** A source format, as it is chosen and told what to read. */
export interface SourceSummary<Declared extends SourceOptions = SourceOptions> {
  /** As in `deno task prepare --from NAME`. */
  readonly name: string;
  /** What it is, in a few words. */
  readonly summary: string;
  /** Its own options. */
  readonly options: Declared;
  /** What is wrong with values that do not go together, in the words of the command line. */
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

/** Words among known ones, comma-separated. */
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
        throw new RangeError(`names "${given.trim()}": known are ${known.join(", ")}`);
      }),
  };
}

/** The encoding of text files, for sources that read some. */
export const encodingOption: SourceOption<string> = {
  value: "NAME",
  help: "Encoding of the CSV files, such as windows-1252 or utf-16le",
  default: "utf-8",
  parse: encodingName,
};

/**
 * Values of all options of a source: those given, else the defaults.
 *
 * @throws {RangeError} If a value is given of an option that the source does not have
 */
export function optionValues(
  { name, options }: SourceSummary,
  given: Readonly<Record<string, unknown>>,
): OptionValues<SourceOptions> {
  for (const option of Object.keys(given)) {
    if (Object.hasOwn(options, option)) continue;
    const known = Object.keys(options).join(", ") || "none";
    throw new RangeError(
      `Cannot read ${name}: no option is called "${option}", known are ${known}`,
    );
  }
  return Object.fromEntries(
    Object.entries(options).map(([option, { default: fallback }]) => [
      option,
      given[option] ?? fallback,
    ]),
  );
}
