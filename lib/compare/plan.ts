/**
 * What to compare, and whether a folder was started with the same.
 *
 * @module
 */
import { join } from "node:path";
import type { Cohort } from "../cohort/cohort.ts";
import type { UseCases } from "../evaluate/use_cases.ts";
import { isThere } from "../files/is_there.ts";
import { checkCoverage, coverageOf } from "../models/coverage.ts";
import { modelFamily, ownSettings, settingsOf } from "../models/mod.ts";
import type { CodeKnowledge } from "../models/interface/model.ts";
import type { ModelConfig } from "../models/interface/settings.ts";
import type { LongWorkOptions } from "../long_work.ts";
import { type Training, trainingNames, type TrainingOptions } from "../train/options.ts";
import { readRunConfig } from "../train/read_run.ts";
import type { TrainingStart } from "../train/start.ts";
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
export interface CompareOptions extends TrainingOptions, LongWorkOptions {
  /** The models, in the order of the table; each is compared with the first. */
  readonly models: readonly (string | Contestant)[];
  /**
   * Random seeds: each model is trained and generates with each of them. The first one is `seed`; its
   * figures are the model's own, and the others show how far they move. Seeds can be added later.
   */
  readonly seeds?: readonly number[] | undefined;
  /** Settings for every model that has a setting of this name. */
  readonly settings?: ModelConfig | undefined;
  /**
   * What to evaluate: kinds ("privacy") or single measures ("utility.phenotyping"); default every
   * measure that takes only seconds. Those of fidelity are always among them. Measures can be added
   * later.
   */
  readonly measures?: readonly string[] | undefined;
  /**
   * Weights of figures by use case, in percent, such as `{ teaching: { "c2st.auc": 100 } }`: they
   * replace the default ones of the same name, and others are added. They change ranks alone.
   */
  readonly weights?: UseCases | undefined;
  /** Name of the real cohort for people, such as that of its folder. */
  readonly names?: { readonly real?: string } | undefined;
  /** Whether figures are written as PNG too; takes a second for each; default false. */
  readonly png?: boolean | undefined;
  /** Resamples of patients behind each interval; default 1,000; 0: no intervals. */
  readonly resamples?: number | undefined;
  /** A folder that holds parts made by {@link comparePart}, which are taken over as they are. */
  readonly parts?: string | undefined;
  /** Start over instead of continuing what is in the folder. */
  readonly force?: boolean | undefined;
  /** The same as in {@link TrainOptions}, for every model. */
  readonly acceptLoss?: boolean | undefined;
  /** Called once for each model that is trained, before its first step. */
  readonly onStart?: ((start: TrainingStart) => void) | undefined;
}

/** The names of the options. */
export const compareOptionNames = [
  ...trainingNames,
  ...Object.keys(
    {
      models: 0,
      seeds: 0,
      settings: 0,
      measures: 0,
      weights: 0,
      png: 0,
      names: 0,
      resamples: 0,
      parts: 0,
      force: 0,
      acceptLoss: 0,
      onStart: 0,
      onProgress: 0,
      signal: 0,
    } satisfies Record<Exclude<keyof CompareOptions, keyof TrainingOptions>, 0>,
  ),
];

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
  { settings: shared = {}, acceptLoss = false }: CompareOptions,
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
  const model = family.create(
    config,
    family.schemaFor?.(cohort, config, { minCell: training.minCell, bins: knowledge?.bins }),
  );
  checkKnowledge(model, knowledge);
  const without = `or leave ${name} out of the models`;
  if (!acceptLoss) checkCoverage(name, coverageOf(model, cohort), [without]);
  checkCanTrain(model, cohort, training);
  return { name, family: family.name, settings, config, knowledge };
}

/** The models to compare, checked; throws a RangeError if they cannot be compared. */
export function entriesOf(
  options: CompareOptions,
  cohort: Cohort,
  training: Training,
): Entry[] {
  const { models, settings = {} } = options;
  if (models.length === 0) throw new RangeError("Cannot compare: no model is given");
  const entries = models.map((each) => entryOf(each, options, cohort, training));
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

/**
 * The random seeds, the plan's own first.
 *
 * @throws {RangeError} If there are none, one is given twice, or `seed` is not the first of them
 */
export function seedsOf({ seeds, seed }: CompareOptions, otherwise: number): readonly number[] {
  if (seeds === undefined) return [seed ?? otherwise];
  const twice = seeds.find((each, i) => seeds.indexOf(each) !== i);
  if (twice !== undefined) throw new RangeError(`Cannot compare: seed ${twice} is given twice`);
  if (seeds.length === 0) throw new RangeError("Cannot compare: no seed is given");
  if (seed !== undefined && seed !== seeds[0]) {
    throw new RangeError(
      `Cannot compare with seed ${seed} and seeds ${seeds.join()}: the first of them must be the same`,
    );
  }
  return seeds;
}

/**
 * Makes sure that a folder was started with the same plan; returns whether it was started at all.
 *
 * @param advice what to do if it was not
 */
export async function isBegunWith(folder: string, plan: Plan, advice: string): Promise<boolean> {
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
        advice,
    );
  }
  return true;
}

/** The folder of a model within a comparison's, with the first random seed or another one. */
export function modelFolder(folder: string, { name }: Entry, seed?: number): string {
  const own = join(folder, "models", name);
  return seed === undefined ? own : join(own, "seeds", String(seed));
}

/**
 * Makes sure that a model in the folder was started with the settings that are given now.
 *
 * @param advice what to do if it was not
 * @param seed as in {@link modelFolder}
 */
export async function checkBegun(
  folder: string,
  entry: Entry,
  advice: string,
  seed?: number,
): Promise<void> {
  const { name, config, knowledge } = entry;
  const run = join(modelFolder(folder, entry, seed), "run");
  if (!await isThere(join(run, "config.json"))) return;
  const found = await readRunConfig(run);
  const fail = (what: string, now: unknown, before: unknown) => {
    throw new RangeError(
      `Cannot continue "${folder}" with ${what} ${now} for ${name}: it was started with ${before}; ` +
        `use another form of it, NAME+WORD, or ${advice}`,
    );
  };
  for (const setting of new Set([...Object.keys(config), ...Object.keys(found.config)])) {
    const [now, before] = [config[setting], found.config[setting]];
    if (now !== before) fail(setting, now ?? "left out", before ?? "none");
  }
  const brought = {
    semantic_table: knowledge?.embeddings,
    hierarchy_table: knowledge?.hierarchy,
    bins: knowledge?.bins,
  };
  for (const [table, given] of Object.entries(brought)) {
    const before = found.sources?.[table];
    if (given !== undefined && !before?.startsWith(given.source)) fail(table, given.source, before);
  }
}
