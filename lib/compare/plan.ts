/**
 * What a comparison was asked for, and whether a folder was begun with the same.
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

/** A model with what is its own in a comparison. */
export interface Contestant {
  /** As the registry has it; `NAME+WORD` where another form of the model stands beside it. */
  readonly name: string;
  /** Its own settings, which go before those for every model. */
  readonly settings?: ModelConfig | undefined;
  /** What is known of the codes, for models that can use it. */
  readonly knowledge?: CodeKnowledge | undefined;
}

/** What to compare, on top of how to train; `seed` is the random seed of everything, resamples too. */
export interface CompareOptions extends TrainingOptions {
  /** The models, in the order of the table; the others are held against the first. */
  readonly models: readonly (string | Contestant)[];
  /** Settings for every model that has one of the name. */
  readonly settings?: ModelConfig | undefined;
  /** Resamples of patients behind each interval; 1,000 when left out, 0 for none. */
  readonly resamples?: number | undefined;
  /** Start over instead of continuing what is in the folder. */
  readonly force?: boolean | undefined;
  /** Called after every step; stages begin with the model's name. */
  readonly onProgress?: OnProgress | undefined;
}

/** A contestant whose settings were checked. */
export interface Entry {
  /** As {@link Contestant} has it. */
  readonly name: string;
  /** The model's name in the registry. */
  readonly family: string;
  /** All that were set for it. */
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
  const model = family.create(config, family.schemaFor?.(cohort, config));
  checkKnowledge(model, knowledge);
  checkCanTrain(model, cohort, training);
  return { name, family: family.name, settings, config, knowledge };
}

/** The models that were asked for, checked; throws a RangeError for what cannot be compared. */
export function entriesOf(
  { models, settings = {} }: CompareOptions,
  cohort: Cohort,
  training: Training,
): Entry[] {
  if (models.length === 0) throw new RangeError("Cannot compare: no model is named");
  const entries = models.map((each) => entryOf(each, settings, cohort, training));
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new RangeError(
      `Cannot compare: "${twice}" is named twice; call another form of it "${twice}+WORD"`,
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

/** Makes sure that a folder was begun with the same plan; tells whether it is begun at all. */
export async function isBegunWith(folder: string, plan: Plan): Promise<boolean> {
  const found = await readPlan(join(folder, "plan.json"));
  if (found === undefined) {
    if (!await isThere(folder)) return false;
    throw new Deno.errors.AlreadyExists(
      `Cannot write "${folder}": it exists already and holds no comparison; name another folder`,
    );
  }
  if (found.cohort !== plan.cohort) {
    throw new RangeError(
      `Cannot go on with "${folder}": it was begun on another cohort or other splits`,
    );
  }
  const before: Record<string, unknown> = { ...found.training, resamples: found.resamples };
  const now: Record<string, unknown> = { ...plan.training, resamples: plan.resamples };
  for (const [name, value] of Object.entries(now)) {
    if (value === before[name]) continue;
    throw new RangeError(
      `Cannot go on with "${folder}" with ${name} ${value}: it was begun with ${before[name]}; ` +
        "pass --force to begin anew",
    );
  }
  return true;
}

/** Makes sure that a model that was begun in the folder was begun as it is asked for now. */
export async function checkBegun(
  folder: string,
  { name, config, knowledge }: Entry,
): Promise<void> {
  const run = join(folder, "models", name, "run");
  if (!await isThere(join(run, "config.json"))) return;
  const found = await readRunConfig(run);
  const fail = (what: string, now: unknown, before: unknown) => {
    throw new RangeError(
      `Cannot go on with "${folder}" with ${name}'s ${what} ${now}: it was begun with ${before}; ` +
        "name another form of it, as NAME+WORD, or pass --force to begin anew",
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
