/**
 * Settings of models. A model lists each of its settings once, by {@link count}, {@link real},
 * {@link flag} or {@link choice}; its type, default, bounds, checks and help text come from there.
 *
 * @module
 */
import {
  finite,
  flag as trueOrFalse,
  misfit,
  oneOf,
  type Schema as JsonSchema,
  whole,
} from "../../files/checked_json.ts";

/** What a setting can be. */
export type SettingValue = number | boolean | string;

/** A model's settings by name; users set some, config.json stores all. */
export type ModelConfig = Readonly<Record<string, SettingValue>>;

/** A number. */
export interface NumberSetting {
  /** "count" for whole numbers, "real" for all. */
  readonly kind: "count" | "real";
  /** A sentence for help texts. */
  readonly help: string;
  /** Default; if omitted, it follows from the cohort or other settings. */
  readonly default?: number;
  /** Smallest value allowed. */
  readonly min: number;
  /** Largest value allowed; default no bound. */
  readonly max?: number;
  /** Value of the published form, where it differs from the intended one. */
  readonly published?: number;
  /** Value in configs of earlier versions, which did not know it; default: all knew it. */
  readonly before?: number;
}

/** True or false. */
export interface FlagSetting {
  /** What kind of setting it is. */
  readonly kind: "flag";
  /** A sentence for help texts: what true means. */
  readonly help: string;
  /** Default; if omitted, it follows from the cohort. */
  readonly default?: boolean;
  /** As in {@link NumberSetting}. */
  readonly published?: boolean;
  /** As in {@link NumberSetting}. */
  readonly before?: boolean;
}

/** One of some words. */
export interface ChoiceSetting<W extends string = string> {
  /** What kind of setting it is. */
  readonly kind: "choice";
  /** A sentence for help texts. */
  readonly help: string;
  /** The words. */
  readonly words: readonly W[];
  /** Default. */
  readonly default?: W;
  /** As in {@link NumberSetting}. */
  readonly published?: W;
}

/** One setting of a model: what it means, its default and what is allowed. */
export type Setting = NumberSetting | FlagSetting | ChoiceSetting;

/** Settings by name. */
export type Settings = Readonly<Record<string, Setting>>;

/** What a setting can be, by its kind. */
type ValueOf<S extends Setting> = S extends FlagSetting ? boolean
  : S extends ChoiceSetting<infer W> ? W
  : number;

/** The config that settings describe. */
export type ConfigOf<S extends Settings> = { readonly [Name in keyof S]: ValueOf<S[Name]> };

/** Names of the settings that have a default. */
type WithDefault<S extends Settings> = {
  [Name in keyof S]: S[Name] extends { readonly default: SettingValue } ? Name : never;
}[keyof S];

/** A number's bounds, and its values in other forms and versions. */
type Bounds = Partial<Pick<NumberSetting, "min" | "max" | "published" | "before">>;

/** A setting with a default. */
type Defaulting<S extends Setting> = S & { readonly default: ValueOf<S> };

/** A whole number, by default at least 1. */
export function count(value: number, help: string, bounds: Bounds = {}): Defaulting<NumberSetting> {
  return { kind: "count", help, default: value, min: 1, ...bounds };
}

/** A number, by default at least 0. */
export function real(value: number, help: string, bounds: Bounds = {}): Defaulting<NumberSetting> {
  return { kind: "real", help, default: value, min: 0, ...bounds };
}

/** A {@link count} without a default: it follows from the cohort or other settings. */
export function derivedCount(help: string, bounds: Bounds = {}): NumberSetting {
  return { kind: "count", help, min: 1, ...bounds };
}

/** A {@link real} without a default: it follows from the cohort or other settings. */
export function derivedReal(help: string, bounds: Bounds = {}): NumberSetting {
  return { kind: "real", help, min: 0, ...bounds };
}

/** True or false. */
export function flag(
  value: boolean,
  help: string,
  form: Pick<FlagSetting, "published" | "before"> = {},
): Defaulting<FlagSetting> {
  return { kind: "flag", help, default: value, ...form };
}

/** A {@link flag} without a default: it follows from the cohort. */
export function derivedFlag(
  help: string,
  form: Pick<FlagSetting, "published" | "before"> = {},
): FlagSetting {
  return { kind: "flag", help, ...form };
}

/** One of some words. */
export function choice<const W extends string>(
  value: W,
  words: readonly W[],
  help: string,
): ChoiceSetting<W> & { readonly default: W } {
  return { kind: "choice", help, default: value, words };
}

/** What every config has besides its settings. */
export const cohortSizes = {
  codes: derivedCount("Codes in the vocabulary", { min: 0 }),
  labels: derivedCount("Labels of a record", { min: 0 }),
};

/** The values that are set, and the defaults of settings that are not. */
export function chosen<S extends Settings>(
  settings: S,
  set: Partial<ConfigOf<S>>,
): Pick<ConfigOf<S>, WithDefault<S>> & Partial<ConfigOf<S>> {
  const values: Partial<Record<keyof S, SettingValue>> = {};
  for (const name in settings) {
    const value = set[name] ?? settings[name].default;
    if (value !== undefined) values[name] = value;
  }
  // The builders give defaults of their settings' kinds, which the compiler cannot follow
  return values as Pick<ConfigOf<S>, WithDefault<S>> & Partial<ConfigOf<S>>;
}

/** The numbers among the settings of a config. */
export function numbersOf(config: ModelConfig): Readonly<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(config)) {
    if (typeof value === "number") numbers[name] = value;
  }
  return numbers;
}

/** The schema of a setting's value in a file of Ehrloom. */
export function settingSchema(setting: Setting): JsonSchema<SettingValue> {
  if (setting.kind === "flag") return trueOrFalse;
  if (setting.kind === "choice") return oneOf(...setting.words);
  return (setting.kind === "real" ? finite : whole)(setting.min, setting.max);
}

/** Ends the sentence "must be …". */
export function allowedValues(setting: Setting): string {
  if (setting.kind === "flag") return "true or false";
  if (setting.kind === "choice") return setting.words.join(" or ");
  const { kind, min, max } = setting;
  const range = max === undefined ? `, at least ${min}` : ` between ${min} and ${max}`;
  return `${kind === "real" ? "a number" : "a whole number"}${range}`;
}

/** Whether a setting can have this value. */
export function isAllowed(setting: Setting, value: unknown): boolean {
  return misfit(value, settingSchema(setting)) === undefined;
}

const spelled: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  "1": true,
  false: false,
  no: false,
  "0": false,
};

/** The value of a text on a command line; undefined if it is not allowed. */
export function parsedValue(setting: Setting, text: string): SettingValue | undefined {
  const word = text.trim();
  const value = setting.kind === "choice"
    ? word
    : setting.kind === "flag"
    ? Object.hasOwn(spelled, word) ? spelled[word] : undefined
    : word === ""
    ? undefined
    : Number(word);
  return isAllowed(setting, value) ? value : undefined;
}

/** A value as it was stored, perhaps by an earlier version, which wrote flags as 0 and 1. */
export function storedValue(setting: Setting, value: SettingValue): SettingValue {
  const isOldFlag = setting.kind === "flag" && (value === 0 || value === 1);
  return isOldFlag ? value === 1 : value;
}
