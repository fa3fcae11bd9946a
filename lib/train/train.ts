import { type Cohort, type Split, splitNames, splitOf } from "../cohort/cohort.ts";
import { fingerprint } from "../cohort/fingerprint.ts";
import { checkOutput } from "../cohort/output.ts";
import { checkSettings, modelFamily } from "../models/mod.ts";
import type { ModelConfig } from "../models/model.ts";
import { backendVersions } from "../nn/backend.ts";
import type { OnProgress } from "../progress.ts";
import { version } from "../version.ts";
import { fit } from "./fit.ts";
import { checkWorkers } from "./gradients.ts";
import { checkTraining, trainingDefaults, type TrainingOptions } from "./options.ts";
import {
  beginRun,
  modelOf,
  readRun,
  readRunConfig,
  type Run,
  type RunConfig,
  writeBest,
} from "./run_folder.ts";

/** What to train, on top of how. */
export interface TrainOptions extends TrainingOptions {
  /** Name of the kind of model; default "halo". */
  readonly model?: string;
  /** The model's settings, by name; what is left out has its documented default. */
  readonly settings?: ModelConfig;
  /** Go on with an interrupted run; other options must be left out or be as they were. */
  readonly resume?: boolean;
  /** Replace what stands at the folder. */
  readonly force?: boolean;
  /** Hears of every step. */
  readonly onProgress?: OnProgress;
}

/** Checks that there is something to learn from and to judge by. */
function checkSplits({ splits }: Cohort): void {
  if (splits === null) {
    throw new RangeError("Cannot train: the cohort has no splits, prepare gives it some");
  }
  for (const split of ["train", "validation"] satisfies Split[]) {
    if (!splits.includes(splitNames.indexOf(split))) {
      throw new RangeError(`Cannot train: the cohort has no ${split} records`);
    }
  }
}

/** What was given of the training options, so that the rest can fall back. */
function givenTraining(options: TrainOptions): TrainingOptions {
  const known = Object.keys(trainingDefaults) as (keyof TrainingOptions)[];
  return Object.fromEntries(
    known.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}

async function begunRun(
  folder: string,
  cohort: Cohort,
  options: TrainOptions,
): Promise<RunConfig> {
  const family = modelFamily(options.model ?? "halo");
  const settings = options.settings ?? {};
  checkSettings(family, settings);
  const training = { ...trainingDefaults, ...givenTraining(options) };
  checkTraining(training);
  checkWorkers(training.workers);
  const runConfig: RunConfig = {
    ehrloom: version,
    model: family.name,
    config: family.configFor(cohort, settings),
    training,
    cohort: await fingerprint(cohort),
    versions: backendVersions(),
  };
  await checkOutput(folder, { force: options.force });
  if (options.force) {
    await Deno.remove(folder, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  await beginRun(folder, runConfig, cohort.vocabulary, cohort.labelNames);
  return runConfig;
}

async function resumedRun(
  folder: string,
  cohort: Cohort,
  options: TrainOptions,
): Promise<RunConfig> {
  const stored = await readRunConfig(folder);
  const before: Record<string, unknown> = {
    model: stored.model,
    ...stored.config,
    ...stored.training,
  };
  const now = { ...options.settings, ...givenTraining(options), model: options.model };
  for (const [name, value] of Object.entries(now)) {
    if (value !== undefined && value !== before[name]) {
      throw new RangeError(
        `Cannot resume "${folder}" with ${name} ${value}: it was begun with ${before[name]}`,
      );
    }
  }
  if (await fingerprint(cohort) !== stored.cohort) {
    throw new RangeError(
      `Cannot resume "${folder}": it was begun on another cohort or other splits`,
    );
  }
  return stored;
}

/**
 * Trains a model on a cohort's train split and leaves a run folder; the validation split tells which
 * epoch is best. A run that was killed goes on with `resume`, to the same losses as if it had not.
 *
 * @param cohort with splits
 * @param folder where the run shall stand
 * @param options what to train, and how
 * @returns the run, with its best parameters
 * @throws {RangeError} If the model or a setting is unknown, an option out of range, or the cohort
 * does not fit
 * @throws {Deno.errors.AlreadyExists} If the folder exists and neither `resume` nor `force` is set
 */
export async function train(
  cohort: Cohort,
  folder: string,
  options: TrainOptions = {},
): Promise<Run> {
  checkSplits(cohort);
  const prepare = options.resume ? resumedRun : begunRun;
  const runConfig = await prepare(folder, cohort, options);
  const model = modelOf(runConfig);
  if ("learn" in model) await writeBest(folder, model.learn(splitOf(cohort, "train")));
  else await fit(model, cohort, folder, runConfig.training, options.onProgress);
  return await readRun(folder);
}
