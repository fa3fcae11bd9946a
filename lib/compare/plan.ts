/**
 * What to compare, and whether a folder was started with the same.
 *
 * @module
 */
import { join } from "node:path";
import type { Cohort } from "../cohort/cohort.ts";
import { isThere } from "../files/is_there.ts";
import { modelFamily, ownSettings, settingsOf } from "../models/mod.ts";
import type { CodeKnowledge } from "../models/interface/model.ts";
import type { ModelConfig } from "../models/interface/settings.ts";
import type { OnProgress } from "../progress.ts";
import type { Training, TrainingOptions } from "../train/options.ts";
import { readRunConfig } from "../train/read_run.ts";
import { checkCanTrain, checkKnowledge } from "../train/train.ts";
import { familyNameOf, type Plan, readPlan } from "./read_comparison.ts";

/** A model of a comparison, with its own settings. */
export interface Contestant {
  /** Its name in the registry; `NAME+WORD` for another form of the model. */
  readonly name: string;
  /** Its own settings, which override those for every model. */
  readonly settings?: ModelConfig | undefined;
  /** What is known about the codes, for models that can use it. */
  readonly knowledge?: CodeKnowledge | undefined;
}

/** What to compare; {@link TrainingOptions} say how to train. `seed` is the random seed of everything,
 * resamples included. */
export interface CompareOptions extends TrainingOptions {
  /** The models, in the order of the table; each is compared with the first. */
  readonly models: readonly (string | Contestant)[];
  /** Settings for every model that has a setting of this name. */
  readonly settings?: ModelConfig | undefined;
  /** Resamples of patients behind each interval; default 1,000; 0: no intervals. */
  readonly resamples?: number | undefined;
  /** Start over instead of continuing what is in the folder. */
  readonly force?: boolean | undefined;
  /** Called after every step; stages begin with the model's name. */
  readonly onProgress?: OnProgress | undefined;
}

/** A contestant whose settings were checked. */
export interface Entry {
  /** The same as in {@link Contestant}. */
  readonly name: string;
  /** The model's name in the registry. */
  readonly family: string;
  /** All settings that were given for it. */
  readonly settings: ModelConfig;
  /** The whole config. */
  readonly config: ModelConfig;
  readonly knowledge?: CodeKnowledge | undefined;
}

function entryOf(
  contestant: string | Contestant,
  shared: ModelConfig,
  cohort: Cohort,
  training: Training,
): Entry {
  const { name, settings: own = {}, knowledge } = typeof contestant === "string"
    ? { name: contestant }
    : contestant;
  const family = modelFamily(familyNameOf(name));
  const known = settingsOf(family.name);
  const fitting = Object.entries(shared).filter(([key]) => Object.hasOwn(known, key));
  const settings = ownSettings(family, { ...Object.fromEntries(fitting), ...own });
  const config = family.configFor(cohort, settings, knowledge);
  const model = family.create(config, family.schemaFor?.(cohort, config, training));
  checkKnowledge(model, knowledge);
  checkCanTrain(model, cohort, training);
  return { name, family: family.name, settings, config, knowledge };
}

/** The models to compare, checked; throws a RangeError if they cannot be compared. */
export function entriesOf(
  { models, settings = {} }: CompareOptions,
  cohort: Cohort,
  training: Training,
): Entry[] {
  if (models.length === 0) throw new RangeError("Cannot compare: no model is given");
  const entries = models.map((each) => entryOf(each, settings, cohort, training));
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new RangeError(
      `Cannot compare: "${twice}" is given twice; for another form of it, write "${twice}+WORD"`,
    );
  }
  for (const name of Object.keys(settings)) {
    const isKnown = ({ family }: Entry) => Object.hasOwn(settingsOf(family), name);
    if (entries.some(isKnown)) continue;
    throw new RangeError(
      `Cannot set ${name}: none of ${names.join(", ")} has such a setting`,
    );
  }
  return entries;
}

/** Makes sure that a folder was started with the same plan; returns whether it was started at all. */
export async function isBegunWith(folder: string, plan: Plan): Promise<boolean> {
  const found = await readPlan(join(folder, "plan.json"));
  if (found === undefined) {
    if (!await isThere(folder)) return false;
    throw new Deno.errors.AlreadyExists(
      `Cannot write "${folder}": it exists already and is not a comparison; choose another folder`,
    );
  }
  if (found.cohort !== plan.cohort) {
    throw new RangeError(
      `Cannot continue "${folder}": it was started with another cohort or other splits`,
    );
  }
  const before: Record<string, unknown> = { ...found.training, resamples: found.resamples };
  const now: Record<string, unknown> = { ...plan.training, resamples: plan.resamples };
  for (const [name, value] of Object.entries(now)) {
    if (value === before[name]) continue;
    throw new RangeError(
      `Cannot continue "${folder}" with ${name} ${value}: it was started with ${before[name]}; ` +
        "pass --force to start over",
    );
  }
  return true;
}

/** Makes sure that a model in the folder was started with the settings that are given now. */
export async function checkBegun(
  folder: string,
  { name, config, knowledge }: Entry,
): Promise<void> {
  const run = join(folder, "models", name, "run");
  if (!await isThere(join(run, "config.json"))) return;
  const found = await readRunConfig(run);
  const fail = (what: string, now: unknown, before: unknown) => {
    throw new RangeError(
      `Cannot continue "${folder}" with ${what} ${now} for ${name}: it was started with ${before}; ` +
        "use another form of it, NAME+WORD, or pass --force to start over",
    );
  };
  for (const setting of new Set([...Object.keys(config), ...Object.keys(found.config)])) {
    const [now, before] = [config[setting], found.config[setting]];
    if (now !== before) fail(setting, now ?? "left out", before ?? "none");
  }
  const brought = { semantic_table: knowledge?.embeddings, hierarchy_table: knowledge?.hierarchy };
  for (const [table, given] of Object.entries(brought)) {
    const before = found.sources?.[table];
    if (given !== undefined && !before?.startsWith(given.source)) fail(table, given.source, before);
  }
}
