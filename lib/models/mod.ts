/**
 * The registry: every model that `deno task train --model` knows, one line each.
 *
 * @module
 */
import { finite, object, type Schema as JsonSchema, whole } from "../files/checked_json.ts";
import { eva } from "./eva.ts";
import { gpt } from "./gpt.ts";
import { halo } from "./halo.ts";
import { haloCoarse } from "./halo_coarse.ts";
import { hisgt } from "./hisgt.ts";
import { independent } from "./independent.ts";
import { lstm } from "./lstm.ts";
import { markov } from "./markov.ts";
import { memoriser } from "./memoriser.ts";
import type { GradientModel, ModelConfig, ModelFamily, Setting } from "./interface/model.ts";
import type { Schema } from "./synehrgy/record_schema.ts";
import { synehrgy } from "./synehrgy.ts";
import { synteg } from "./synteg.ts";

/** All kinds of model, by name. */
export const models: Readonly<Record<string, ModelFamily>> = {
  halo,
  "halo-coarse": haloCoarse,
  gpt,
  lstm,
  hisgt,
  synehrgy,
  synteg,
  eva,
  independent,
  markov,
  memoriser,
};

/** What users may know of a kind of model. */
export interface ModelSummary {
  /** As on the command line. */
  readonly name: string;
  /** One sentence, with the paper. */
  readonly summary: string;
  /** The settings that users may set, by name. */
  readonly settings: Readonly<Record<string, Setting>>;
}

/** All kinds of model, in the order of their names. */
export const modelSummaries: readonly ModelSummary[] = Object.values(models)
  .sort((a, b) => a.name < b.name ? -1 : 1);

/**
 * The kind of model of that name.
 *
 * @throws {RangeError} If there is none; the message lists the known ones
 */
export function modelFamily(name: string): ModelFamily {
  const known = Object.keys(models).sort();
  if (known.includes(name)) return models[name];
  throw new RangeError(
    `Cannot find model "${name}": no model of that name, known are ${known.join(", ")}`,
  );
}

/**
 * The network of a config: a model that learns by gradients.
 *
 * @throws {RangeError} If the family is unknown or its models learn by counting
 */
export function gradientModelOf(
  family: string,
  config: ModelConfig,
  schema?: Schema,
): GradientModel {
  const model = modelFamily(family).create(config, schema);
  if (!("learn" in model)) return model;
  throw new RangeError(`Cannot take "${family}" for a network: it learns by counting`);
}

/**
 * Which form of a model a config runs: "intended", or "published" with the settings that make it so
 * where the published code does something else than it meant.
 */
export function formOf(family: string, config: ModelConfig): string {
  const published = Object.entries(modelFamily(family).settings).filter(([name, setting]) =>
    setting.published !== undefined && config[name] === setting.published
  );
  if (published.length === 0) return "intended";
  return `published (${published.map(([name]) => `${name}=${config[name]}`).join(", ")})`;
}

function checkSetting(
  family: ModelFamily,
  name: string,
  value: number,
  text = String(value),
): void {
  if (!Object.hasOwn(family.settings, name)) {
    const known = Object.keys(family.settings).join(", ");
    throw new RangeError(
      `Cannot set ${name} for "${family.name}": no such setting, known are ${known}`,
    );
  }
  const { min, max = Infinity, isReal = false } = family.settings[name];
  const isWithin = value >= min && value <= max && value < Infinity;
  if (isWithin && (isReal || Number.isSafeInteger(value))) return;
  const kind = isReal ? "a number" : "a whole number";
  const range = max === Infinity ? `at least ${min}` : `between ${min} and ${max}`;
  throw new RangeError(`Cannot set ${name}=${text} for "${family.name}": must be ${kind} ${range}`);
}

/**
 * Checks that a model can be set so.
 *
 * @throws {RangeError} If a setting is unknown or out of range; the message says what is allowed
 */
export function checkSettings(family: ModelFamily, settings: ModelConfig): void {
  for (const [name, value] of Object.entries(settings)) {
    checkSetting(family, name, value);
  }
}

/** What a whole config of a family is, whatever the cohort: every number, within its bounds. */
export function configSchema({ settings, derived }: ModelFamily): JsonSchema<ModelConfig> {
  const numbers = Object.entries({ ...settings, ...derived }).map(
    ([name, { min, max, isReal = false }]) => [name, (isReal ? finite : whole)(min, max)],
  );
  return object({ codes: whole(0), labels: whole(0), ...Object.fromEntries(numbers) });
}

/**
 * A model's settings from `key=value` texts.
 *
 * @throws {RangeError} If there is no model of that name, or a setting is unknown or out of range;
 * the message says what is allowed
 */
export function parseSettings(model: string, texts: readonly string[]): ModelConfig {
  const family = modelFamily(model);
  const set: Record<string, number> = {};
  for (const text of texts) {
    const [, name, value] = text.match(/^([^=]*)=(.*)$/) ?? [];
    if (name === undefined) {
      throw new RangeError(`Cannot set "${text}": must be key=value, such as width=256`);
    }
    set[name] = value.trim() === "" ? NaN : Number(value);
    checkSetting(family, name, set[name], value);
  }
  return set;
}
