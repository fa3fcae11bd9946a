// Declarations for npm modules that bring none; only what Ehrloom uses.

declare module "@std/assert" {
  export function assert(condition: unknown, message?: string): asserts condition;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertAlmostEquals(
    actual: number,
    expected: number,
    tolerance?: number,
    message?: string,
  ): void;
  export function assertStringIncludes(actual: string, expected: string, message?: string): void;
  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertGreater<T>(actual: T, expected: T, message?: string): void;
  export function assertLess<T>(actual: T, expected: T, message?: string): void;
  export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;
  export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;
  export function assertThrows<E extends Error = Error>(
    run: () => unknown,
    errorClass?: new (...args: never[]) => E,
    messageIncludes?: string,
    message?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    run: () => Promise<unknown>,
    errorClass?: new (...args: never[]) => E,
    messageIncludes?: string,
    message?: string,
  ): Promise<E>;
}

declare module "@std/cli" {
  export interface ParseOptions {
    boolean?: string[];
    string?: string[];
    collect?: string[];
    default?: Record<string, unknown>;
    alias?: Record<string, string>;
    stopEarly?: boolean;
    unknown?: (arg: string, key?: string, value?: unknown) => unknown;
  }
  export function parseArgs(
    args: string[],
    options?: ParseOptions,
  ): { _: (string | number)[] } & Record<string, unknown>;
}

declare module "@std/text" {
  /** How many letters must be added, removed or replaced to make one text of the other. */
  export function levenshteinDistance(a: string, b: string): number;
}

declare module "@std/yaml" {
  export function stringify(
    value: unknown,
    options?: { readonly lineWidth?: number; readonly skipInvalid?: boolean },
  ): string;
  export function parse(text: string): unknown;
}

declare module "cli-progress" {
  export interface Options {
    format?: string;
    stream?: unknown;
    noTTYOutput?: boolean;
    notTTYSchedule?: number;
    hideCursor?: boolean | null;
    clearOnComplete?: boolean;
    etaBuffer?: number;
    formatTime?: (seconds: number | string) => string;
    fps?: number;
    barsize?: number;
    linewrap?: boolean | null;
  }
  export interface Preset {
    barCompleteChar: string;
    barIncompleteChar: string;
    format: string;
  }
  export class SingleBar {
    constructor(options: Options, preset?: Preset);
    start(total: number, startValue: number, payload?: Record<string, unknown>): void;
    update(current: number, payload?: Record<string, unknown>): void;
    setTotal(total: number): void;
    stop(): void;
  }
  export const Presets: Record<"legacy" | "rect" | "shades_classic" | "shades_grey", Preset>;
}

declare module "papaparse" {
  export function unparse(
    rows: readonly (readonly string[])[],
    options: { newline: string },
  ): string;
  const papa: { unparse: typeof unparse };
  export default papa;
}

declare module "acorn-globals" {
  /** The names that a script uses but does not define, each with its places. */
  export default function detectGlobals(source: string): { name: string; nodes: object[] }[];
}

declare module "fft.js" {
  /** Fourier transforms of one size, a power of 2. Complex numbers are pairs of neighbours. */
  export default class FFT {
    constructor(size: number);
    /** Fills the first half of the spectrum of real numbers. */
    realTransform(out: Float64Array, data: Float64Array): void;
    completeSpectrum(spectrum: Float64Array): void;
    inverseTransform(out: Float64Array, data: Float64Array): void;
  }
}
