import { type Cohort, type Split, splitNames, splitOf } from "../cohort/cohort.ts";
import { fingerprint } from "../cohort/fingerprint.ts";
import { growFolder, type GrowingFolder, grownFolder } from "../files/growing_folder.ts";
import { claimed } from "../files/output.ts";
import { modelFamily, ownSettings } from "../models/mod.ts";
import { checkRoom } from "../models/room/room_check.ts";
import type { CodeKnowledge, Model } from "../models/interface/model.ts";
import type { ModelConfig } from "../models/interface/settings.ts";
import { backendVersions } from "../nn/backend.ts";
import type { NamedArrays } from "../nn/parameters.ts";
import { stream } from "../random.ts";
import type { OnProgress } from "../progress.ts";
import { version } from "../version.ts";
import { fitAdversary } from "./adversarial.ts";
import { batchCount } from "./batches.ts";
import { calibrate } from "./calibrate.ts";
import { fit } from "./fit.ts";
import { checkWorkers } from "./gradients/workers.ts";
import {
  checkTraining,
  givenTraining,
  type Training,
  trainingDefaults,
  type TrainingOptions,
} from "./options.ts";
import { readProgress } from "./read_progress.ts";
import { readBegun, readRun, readRunConfig } from "./read_run.ts";
import { runRemarks } from "./remarks.ts";
import { beginRun, hasStored, modelOf, type Run, type RunConfig, writeBest } from "./run_folder.ts";

/** What to train; {@link TrainingOptions} say how. */
export interface TrainOptions extends TrainingOptions {
  /** Name of the kind of model; default "halo". */
  readonly model?: string | undefined;
  /** The model's settings, by name; the others have their defaults. */
  readonly settings?: ModelConfig;
  /** What is known about the codes, for models that can use it. */
  readonly knowledge?: CodeKnowledge | undefined;
  /** Continue an interrupted run; other options must be omitted or unchanged. */
  readonly resume?: boolean;
  /** Replace an older result of Ehrloom in the folder, as soon as the first epoch is stored. */
  readonly force?: boolean | undefined;
  /** Called after every step. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Checks that a cohort has training and validation records.
 *
 * @throws {RangeError} If there is not
 */
export function checkSplits({ splits }: Cohort): void {
  if (splits === null) {
    throw new RangeError("Cannot train: the cohort has no splits; deno task prepare makes them");
  }
  for (const split of ["train", "validation"] satisfies Split[]) {
    if (!splits.includes(splitNames.indexOf(split))) {
      throw new RangeError(`Cannot train: the cohort has no ${split} records`);
    }
  }
}

function tablesOf(
  model: Model,
  cohort: Cohort,
  { seed }: { seed: number },
  { knowledge = {}, onProgress }: TrainOptions,
) {
  if ("learn" in model) return undefined;
  return model.tables?.(cohort, knowledge, { random: stream("tables", seed), onProgress });
}

/**
 * Checks that a model can use what is known about the codes.
 *
 * @throws {RangeError} If it does not use such knowledge
 */
export function checkKnowledge(model: Model, knowledge: CodeKnowledge = {}): void {
  const given = Object.entries(knowledge).filter(([, value]) => value !== undefined);
  if (given.length === 0 || !("learn" in model) && model.tables !== undefined) return;
  throw new RangeError(
    `Cannot train "${model.family}" with ${given[0][0]}: this model does not use any`,
  );
}

/**
 * Checks that the chosen engine and this machine have enough memory to train a model.
 *
 * @throws {RangeError} If they do not; the message says what would fit
 */
export function checkCanTrain(model: Model, cohort: Cohort, { workers }: Training): void {
  checkWorkers(workers);
  if ("learn" in model) return;
  const train = splitOf(cohort, "train");
  checkRoom(model, { stage: "learning", cohort: train, workers: workers === 1 ? 0 : workers });
  checkRoom(model, { stage: "judging", cohort: splitOf(cohort, "validation") });
}

/** Trains a run whose config is written, or continues it. */
async function learn(
  cohort: Cohort,
  folder: GrowingFolder,
  runConfig: RunConfig,
  tables: NamedArrays | undefined,
  onProgress?: OnProgress,
): Promise<void> {
  const model = modelOf(runConfig);
  if ("learn" in model) {
    await writeBest(folder.path, model.learn(splitOf(cohort, "train")));
    return await folder.shown();
  }
  const { adversary } = model;
  const { minutes } = runConfig.training;
  const stages = adversary === undefined ? 1 : 2; // that share the time alike
  const training = { ...runConfig.training, minutes: minutes / stages };
  await fit(model, cohort, folder, training, onProgress, tables);
  await calibrate(model, cohort, folder.path, onProgress);
  if (adversary !== undefined) {
    await fitAdversary(model, adversary, cohort, folder.path, training, onProgress);
  }
}

async function trainNew(cohort: Cohort, folder: string, options: TrainOptions): Promise<void> {
  const family = modelFamily(options.model ?? "halo");
  const settings = ownSettings(family, options.settings ?? {});
  const training = { ...trainingDefaults, ...givenTraining(options) };
  checkTraining(training);
  const config = family.configFor(cohort, settings, options.knowledge);
  const schema = family.schemaFor?.(cohort, config, training);
  const model = family.create(config, schema);
  checkKnowledge(model, options.knowledge);
  checkCanTrain(model, cohort, training);
  const given = await tablesOf(model, cohort, training, options);
  const remarks = runRemarks(model, cohort, training);
  const runConfig: RunConfig = {
    ehrloom: version,
    model: family.name,
    config,
    ...schema && { schema },
    ...(given ?? model.remarks) && { sources: { ...model.remarks?.(cohort), ...given?.sources } },
    ...Object.keys(remarks).length > 0 && { remarks },
    training,
    cohort: await fingerprint(cohort),
    versions: backendVersions(),
  };
  await growFolder(folder, {
    async begin(begun) {
      await beginRun(begun, runConfig, cohort.vocabulary, cohort.labelNames);
      await readBegun(begun); // what could not be read back is not worth training
    },
    run: (growing) => learn(cohort, growing, runConfig, given?.tables, options.onProgress),
    isWorthKeeping: hasStored,
  });
}

/** The tables that must be computed again for a run that was killed before it stored anything. */
async function tablesAgain(
  folder: string,
  cohort: Cohort,
  runConfig: RunConfig,
  options: TrainOptions,
): Promise<NamedArrays | undefined> {
  const model = modelOf(runConfig);
  if ("learn" in model || model.tables === undefined) return undefined;
  const { epochs, batch } = runConfig.training;
  const batches = batchCount(splitOf(cohort, "train").recordCount, batch);
  if (await readProgress(folder, model, { epochs, batches }) !== undefined) return undefined;
  const given = await tablesOf(model, cohort, runConfig.training, options);
  for (const [name, source] of Object.entries(given?.sources ?? {})) {
    if (source !== runConfig.sources?.[name]) {
      throw new RangeError(
        `Cannot resume "${folder}": ${name} now comes from ${source}; ` +
          `the run was started with ${runConfig.sources?.[name]}`,
      );
    }
  }
  return given?.tables;
}

async function trainOn(cohort: Cohort, folder: string, options: TrainOptions): Promise<void> {
  const stored = await readRunConfig(folder);
  const before: Record<string, unknown> = {
    model: stored.model,
    ...stored.config,
    ...stored.training,
  };
  const now = {
    model: options.model,
    ...options.settings && ownSettings(modelFamily(stored.model), options.settings),
    ...givenTraining(options),
  };
  for (const [name, value] of Object.entries(now)) {
    if (value !== undefined && value !== before[name]) {
      throw new RangeError(
        `Cannot resume "${folder}" with ${name} ${value}: it was started with ${before[name]}`,
      );
    }
  }
  if (await fingerprint(cohort) !== stored.cohort) {
    throw new RangeError(
      `Cannot resume "${folder}": it was started on another cohort or other splits`,
    );
  }
  checkCanTrain(modelOf(stored), cohort, stored.training);
  const tables = await tablesAgain(folder, cohort, stored, options);
  await learn(cohort, grownFolder(folder), stored, tables, options.onProgress);
}

/**
 * Trains a model on the train split of a cohort and writes a run folder; the validation split
 * decides which epoch is best. `resume` continues an interrupted run and reaches exactly the same
 * losses.
 *
 * @param cohort with splits
 * @param folder where to write the run
 * @param options what to train, and how
 * @returns the run, with its best parameters
 * @throws {RangeError} If the model or a setting is unknown, an option out of range, or the cohort
 * does not fit
 * @throws {Deno.errors.AlreadyExists} If the folder exists and neither `resume` nor `force` is set,
 * or it contains something that Ehrloom did not write
 * @throws {Deno.errors.Busy} If another process trains there
 */
export async function train(
  cohort: Cohort,
  folder: string,
  options: TrainOptions = {},
): Promise<Run> {
  checkSplits(cohort);
  const { force, resume } = options;
  return await claimed(folder, { force, goesOn: resume }, async (place) => {
    await (resume ? trainOn(cohort, place, options) : trainNew(cohort, place, options));
    return await readRun(place);
  });
}
