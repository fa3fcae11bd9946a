import { finite, misfit, object, oneOf, type Schema, whole } from "../files/checked_json.ts";

/**
 * How to train; all of it is stored in the run's config.json. The defaults suit cohorts of a few
 * thousand records; HALO's paper has 46,520 to 929,268 and trains 50 epochs of batches of 48 at a
 * constant rate of 1e-4.
 */
export interface TrainingOptions {
  /** Times that each training record is seen; default 50. */
  readonly epochs?: number | undefined;
  /** Records to a batch; default 24. */
  readonly batch?: number | undefined;
  /** Adam's learning rate, or its highest where it changes; default 1e-3. */
  readonly learningRate?: number | undefined;
  /** Whether the rate stays, or falls to zero over all epochs along a cosine; default "cosine". */
  readonly schedule?: "constant" | "cosine" | undefined;
  /** Steps over which the rate rises from zero; default 20. */
  readonly warmup?: number | undefined;
  /** Epochs without a lower validation loss after which training stops; default 10. */
  readonly patience?: number | undefined;
  /**
   * Minutes after which no further epoch begins, by which time the cosine has reached zero; default
   * 0, no limit. Time differs from run to run, so only unlimited runs can be repeated exactly.
   */
  readonly minutes?: number | undefined;
  /** Random seed; default 1. */
  readonly seed?: number | undefined;
  /** Threads that share each batch, on wasm and cpu; default 1. Changes the order of sums. */
  readonly workers?: number | undefined;
}

/** Every training option with its value. */
export type Training = {
  readonly [Name in keyof TrainingOptions]-?: NonNullable<TrainingOptions[Name]>;
};

/** The values of options that are not given. */
export const trainingDefaults: Training = {
  epochs: 50,
  batch: 24,
  learningRate: 1e-3,
  schedule: "cosine",
  warmup: 20,
  patience: 10,
  minutes: 0,
  seed: 1,
  workers: 1,
};

/** What the options may be. */
export const trainingSchema: Schema<Training> = object({
  epochs: whole(1),
  batch: whole(1),
  learningRate: finite(0),
  schedule: oneOf("constant", "cosine"),
  warmup: whole(0),
  patience: whole(1),
  minutes: finite(0),
  seed: whole(0),
  workers: whole(1),
});

/** What was given of the training options, so that the rest can fall back. */
export function givenTraining(options: TrainingOptions): Partial<Training> {
  const known = Object.keys(trainingDefaults) as (keyof TrainingOptions)[];
  return Object.fromEntries(
    known.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}

/** The share of the minutes that are spent; 0 where there is no limit. */
export function timeShare({ minutes }: Training, seconds: number): number {
  return minutes > 0 ? Math.min(1, seconds / (60 * minutes)) : 0;
}

/** The share of the learning rate that is taken when a share of the training is done. */
export function rateShare({ schedule }: Training, done: number): number {
  return schedule === "constant" ? 1 : 0.5 * (1 + Math.cos(Math.PI * done));
}

/**
 * Checks that training can be done in this way.
 *
 * @throws {RangeError} If an option is out of range; the message names it
 */
export function checkTraining(training: Training): void {
  const wrong = misfit(training, trainingSchema);
  if (wrong === undefined) return;
  throw new RangeError(`Cannot train with ${wrong.field} ${wrong.seen}: must be ${wrong.wanted}`);
}
