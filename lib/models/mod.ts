/**
 * The registry: every model of `deno task train --model`, one line each, and the settings that
 * users may give them.
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import { object, type Schema as JsonSchema } from "../files/checked_json.ts";
import { whatIsKnown } from "../nearest_name.ts";
import { eva } from "./eva.ts";
import { gpt } from "./gpt.ts";
import { halo } from "./halo.ts";
import { haloCoarse } from "./halo_coarse.ts";
import { hisgt } from "./hisgt.ts";
import { independent } from "./independent.ts";
import { lstm } from "./lstm.ts";
import { markov } from "./markov.ts";
import { memoriser } from "./memoriser.ts";
import { withNumbers } from "./numbers/with_numbers.ts";
import type { GradientModel, ModelFamily } from "./interface/model.ts";
import { type Preset, presetFor } from "./interface/preset.ts";
import {
  allowedValues,
  choice,
  cohortSizes,
  isAllowed,
  type ModelConfig,
  parsedValue,
  type Settings,
  settingSchema,
  type SettingValue,
  storedValue,
} from "./interface/settings.ts";
import type { Schema } from "./numbers/record_schema.ts";
import { synehrgy } from "./synehrgy.ts";
import { synteg } from "./synteg.ts";

/** All kinds of model, by name; `compare` uses them in this order. */
export const models: Readonly<Record<string, ModelFamily>> = {
  halo: withNumbers(halo),
  "halo-coarse": withNumbers(haloCoarse),
  gpt: withNumbers(gpt),
  lstm: withNumbers(lstm),
  synteg: withNumbers(synteg),
  eva: withNumbers(eva),
  hisgt: withNumbers(hisgt),
  synehrgy,
  markov,
  independent,
  memoriser,
};

/** A kind of model: its name, a summary and its settings. */
export interface ModelSummary {
  /** As on the command line. */
  readonly name: string;
  /** One sentence, with the paper. */
  readonly summary: string;
  /** Its own settings, by name; {@link settingsOf} also has `form`. */
  readonly settings: Settings;
}

/** All kinds of model, in the order of their names. */
export const modelSummaries: readonly ModelSummary[] = Object.values(models)
  .sort((a, b) => a.name < b.name ? -1 : 1);

/** The models that `deno task compare` uses by default, in its order. */
export const comparedModels: readonly string[] = Object.values(models)
  .filter(({ isCompared = true }) => isCompared)
  .map(({ name }) => name);

/**
 * The kind of model with this name.
 *
 * @throws {RangeError} If there is none; the message lists the known models
 */
export function modelFamily(name: string): ModelFamily {
  const known = Object.keys(models).sort();
  if (known.includes(name)) return models[name];
  throw new RangeError(
    `Cannot find model "${name}": there is no such model; ${whatIsKnown(name, known)}`,
  );
}

/**
 * The preset of a cohort, with a learning rate that a kind of model bears.
 *
 * @param family its name
 * @throws {RangeError} If there is no such model
 */
export function presetOf(family: string, cohort: Cohort): Preset {
  return presetFor(cohort, modelFamily(family));
}

/**
 * The name of a model for people, such as "HALO"; "HALO+small" for `halo+small`, another form of it.
 */
export function titleOf(name: string): string {
  const [, family, form] = name.match(/^([^+]*)(.*)$/s) ?? [];
  const title = Object.hasOwn(models, family) ? models[family].title : undefined;
  return title === undefined ? name : title + form;
}

/**
 * Why a model stands apart from those that are compared, if it is a floor.
 *
 * @param name of the model; `NAME+WORD` for another form of it
 */
export function floorOf(name: string): string | undefined {
  const [family] = name.split("+");
  return Object.hasOwn(models, family) ? models[family].floor : undefined;
}

/**
 * The network of a config: a model that learns by gradients.
 *
 * @throws {RangeError} If the family is unknown or its models only count
 */
export function gradientModelOf(
  family: string,
  config: ModelConfig,
  schema?: Schema,
): GradientModel {
  const model = modelFamily(family).create(config, schema);
  if (!("learn" in model)) return model;
  throw new RangeError(`Cannot use "${family}" as a network: it only counts`);
}

/**
 * What differs between the published and the intended form of a model, by the names of settings;
 * `intended` is undefined where it follows from the cohort, and may then be as published.
 */
function deviations({ settings }: ModelFamily) {
  return Object.entries(settings).flatMap(([name, { default: intended, published }]) =>
    published === undefined ? [] : [{ name, intended, published }]
  );
}

/**
 * All settings of a kind of model: its own, and `form`, which sets all settings in which the
 * published form differs from the intended one.
 *
 * @example A setting's default, and what it may be
 * ```ts
 * import { allowedValues, settingsOf } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { tied } = settingsOf("gpt");
 * assertEquals([tied.default, tied.published, allowedValues(tied)], [true, false, "true or false"]);
 * ```
 *
 * @throws {RangeError} If there is no model with this name
 */
export function settingsOf(model: string): Settings {
  const family = modelFamily(model);
  const names = deviations(family).map(({ name }) => name).join(", ");
  const help = names === ""
    ? "This model has only one form, so both words mean the same"
    : `published sets ${names} as in the published code; intended as in the paper`;
  return { ...family.settings, form: choice("intended", ["intended", "published"], help) };
}

/**
 * The form of a model with this config: "intended", or "published" with the settings that differ
 * from the intended form.
 */
export function formOf(family: string, config: ModelConfig): string {
  const found = deviations(modelFamily(family)).filter(({ name, intended, published }) =>
    intended !== undefined && config[name] === published
  );
  if (found.length === 0) return "intended";
  return `published (${found.map(({ name, published }) => `${name}=${published}`).join(", ")})`;
}

function refusal({ name }: ModelFamily, setting: string, text: string, settings: Settings): Error {
  return new RangeError(
    Object.hasOwn(settings, setting)
      ? `Cannot set ${setting}=${text} for "${name}": must be ${allowedValues(settings[setting])}`
      : `Cannot set ${setting} for "${name}": there is no such setting; ${
        whatIsKnown(setting, Object.keys(settings))
      }`,
  );
}

/**
 * The model's own settings from a user's: `form` is replaced by the settings in which the published
 * form differs; settings that are given besides it are kept.
 *
 * @throws {RangeError} If a setting is unknown or out of range; the message says what is allowed
 */
export function ownSettings(family: ModelFamily, set: ModelConfig): ModelConfig {
  const settings = settingsOf(family.name);
  for (const [name, value] of Object.entries(set)) {
    if (Object.hasOwn(settings, name) && isAllowed(settings[name], value)) continue;
    throw refusal(family, name, String(value), settings);
  }
  const { form, ...own } = set;
  if (form === undefined) return own;
  const ofForm = deviations(family).flatMap(({ name, intended, published }) => {
    const value = form === "published" ? published : intended;
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(ofForm), ...own };
}

/** All entries of a family's configs. */
function configSettings({ settings, derived }: ModelFamily): Settings {
  return { ...cohortSizes, ...settings, ...derived };
}

/** The schema of a family's configs, for any cohort: every setting, within its bounds. */
export function configSchema(family: ModelFamily): JsonSchema<ModelConfig> {
  const schemas = Object.entries(configSettings(family)).map(
    ([name, setting]) => [name, settingSchema(setting)],
  );
  return object(Object.fromEntries(schemas));
}

/**
 * A config as it was stored, perhaps by an earlier version, which wrote 0 and 1 for false and true
 * and did not know some settings.
 */
export function storedConfig(family: ModelFamily, config: ModelConfig): ModelConfig {
  const settings = configSettings(family);
  const unknown = Object.entries(settings).flatMap(([name, setting]) =>
    "before" in setting && setting.before !== undefined ? [[name, setting.before]] : []
  );
  const known = Object.entries(config).map(([name, value]) => [
    name,
    Object.hasOwn(settings, name) ? storedValue(settings[name], value) : value,
  ]);
  return Object.fromEntries([...unknown, ...known]);
}

/**
 * A model's settings from `key=value` texts.
 *
 * @example Flags are true or false, yes or no, 1 or 0
 * ```ts
 * import { parseSettings } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseSettings("gpt", ["width=64", "tied=no"]), { width: 64, tied: false });
 * ```
 *
 * @throws {RangeError} If there is no model with this name, or a setting is unknown or out of
 * range; the message says what is allowed
 */
export function parseSettings(model: string, texts: readonly string[]): ModelConfig {
  const family = modelFamily(model);
  const settings = settingsOf(model);
  const set: Record<string, SettingValue> = {};
  for (const text of texts) {
    const [, name, word] = text.match(/^([^=]*)=(.*)$/) ?? [];
    if (name === undefined) {
      throw new RangeError(`Cannot set "${text}": must be key=value, such as width=256`);
    }
    const value = Object.hasOwn(settings, name) ? parsedValue(settings[name], word) : undefined;
    if (value === undefined) throw refusal(family, name, word, settings);
    set[name] = value;
  }
  return set;
}
