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
import { readMeds } from "../cohort/from_meds.ts";
import { checkOutput, writeWhole } from "../cohort/output.ts";
import { writeMeds } from "../cohort/to_meds.ts";
import {
  type ComparedModel,
  type Comparison,
  differencesOf,
  fromJson,
  type JudgedModel,
  toJson,
} from "../evaluate/comparison.ts";
import { checkReal } from "../evaluate/evaluate.ts";
import { resampledFidelity } from "../evaluate/fidelity/fidelity.ts";
import { withoutEmptyRecords } from "../evaluate/fidelity/without_empty_records.ts";
import { likelihoodMetrics, resampledNll } from "../evaluate/likelihood.ts";
import type { FidelityFigures } from "../evaluate/report.ts";
import { hasLikelihood, testLikelihoods } from "../evaluate/run_likelihood.ts";
import { generate } from "../generate/generate.ts";
import { checkSettings, modelFamily } from "../models/mod.ts";
import type { ModelConfig } from "../models/model.ts";
import { backendVersions } from "../nn/backend.ts";
import { type Compared, writeComparison } from "../plot/comparison.ts";
import type { OnProgress } from "../progress.ts";
import {
  checkTraining,
  givenTraining,
  type Training,
  trainingDefaults,
  type TrainingOptions,
} from "../train/options.ts";
import type { Run } from "../train/run_folder.ts";
import { checkSplits, train } from "../train/train.ts";
import { version } from "../version.ts";

/** What to compare, on top of how to train; `seed` names all draws, those of resamples too. */
export interface CompareOptions extends TrainingOptions {
  /** Names of the models, in the order of the table; the others are held against the first. */
  readonly models: readonly string[];
  /** Settings for every model that has one of the name. */
  readonly settings?: ModelConfig;
  /** Resamples of patients behind each interval; 1,000 when left out, 0 for none. */
  readonly resamples?: number;
  /** Begin anew in place of going on with what is at the folder. */
  readonly force?: boolean;
  /** Hears of every step; stages begin with the model's name. */
  readonly onProgress?: OnProgress;
}

/** All that decides the figures; a folder is gone on with only under the same plan. */
interface Plan {
  readonly cohort: string;
  readonly training: Training;
  readonly settings: ModelConfig;
  readonly resamples: number;
}

function checkModels(models: readonly string[], settings: ModelConfig): void {
  if (models.length === 0) throw new RangeError("Cannot compare: no model is named");
  const twice = models.find((name, index) => models.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`Cannot compare: "${twice}" is named twice`);
  const families = models.map(modelFamily);
  for (const family of families) checkSettings(family, settingsOf(family.name, settings));
  for (const name of Object.keys(settings)) {
    if (families.some((family) => Object.hasOwn(family.settings, name))) continue;
    throw new RangeError(`Cannot set ${name}: none of ${models.join(", ")} has such a setting`);
  }
}

/** Those of the settings that the model has. */
function settingsOf(model: string, settings: ModelConfig): ModelConfig {
  const { settings: known } = modelFamily(model);
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => Object.hasOwn(known, name)),
  );
}

async function readIfThere(path: string): Promise<unknown> {
  try {
    return fromJson(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof SyntaxError) {
      throw new SyntaxError(`Cannot read "${path}": it is not JSON`);
    }
    throw error;
  }
}

/** What a file keeps; made, and kept there, where there is no such file yet. */
async function kept<T>(path: string, make: () => Promise<T>): Promise<T> {
  const found = await readIfThere(path);
  if (found !== undefined) return found as T;
  const made = await make();
  await writeWhole(path, (temporary) => Deno.writeTextFile(temporary, toJson(made)));
  return made;
}

/** Begins the folder, or makes sure that it was begun with the same plan. */
async function checkPlan(folder: string, plan: Plan, force: boolean): Promise<void> {
  const path = join(folder, "plan.json");
  const found = await readIfThere(path) as Plan | undefined;
  if (force || found === undefined) {
    await checkOutput(folder, { force });
    await Deno.remove(folder, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await kept(path, () => Promise.resolve(plan));
    return;
  }
  if (found.cohort !== plan.cohort) {
    throw new RangeError(
      `Cannot go on with "${folder}": it was begun on another cohort or other splits`,
    );
  }
  const before: Record<string, unknown> = { ...found.training, resamples: found.resamples };
  const now: Record<string, unknown> = { ...plan.training, resamples: plan.resamples };
  const names = new Set([...Object.keys(found.settings), ...Object.keys(plan.settings)]);
  for (const name of names) {
    before[name] = found.settings[name] ?? "its default";
    now[name] = plan.settings[name] ?? "its default";
  }
  for (const [name, value] of Object.entries(now)) {
    if (value === before[name]) continue;
    throw new RangeError(
      `Cannot go on with "${folder}" with ${name} ${value}: it was begun with ${before[name]}; ` +
        "pass --force to begin anew",
    );
  }
}

/** One model's sitting: where it works, and under which plan. */
interface Sitting {
  readonly model: string;
  readonly folder: string;
  readonly plan: Plan;
  readonly cohort: Cohort;
  readonly onProgress?: OnProgress;
}

/** The model's run, begun or gone on with, and the seconds that learning took. */
async function trained(
  { model, folder, plan, cohort, onProgress }: Sitting,
): Promise<{ run: Run; seconds: number }> {
  const path = join(folder, "run");
  const isBegun = await readIfThere(join(path, "config.json")) !== undefined;
  const began = performance.now();
  const run = await train(cohort, path, {
    ...plan.training,
    model,
    settings: settingsOf(model, plan.settings),
    ...(isBegun ? { resume: true } : { force: true }),
    onProgress,
  });
  const lines = run.training;
  const seconds = lines.length > 0
    ? lines[lines.length - 1].seconds
    : (performance.now() - began) / 1000;
  return { run, seconds };
}

async function judged(sitting: Sitting): Promise<JudgedModel> {
  const { model, folder, plan, cohort, onProgress } = sitting;
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
    throw new RangeError(`Cannot judge "${model}": none of its records has a visit`);
  }
  await writeMeds(join(folder, "synthetic"), written, { name: `ehrloom-${model}`, force: true });
  const test = hasLikelihood(run) ? await testLikelihoods(run, cohort, { onProgress }) : null;
  const synthetic = withoutEmptyRecords(written);
  const [{ figures, r2 }] = await resampledFidelity(
    { role: "real", cohort: withoutEmptyRecords(real) },
    [{ role: "synthetic", cohort: synthetic }],
    { seed, resamples, onProgress },
  );
  return {
    model,
    config: run.runConfig.config,
    parameters: Object.values(run.parameters).reduce((sum, { numbers }) => sum + numbers.length, 0),
    epochs: run.training.length,
    best_epoch: run.training.findLast(({ best }) => best)?.epoch ?? 0,
    training_seconds: seconds,
    generation_seconds: generationSeconds,
    records_cut_off: cutOff,
    records_without_visits: written.recordCount - synthetic.recordCount,
    likelihood: test && likelihoodMetrics(test.perRecord, test.cells, {
      seed,
      resamples,
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
  const { models, settings = {}, resamples = 1000, force = false, onProgress } = options;
  const training = { ...trainingDefaults, ...givenTraining(options) };
  checkModels(models, settings);
  checkTraining(training);
  if (!Number.isSafeInteger(resamples) || resamples < 0) {
    throw new RangeError(`Cannot take ${resamples} resamples: must be a whole number, at least 0`);
  }
  checkSplits(cohort);
  const { train: real, heldOut } = checkReal(cohort);
  const plan: Plan = { cohort: await fingerprint(cohort), training, settings, resamples };
  await checkPlan(folder, plan, force);

  const ceiling = await kept(
    join(folder, "ceiling.json"),
    () => ceilingOf(cohort, plan, prefixed("ceiling", onProgress)),
  );
  const found: JudgedModel[] = [];
  const synthetic = new Map<string, Cohort>();
  for (const model of models) {
    const own = join(folder, "models", model);
    const sitting = { model, folder: own, plan, cohort, onProgress: prefixed(model, onProgress) };
    found.push(await kept(join(own, "judgement.json"), () => judged(sitting)));
    synthetic.set(model, await readMeds(join(own, "synthetic")));
  }
  const comparison: Comparison = {
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
  const compared = { comparison, real, synthetic };
  await writeComparison(folder, compared);
  return compared;
}
