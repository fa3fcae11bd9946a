import { join } from "node:path";
import { checkArguments, checkOptions } from "../arguments.ts";
import { type Cohort, type Split, splitNames, splitOf, splitSize } from "../cohort/cohort.ts";
import { fingerprint } from "../cohort/fingerprint.ts";
import { isThere } from "../files/is_there.ts";
import { growFolder, type GrowingFolder, grownFolder } from "../files/growing_folder.ts";
import { claimed } from "../files/output.ts";
import { checkCoverage, coverageOf } from "../models/coverage.ts";
import { modelFamily, ownSettings } from "../models/mod.ts";
import { checkRoom } from "../models/room/room_check.ts";
import type { CodeKnowledge, Model, ModelFamily } from "../models/interface/model.ts";
import type { ModelConfig } from "../models/interface/settings.ts";
import { backendVersions } from "../nn/backend.ts";
import type { NamedArrays } from "../nn/parameters.ts";
import { stream } from "../random.ts";
import { longWork, type LongWorkOptions } from "../long_work.ts";
import { ownCommit } from "../commit.ts";
import { version } from "../version.ts";
import { fitAdversary } from "./adversarial.ts";
import { calibrate } from "./calibrate.ts";
import { type Canaries, joinedBy, withCanaries } from "./canaries.ts";
import { endingOf, standingOf } from "./ending.ts";
import { fit, type FitOptions } from "./fit.ts";
import { extended, restartInWords } from "./extend.ts";
import { removeFinished, writeFinished } from "./finished.ts";
import { checkWorkers } from "./gradients/workers.ts";
import {
  checkTraining,
  givenTraining,
  type Training,
  trainingDefaults,
  trainingFor,
  trainingNames,
  type TrainingOptions,
} from "./options.ts";
import {
  plannedPrivacy,
  type Privacy,
  privacyNames,
  type PrivacyOptions,
} from "./private/privacy.ts";
import { announceRun } from "./processes/announcement.ts";
import { checkIsFirst, checkProcesses } from "./processes/checks.ts";
import { alone, type ProcessGroup } from "./processes/process_group.ts";
import { courseOf, readProgress } from "./read_progress.ts";
import { readBegun, readRun } from "./read_run.ts";
import { runRemarks } from "./remarks.ts";
import { extrasOf, type RestartedTraining, scheduleOf } from "./schedule.ts";
import {
  beginRun,
  hasStored,
  modelOf,
  type Run,
  type RunConfig,
  stageTraining,
  writeBest,
  writeConfig,
} from "./run_folder.ts";
import { type TrainingStart, trainingStart } from "./start.ts";
import { canaryNote, writeCanaries } from "./stored_canaries.ts";
import { unfinishedRun } from "./unfinished.ts";

/** What to train; {@link TrainingOptions} say how. */
export interface TrainOptions extends TrainingOptions, LongWorkOptions {
  /** Name of the kind of model; default "halo". */
  readonly model?: string | undefined;
  /** The model's settings, by name; the others have their defaults. */
  readonly settings?: ModelConfig;
  /**
   * Protects the training patients by differential privacy, see {@link PrivacyOptions}. The last epoch
   * is then kept, and nothing is calibrated, as no choice may depend on patients unprotected.
   */
  readonly privacy?: PrivacyOptions | undefined;
  /**
   * Audits the training by N canaries, made-up patients of whom about half are put among the training
   * records, see {@link withCanaries}; `evaluate` then says how large the epsilon of differential privacy
   * is at least. From 12 to the number of training records; default none. They are drawn by `seed`.
   */
  readonly canaries?: number | undefined;
  /** What is known about the codes, for models that can use it. */
  readonly knowledge?: CodeKnowledge | undefined;
  /**
   * Continue an interrupted run, or a finished one with more `epochs`: the learning rate then
   * starts again after the last finished epoch, see {@link RunConfig.restarts}. Other options must
   * be omitted or unchanged.
   */
  readonly resume?: boolean;
  /** Replace an older result of Ehrloom in the folder, as soon as the first epoch is stored. */
  readonly force?: boolean | undefined;
  /**
   * Train even if more than a tenth of the training records' tokens lies beyond the model's context.
   */
  readonly acceptLoss?: boolean | undefined;
  /**
   * The state of the run is stored after each epoch and, in epochs that take longer, after this many
   * minutes; default 5, and 0 stores it after every step. A killed run continues from there. May
   * change when a run is resumed.
   */
  readonly checkpointMinutes?: number | undefined;
  /**
   * The processes that share each batch, of which this is the first, see {@link joinMpi}; the others call
   * {@link helpTrain}. Default this one alone.
   */
  readonly processes?: ProcessGroup | undefined;
  /** Called once before the first step; see {@link startInWords}. */
  readonly onStart?: ((start: TrainingStart) => void) | undefined;
  /** Called with what a person should know before training starts. */
  readonly onNote?: ((note: string) => void) | undefined;
}

const optionNames = [
  ...trainingNames,
  ...Object.keys(
    {
      model: 0,
      settings: 0,
      privacy: 0,
      canaries: 0,
      knowledge: 0,
      resume: 0,
      force: 0,
      acceptLoss: 0,
      checkpointMinutes: 0,
      processes: 0,
      onStart: 0,
      onNote: 0,
      onProgress: 0,
      signal: 0,
    } satisfies Record<Exclude<keyof TrainOptions, keyof TrainingOptions>, 0>,
  ),
];

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
export function checkKnowledge(model: Model, { bins, ...knowledge }: CodeKnowledge = {}): void {
  if (bins !== undefined && model.schema === undefined) {
    throw new RangeError(
      `Cannot train "${model.family}" with bins: it learns no values so; set numbers=10`,
    );
  }
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
export function checkCanTrain(model: Model, cohort: Cohort, training: RestartedTraining): void {
  const { workers } = training;
  checkWorkers(workers);
  if ("learn" in model) return;
  const train = splitOf(cohort, "train");
  checkRoom(model, {
    stage: "learning",
    cohort: train,
    workers: workers === 1 ? 0 : workers,
    extras: extrasOf(training),
  });
  checkRoom(model, { stage: "judging", cohort: splitOf(cohort, "validation") });
}

/** What {@link learn} is given besides the config. */
interface Learning extends FitOptions {
  /** Canaries of its audit. */
  readonly canaries: Canaries | undefined;
}

/** Trains a run whose config is written, or continues it. */
async function learn(
  cohort: Cohort,
  folder: GrowingFolder,
  runConfig: RunConfig,
  { canaries, ...options }: Learning,
): Promise<void> {
  const model = modelOf(runConfig);
  if ("learn" in model) {
    await writeBest(folder.path, model.learn(splitOf(cohort, "train")));
    await folder.shown();
    return await writeFinished(folder.path, { epochs: 0, ended_by: "epochs" });
  }
  const { adversary } = model;
  const training = stageTraining(runConfig);
  await announceRun(options.processes ?? alone, runConfig, canaries);
  const lines = await fit(model, cohort, folder, training, options);
  if (runConfig.privacy === undefined) {
    await calibrate(model, cohort, folder.path, options.onProgress);
  }
  const second_stage = adversary &&
    await fitAdversary(model, adversary, cohort, folder.path, training, options);
  const ended_by = endingOf(scheduleOf(training, lines), standingOf(lines)) ?? "epochs";
  await writeFinished(folder.path, { epochs: lines.length, ended_by, second_stage });
}

/** A cohort with the canaries that options ask for, if they do. */
function auditedBy(cohort: Cohort, { canaries, seed = trainingDefaults.seed }: TrainOptions) {
  return canaries === undefined ? undefined : withCanaries(cohort, { canaries, seed });
}

/** Checks that an audit can find canaries by their likelihood. */
function checkCanScore(model: Model): void {
  if (model.likelihoods !== undefined) return;
  throw new RangeError(
    `Cannot train "${model.family}" with canaries: it gives records no likelihood, by which an audit ` +
      "finds them",
  );
}

/**
 * The model that options ask for, and how to train it; throws a RangeError if that cannot be.
 *
 * @returns also the cohort to train on, which has the canaries that are in training
 */
export function planned(source: Cohort, options: TrainOptions) {
  const audited = auditedBy(source, options);
  const cohort = audited?.cohort ?? source;
  const family = modelFamily(options.model ?? "halo");
  const training = trainingFor(cohort, options, family);
  checkTraining(training);
  const privacy = options.privacy && privacyFor(family, cohort, training, options);
  const settings = {
    ...ownSettings(family, options.settings ?? {}),
    ...privacy && "calibrate" in family.settings && { calibrate: false },
  };
  const config = family.configFor(cohort, settings, options.knowledge);
  const { minCell } = training;
  const schema = family.schemaFor?.(cohort, config, { minCell, bins: options.knowledge?.bins });
  const model = family.create(config, schema);
  checkKnowledge(model, options.knowledge);
  if (audited !== undefined) checkCanScore(model);
  const coverage = coverageOf(model, cohort);
  if (!options.acceptLoss) checkCoverage(family.name, coverage);
  checkCanTrain(model, cohort, { ...training, privacy });
  checkProcesses(model, privacy, options.processes);
  return { model, config, schema, training, privacy, coverage, cohort, audited };
}

/** Plans private training; throws a RangeError if an option would choose by patients' records. */
function privacyFor(
  family: ModelFamily,
  cohort: Cohort,
  training: Training,
  { privacy, patience, settings }: TrainOptions,
): Privacy | undefined {
  if (privacy === undefined) return undefined;
  const choices = { patience, calibrate: settings?.calibrate === true ? "true" : undefined };
  for (const [name, value] of Object.entries(choices)) {
    if (value === undefined) continue;
    throw new RangeError(
      `Cannot train privately with ${name} ${value}: it would use patients' records outside the ` +
        "privacy budget",
    );
  }
  return plannedPrivacy(family, cohort, training, privacy);
}

/** What is known of an audit before training. */
function auditInWords({ isIn }: Canaries): string {
  const included = isIn.reduce((sum, each) => sum + each, 0);
  return `${isIn.length} canaries: ${included} of them are among the training records`;
}

async function trainNew(source: Cohort, folder: string, options: TrainOptions): Promise<void> {
  const { model, config, schema, training, privacy, coverage, cohort, audited } = planned(
    source,
    options,
  );
  const given = await tablesOf(model, cohort, training, options);
  const bins = options.knowledge?.bins;
  const remarks = runRemarks(model, training);
  const runConfig: RunConfig = {
    ehrloom: version,
    ...ownCommit(),
    model: model.family,
    config,
    ...schema && { schema },
    ...(given ?? bins ?? model.remarks) && {
      sources: {
        ...model.remarks?.(cohort),
        ...bins && { bins: bins.source },
        ...given?.sources,
      },
    },
    coverage,
    ...Object.keys(remarks).length > 0 && { remarks },
    training,
    ...privacy && { privacy },
    ...audited && { canaries: await canaryNote(audited) },
    cohort: await fingerprint(source),
    versions: backendVersions(),
  };
  if (audited !== undefined) options.onNote?.(auditInWords(audited));
  options.onStart?.(trainingStart(model, cohort, runConfig, folder));
  await growFolder(folder, {
    async begin(begun) {
      await beginRun(begun, runConfig, cohort.vocabulary, cohort.labelNames);
      if (audited !== undefined) await writeCanaries(begun, audited);
      await readBegun(begun); // what could not be read back is not worth training
    },
    run: (growing) =>
      learn(cohort, growing, runConfig, { ...options, tables: given?.tables, canaries: audited }),
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
  const course = courseOf(splitSize(cohort, "train"), stageTraining(runConfig));
  if (await readProgress(folder, model, course) !== undefined) return undefined;
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

/** The promise to patients stays as it is: neither another budget nor another way. */
function checkSamePrivacy(folder: string, stored?: Privacy, now?: PrivacyOptions): void {
  if (now === undefined) return;
  const refuse = (given: string, before: string) =>
    new RangeError(`Cannot resume "${folder}" with ${given}: it was started with ${before}`);
  if (stored === undefined) throw refuse("a privacy budget", "none");
  const { epochs: _, notCovered: _n, ...before } = stored;
  const known: Record<string, unknown> = { ...before, noise: stored.noiseMultiplier };
  for (const [name, value] of Object.entries(now)) {
    if (value !== undefined && value !== known[name]) {
      throw refuse(`privacy ${name} ${value}`, `${known[name]}`);
    }
  }
}

async function trainOn(source: Cohort, folder: string, options: TrainOptions): Promise<void> {
  const { runConfig: stored, canaries } = await readBegun(folder);
  checkSamePrivacy(folder, stored.privacy, options.privacy);

  const before: Record<string, unknown> = {
    model: stored.model,
    ...stored.config,
    ...stored.training,
    canaries: stored.canaries?.count ?? "none",
  };
  const now = {
    model: options.model,
    canaries: options.canaries,
    ...options.settings && ownSettings(modelFamily(stored.model), options.settings),
    ...givenTraining({ ...options, epochs: undefined }),
  };
  for (const [name, value] of Object.entries(now)) {
    if (value !== undefined && value !== before[name]) {
      throw new RangeError(
        `Cannot resume "${folder}" with ${name} ${value}: it was started with ${before[name]}`,
      );
    }
  }
  if (await fingerprint(source) !== stored.cohort) {
    throw new RangeError(
      `Cannot resume "${folder}": it was started on another cohort or other splits`,
    );
  }
  const bins = options.knowledge?.bins?.source;
  if (bins !== undefined && bins !== stored.sources?.bins) {
    throw new RangeError(
      `Cannot resume "${folder}" with bins of ${bins}: it was started with ` +
        (stored.sources?.bins ?? "fitted ones"),
    );
  }
  const cohort = canaries === undefined ? source : joinedBy(source, canaries);
  const model = modelOf(stored);
  checkCanTrain(model, cohort, stageTraining(stored));
  checkProcesses(model, stored.privacy, options.processes);
  const tables = await tablesAgain(folder, cohort, stored, options);
  const { epochs = stored.training.epochs } = options;
  const runConfig = await extended(folder, cohort, stored, epochs);
  if (runConfig !== stored) {
    await removeFinished(folder);
    await writeConfig(folder, runConfig);
    options.onNote?.(restartInWords(runConfig));
  }
  options.onStart?.(trainingStart(model, cohort, runConfig, folder));
  await learn(cohort, grownFolder(folder), runConfig, { ...options, tables, canaries });
}

/** Says how to continue a training that Jupyter's Stop ended, from when it began in milliseconds. */
async function stoppedText(folder: string, began: number, resume?: boolean): Promise<string> {
  const stored = join(folder, "training.jsonl");
  const isStored = resume || await isThere(stored) &&
      Number((await Deno.stat(stored)).mtime) >= began; // else it is an older run's
  return isStored
    ? "Training stopped by you; continue with resume: true"
    : "Training stopped by you before its first epoch was stored; run the cell again to start over";
}

/**
 * Trains a model on the train split of a cohort and writes a run folder; the validation split
 * decides which epoch is best. `resume` continues an interrupted run and reaches exactly the same
 * losses; with more epochs, it trains a finished run further. With `privacy`, the training patients are
 * protected by differential privacy, and the last epoch is kept.
 *
 * In a Jupyter kernel, Stop ends the training and keeps the variables.
 *
 * @param cohort with splits
 * @param folder where to write the run
 * @param options what to train, and how
 * @returns the run, with its best parameters
 * @throws {RangeError} If the model or a setting is unknown, an option out of range, the cohort does
 * not fit, more than a tenth of it would not be learned and `acceptLoss` is not set, or this is not the
 * first of several processes
 * @throws {Deno.errors.AlreadyExists} If the folder exists and neither `resume` nor `force` is set,
 * or it contains something that Ehrloom did not write
 * @throws {Deno.errors.Busy} If another process trains there
 * @throws the reason of `signal`, once it is aborted
 */
export async function train(
  cohort: Cohort,
  folder: string,
  options: TrainOptions = {},
): Promise<Run> {
  checkArguments("train", [cohort, "cohort"], [folder, "folder"]);
  checkOptions("train", options, optionNames);
  if (options.privacy !== undefined) checkOptions("train", options.privacy, privacyNames);
  checkIsFirst(options.processes);
  checkSplits(cohort);
  const { force, resume } = options;
  const began = Date.now();
  const reserved = { force, goesOn: resume, unfinished: unfinishedRun };
  return await longWork(
    options,
    () => stoppedText(folder, began, resume),
    (watched) =>
      claimed(folder, reserved, async (place) => {
        const all = { ...options, ...watched };
        await (resume ? trainOn(cohort, place, all) : trainNew(cohort, place, all));
        return await readRun(place);
      }),
  );
}
