import * as v from "valibot";
import type { Cohort } from "../cohort/cohort.ts";
import { usualMinCell } from "../cohort/small_cells.ts";
import { presetFor, trainingRecords } from "../models/interface/preset.ts";
import { finite, misfit, object, oneOf, type Schema, whole } from "../files/checked_json.ts";
import { batchCount, stepsOfEpoch } from "./batches.ts";

/**
 * How to train; all options are stored in the run's config.json. The defaults of epochs, batch and
 * learning rate follow the size of the cohort; HALO's paper has 46,520 to 929,268 records and
 * trains 50 epochs with batches of 48 and a constant learning rate of 1e-4.
 */
export interface TrainingOptions {
  /**
   * Passes over the training records, or with `steps` parts of them; default 20 passes or more, by the
   * size of the cohort.
   */
  readonly epochs?: number | undefined;
  /**
   * Optimizer steps of an epoch, for cohorts of which a pass takes too long: the validation loss, the
   * line of the log and the checkpoint then come after N batches, and passes continue from epoch
   * to epoch. Default 0: an epoch is one pass.
   */
  readonly steps?: number | undefined;
  /** Records per batch; default 8 to 48, by the size of the cohort. */
  readonly batch?: number | undefined;
  /** Adam's learning rate, or its maximum if it changes; default 5e-3 to 1e-4, by the size of the
   * cohort. */
  readonly learningRate?: number | undefined;
  /**
   * Learning rate schedule: constant, or cosine decay to zero over all epochs; default "cosine".
   */
  readonly schedule?: "constant" | "cosine" | undefined;
  /** Steps over which the learning rate rises from zero to its full value; default 20. */
  readonly warmup?: number | undefined;
  /** Training stops after N epochs without a lower validation loss; default 10. */
  readonly patience?: number | undefined;
  /**
   * Time limit in minutes: no epoch starts after it, and the cosine reaches zero by then; default
   * 0, no limit. Time differs from run to run, so only runs without a limit can be repeated
   * exactly.
   */
  readonly minutes?: number | undefined;
  /** Random seed; default 1. Equal seeds give equal runs. */
  readonly seed?: number | undefined;
  /** Threads that share each batch, on wasm or cpu; default 1. Changes the order of sums. */
  readonly workers?: number | undefined;
  /**
   * The most that each step keeps of a running mean of the weights, in [0, 1], such as 0.999; the mean
   * is then validated, kept and generated from instead of the last weights. It spends nothing of a
   * privacy budget. The first steps keep less, so that the weights to begin with are forgotten (De et al.
   * 2022). Default 0: no mean.
   */
  readonly averageWeights?: number | undefined;
  /**
   * What fewer than N patients have is not stored in the run's config: bins of values and times end
   * where at least N training patients are, and codes that fewer have measured get no bins. Default
   * 10; at most 1 stores extremes of single patients, as the published forms of models do.
   */
  readonly minCell?: number | undefined;
}

/** Minutes between two checkpoints within an epoch, where nothing else is asked for. */
export const usualCheckpointMinutes = 5;

/** Every training option with its value. */
export type Training = {
  readonly [Name in keyof TrainingOptions]-?: NonNullable<TrainingOptions[Name]>;
};

/** Defaults of the training options that do not depend on the cohort. */
export const trainingDefaults = {
  steps: 0,
  schedule: "cosine",
  warmup: 20,
  patience: 10,
  minutes: 0,
  seed: 1,
  workers: 1,
  averageWeights: 0,
  minCell: usualMinCell,
} as const satisfies TrainingOptions;

/**
 * The training options that were given, with defaults for a cohort.
 *
 * @param family whose training may bear lower rates only
 */
export function trainingFor(
  cohort: Cohort,
  options: TrainingOptions,
  family?: { readonly highestRate?: number },
): Training {
  const { epochs: passes, batch: usual, learningRate } = presetFor(cohort, family);
  const { steps = trainingDefaults.steps, batch = usual } = options;
  const records = trainingRecords(cohort);
  const ofPass = batchCount(records, batch);
  const epochs = Math.ceil(passes * ofPass / stepsOfEpoch(records, { batch, steps }));
  return { epochs, batch, learningRate, ...trainingDefaults, ...givenTraining(options) };
}

const entries = {
  steps: whole(0),
  batch: whole(1),
  learningRate: finite(0),
  schedule: oneOf("constant", "cosine"),
  warmup: whole(0),
  patience: whole(1),
  minutes: finite(0),
  seed: whole(0),
  workers: whole(1),
  averageWeights: finite(0, 1),
  minCell: whole(0),
  epochs: whole(1), // whose default follows from the others, so they are checked first
};

/** What the options may be. */
const trainingSchema: Schema<Training> = object(entries);

/** The options that earlier versions did not have. */
type LaterOption = "averageWeights" | "minCell" | "steps";

/** The options as a file has them: those of later versions may be missing. */
export type StoredTraining = Omit<Training, LaterOption> & Pick<TrainingOptions, LaterOption>;

/** {@link StoredTraining}, when it is read from a file. */
export const storedTrainingSchema: Schema<StoredTraining> = object({
  ...entries,
  averageWeights: v.optional(entries.averageWeights),
  minCell: v.optional(entries.minCell),
  steps: v.optional(entries.steps),
});

/** All options of stored ones: earlier versions stored everything and averaged no weights. */
export function wholeTraining(stored: StoredTraining): Training {
  const { averageWeights = 0, minCell = 1, steps = trainingDefaults.steps } = stored;
  return { ...stored, averageWeights, minCell, steps };
}

/** The names of the training options. */
export const trainingNames = [
  "epochs",
  "steps",
  "batch",
  "learningRate",
  "schedule",
  "warmup",
  "patience",
  "minutes",
  "seed",
  "workers",
  "averageWeights",
  "minCell",
] as const satisfies (keyof TrainingOptions)[];

/** The training options that were given. */
export function givenTraining(options: TrainingOptions): Partial<Training> {
  return Object.fromEntries(
    trainingNames.filter((name) => options[name] !== undefined).map((
      name,
    ) => [name, options[name]]),
  );
}

/** The share of the minutes that are spent; 0 where there is no limit. */
export function timeShare({ minutes }: Training, seconds: number): number {
  return minutes > 0 ? Math.min(1, seconds / (60 * minutes)) : 0;
}

/** The share of the learning rate to use when a share of the training is done. */
export function rateShare({ schedule }: Training, done: number): number {
  return schedule === "constant" ? 1 : 0.5 * (1 + Math.cos(Math.PI * done));
}

/**
 * Checks the training options.
 *
 * @throws {RangeError} If an option is out of range; the message names it
 */
export function checkTraining(training: Training): void {
  const wrong = misfit(training, trainingSchema);
  if (wrong === undefined) return;
  throw new RangeError(`Cannot train with ${wrong.field} ${wrong.seen}: must be ${wrong.wanted}`);
}
