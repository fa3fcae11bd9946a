/**
 * Models side by side on one cohort: each is trained, generates as many records as it learned from
 * and is judged, all with the same training options, seed and resamples of the real records.
 *
 * The folder holds `plan.json` (what was asked for), `ceiling.json` and, for each model,
 * `models/NAME/` with its run, its synthetic records and `judgement.json`, which is written last:
 * where it is, the model is finished.
 *
 * @module
 */
import { join } from "node:path";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { fingerprint } from "../cohort/fingerprint.ts";
import { readMeds } from "../cohort/meds/read.ts";
import { growFolder, type GrowingFolder, grownFolder } from "../files/growing_folder.ts";
import { isThere } from "../files/is_there.ts";
import { claimed, replaceText } from "../files/output.ts";
import { writeMeds } from "../cohort/meds/write.ts";
import {
  type ComparedModel,
  type Comparison,
  differencesOf,
  type JudgedModel,
  toJson,
} from "../evaluate/comparison.ts";
import { checkResamples } from "../evaluate/bootstrap.ts";
import { checkReal } from "../evaluate/evaluate.ts";
import { resampledFidelity } from "../evaluate/fidelity/fidelity.ts";
import { withoutEmptyRecords } from "../evaluate/without_empty_records.ts";
import { likelihoodMetrics, resampledNll } from "../evaluate/likelihood/likelihood.ts";
import type { FidelityFigures } from "../evaluate/report.ts";
import { hasLikelihood, testLikelihoods } from "../evaluate/likelihood/run_likelihood.ts";
import { generate } from "../generate/generate.ts";
import { formOf, modelFamily, ownSettings, settingsOf } from "../models/mod.ts";
import type { CodeKnowledge } from "../models/interface/model.ts";
import type { ModelConfig } from "../models/interface/settings.ts";
import { backendVersions } from "../nn/backend.ts";
import { type Compared, writeComparison } from "../plot/comparison/comparison.ts";
import type { OnProgress } from "../progress.ts";
import {
  checkTraining,
  givenTraining,
  type Training,
  trainingDefaults,
  type TrainingOptions,
} from "../train/options.ts";
import { readRunConfig } from "../train/read_run.ts";
import type { Run } from "../train/run_folder.ts";
import { checkCanTrain, checkKnowledge, checkSplits, train } from "../train/train.ts";
import { version } from "../version.ts";
import {
  familyNameOf,
  type Plan,
  readCeiling,
  readJudgement,
  readPlan,
} from "./read_comparison.ts";

/** A model with what is its own in a comparison. */
export interface Contestant {
  /** As the registry has it; `NAME+WORD` where another form of the model stands beside it. */
  readonly name: string;
  /** Its own settings, which go before those for every model. */
  readonly settings?: ModelConfig;
  /** What is known of the codes, for models that can use it. */
  readonly knowledge?: CodeKnowledge;
}

/** What to compare, on top of how to train; `seed` names all draws, those of resamples too. */
export interface CompareOptions extends TrainingOptions {
  /** The models, in the order of the table; the others are held against the first. */
  readonly models: readonly (string | Contestant)[];
  /** Settings for every model that has one of the name. */
  readonly settings?: ModelConfig;
  /** Resamples of patients behind each interval; 1,000 when left out, 0 for none. */
  readonly resamples?: number;
  /** Begin anew in place of going on with what is at the folder. */
  readonly force?: boolean;
  /** Hears of every step; stages begin with the model's name. */
  readonly onProgress?: OnProgress;
}

/** A contestant whose settings were checked. */
interface Entry {
  /** As {@link Contestant} has it. */
  readonly name: string;
  /** The model's name in the registry. */
  readonly family: string;
  /** All that were set for it. */
  readonly settings: ModelConfig;
  /** The whole config. */
  readonly config: ModelConfig;
  readonly knowledge?: CodeKnowledge;
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

function entriesOf(
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

/** What was kept before, or what is made now and kept for the next time. */
async function kept<T>(
  path: string,
  found: Promise<T | undefined>,
  make: () => Promise<T>,
): Promise<T> {
  const before = await found;
  if (before !== undefined) return before;
  const made = await make();
  await replaceText(path, toJson(made));
  return made;
}

/** Makes sure that a folder was begun with the same plan; tells whether it is begun at all. */
async function isBegunWith(folder: string, plan: Plan): Promise<boolean> {
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
async function checkBegun(folder: string, { name, config, knowledge }: Entry): Promise<void> {
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

/** One model's sitting: where it works, and under which plan. */
interface Sitting {
  readonly entry: Entry;
  readonly folder: string;
  readonly plan: Plan;
  readonly cohort: Cohort;
  readonly onProgress?: OnProgress;
}

/** The model's run, begun or gone on with, and the seconds that learning took. */
async function trained(
  { entry, folder, plan, cohort, onProgress }: Sitting,
): Promise<{ run: Run; seconds: number }> {
  const path = join(folder, "run");
  const isBegun = await isThere(join(path, "config.json"));
  const began = performance.now();
  const run = await train(cohort, path, {
    ...plan.training,
    model: entry.family,
    settings: entry.settings,
    knowledge: entry.knowledge,
    ...(isBegun ? { resume: true } : { force: true }),
    onProgress,
  });
  const lines = run.training;
  const seconds = lines.length > 0
    ? lines[lines.length - 1].seconds
    : (performance.now() - began) / 1000;
  return { run, seconds };
}

/** How many numbers training chose: those of tables worked out before it are not among them. */
function learntNumbers({ parameters, runConfig: { sources = {} } }: Run): number {
  return Object.entries(parameters)
    .filter(([name]) => !Object.hasOwn(sources, name))
    .reduce((sum, [, { numbers }]) => sum + numbers.length, 0);
}

async function judged(sitting: Sitting): Promise<JudgedModel> {
  const { entry: { name, family }, folder, plan, cohort, onProgress } = sitting;
  const { resamples, training: { seed } } = plan;
  const { run, seconds } = await trained(sitting);
  const real = splitOf(cohort, "train");
  const began = performance.now();
  const { cohort: written, cutOff } = await generate(run, {
    count: real.recordCount,
    seed,
    onProgress,
  });
  const generationSeconds = (performance.now() - began) / 1000;
  if (written.visitCount === 0) {
    throw new RangeError(`Cannot judge "${name}": none of its records has a visit`);
  }
  await writeMeds(join(folder, "synthetic"), written, { name: `ehrloom-${name}`, force: true });
  const test = hasLikelihood(run) ? await testLikelihoods(run, cohort, { onProgress }) : null;
  const synthetic = withoutEmptyRecords(written);
  const [{ figures, r2 }] = await resampledFidelity(
    { role: "real", cohort: withoutEmptyRecords(real) },
    [{ role: "synthetic", cohort: synthetic }],
    { seed, resamples, onProgress },
  );
  return {
    model: name,
    form: formOf(family, run.runConfig.config),
    config: run.runConfig.config,
    ...run.runConfig.sources && { sources: run.runConfig.sources },
    parameters: learntNumbers(run),
    epochs: run.training.length,
    best_epoch: run.training.findLast(({ best }) => best)?.epoch ?? 0,
    training_seconds: seconds,
    generation_seconds: generationSeconds,
    records_cut_off: cutOff,
    records_without_visits: written.recordCount - synthetic.recordCount,
    likelihood: test && likelihoodMetrics(test.perRecord, test.cells, {
      seed,
      resamples,
      isBound: test.isBound,
      unseenCodeOccurrences: test.unseenCodeOccurrences,
    }),
    fidelity: figures,
    resampled: {
      r2: {
        unigram: [...r2.unigram],
        same_visit_bigram: [...r2.same_visit_bigram],
        sequential_bigram: [...r2.sequential_bigram],
      },
      nll: test && [...resampledNll(test.perRecord, { seed, resamples })],
    },
  };
}

/** Held-out records against training records, on the same resamples of these. */
async function ceilingOf(
  cohort: Cohort,
  { resamples, training: { seed } }: Plan,
  onProgress?: OnProgress,
): Promise<FidelityFigures> {
  const [{ figures }] = await resampledFidelity(
    { role: "real", cohort: withoutEmptyRecords(splitOf(cohort, "train")) },
    [{ role: "held_out", cohort: withoutEmptyRecords(splitOf(cohort, "test")) }],
    { seed, resamples, onProgress },
  );
  return figures;
}

function prefixed(name: string, onProgress?: OnProgress): OnProgress | undefined {
  return onProgress &&
    ((progress) => onProgress({ ...progress, stage: `${name}: ${progress.stage}` }));
}

/** What the table shows of a judged model. */
function withoutResamples({ resampled: _, ...compared }: JudgedModel): ComparedModel {
  return compared;
}

/**
 * Trains models on a cohort, lets each generate as many records as it learned from, and judges them
 * on the same resamples of the real records. Leaves `comparison.html`, `comparison.json`, `figures/`
 * and each model's run and synthetic records in the folder.
 *
 * A comparison that was stopped goes on where it was: finished models are kept, an interrupted
 * training is resumed. So models can be added later, by naming them too.
 *
 * @param cohort with splits, none of them empty; the backend must have been chosen
 * @param folder where the comparison stands, or shall stand
 * @throws {RangeError} If a model or a setting is unknown, an option out of range, the cohort does
 * not fit, or the folder was begun with other options
 * @throws {Deno.errors.AlreadyExists} If the folder holds something else and `force` is not set
 */
export async function compare(
  cohort: Cohort,
  folder: string,
  options: CompareOptions,
): Promise<Compared> {
  const { resamples = 1000, force = false, onProgress } = options;
  const training = { ...trainingDefaults, ...givenTraining(options) };
  checkTraining(training);
  checkSplits(cohort);
  checkResamples(resamples, cohort.labelNames.length);
  const entries = entriesOf(options, cohort, training);
  checkReal(cohort);
  const plan: Plan = { cohort: await fingerprint(cohort), training, resamples };
  const contest: Contest = { cohort, plan, entries, onProgress };
  return await claimed(folder, { force, goesOn: !force }, async (place) => {
    if (!force && await isBegunWith(place, plan)) {
      for (const entry of entries) await checkBegun(place, entry);
      return await judgedAll(contest, grownFolder(place));
    }
    const compared: Compared[] = [];
    await growFolder(place, {
      async begin(begun) {
        await Deno.mkdir(begun);
        await replaceText(join(begun, "plan.json"), toJson(plan));
      },
      async run(growing) {
        compared.push(await judgedAll(contest, growing));
      },
      isWorthKeeping: (begun) => isThere(join(begun, "models")),
    });
    return compared[0];
  });
}

/** All that a comparison compares, and under which plan. */
interface Contest {
  readonly cohort: Cohort;
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  readonly onProgress?: OnProgress;
}

/** Judges all models that are not judged yet, and writes the table and the page. */
async function judgedAll(contest: Contest, folder: GrowingFolder): Promise<Compared> {
  const { cohort, plan, entries, onProgress } = contest;
  const ceilingPath = join(folder.path, "ceiling.json");
  const ceiling = await kept(
    ceilingPath,
    readCeiling(ceilingPath),
    () => ceilingOf(cohort, plan, prefixed("ceiling", onProgress)),
  );
  const found: JudgedModel[] = [];
  const synthetic = new Map<string, Cohort>();
  for (const entry of entries) {
    const { name } = entry;
    const own = join(folder.path, "models", name);
    const sitting = { entry, folder: own, plan, cohort, onProgress: prefixed(name, onProgress) };
    const path = join(own, "judgement.json");
    found.push(await kept(path, readJudgement(path, name, plan.resamples), () => judged(sitting)));
    synthetic.set(name, await readMeds(join(own, "synthetic")));
    await folder.shown();
  }
  const comparison = comparisonOf(contest, ceiling, found);
  const compared = { comparison, real: splitOf(cohort, "train"), synthetic };
  await writeComparison(folder.path, compared);
  return compared;
}

function comparisonOf(
  { cohort, plan: { training, resamples } }: Contest,
  ceiling: FidelityFigures,
  found: readonly JudgedModel[],
): Comparison {
  const { train: real, heldOut } = checkReal(cohort);
  return {
    about: {
      ehrloom: version,
      created: new Date().toISOString(),
      seed: training.seed,
      resamples,
      training,
      real: {
        records: cohort.recordCount,
        train: real.recordCount,
        test: heldOut.recordCount,
        codes: cohort.vocabulary.codes.length,
        labels: cohort.labelNames.length,
      },
      versions: { ...Deno.version, ...backendVersions() },
    },
    ceiling,
    models: found.map(withoutResamples),
    differences: differencesOf(found),
  };
}
