/**
 * The registry: every model that `deno task train --model` knows, one line each.
 *
 * @module
 */
import { halo } from "./halo.ts";
import type { ModelConfig, ModelFamily, Setting } from "./model.ts";

/** All kinds of model, by name. */
export const models: Readonly<Record<string, ModelFamily>> = { halo };

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

function checkSetting(model: string, name: string, setting: Setting, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  const { min, max = Infinity, isReal = false } = setting;
  if (value >= min && value <= max && (isReal || Number.isSafeInteger(value))) return value;
  const kind = isReal ? "a number" : "a whole number";
  const range = max === Infinity ? `at least ${min}` : `between ${min} and ${max}`;
  throw new RangeError(`Cannot set ${name}=${text} for "${model}": must be ${kind} ${range}`);
}

/**
 * A model's settings from `key=value` texts.
 *
 * @throws {RangeError} If a setting is unknown or out of range; the message says what is allowed
 */
export function parseSettings(family: ModelFamily, texts: readonly string[]): ModelConfig {
  const set: Record<string, number> = {};
  for (const text of texts) {
    const [, name, value] = text.match(/^([^=]*)=(.*)$/) ?? [];
    if (name === undefined) {
      throw new RangeError(`Cannot set "${text}": must be key=value, such as width=256`);
    }
    if (!Object.hasOwn(family.settings, name)) {
      const known = Object.keys(family.settings).join(", ");
      throw new RangeError(
        `Cannot set ${name} for "${family.name}": no such setting, known are ${known}`,
      );
    }
    set[name] = checkSetting(family.name, name, family.settings[name], value);
  }
  return set;
}
