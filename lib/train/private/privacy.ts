/**
 * What a private training promises, and what of the training records it takes as public: planned
 * before the first step and stored in the run's config.
 *
 * The unit that is protected is the patient: one record, with all its rows. Each step takes every
 * patient with the same probability (Poisson sampling), clips the gradient of each over all its rows
 * and all parameters together, adds Gaussian noise to their sum and divides by the number of
 * patients that is expected, not by the one that came.
 *
 * @see Abadi et al. 2016, "Deep learning with differential privacy"
 * @module
 */
import * as v from "valibot";
import { type Cohort, splitOf } from "../../cohort/cohort.ts";
import {
  finite,
  flag,
  list,
  misfit,
  object,
  oneOf,
  text,
  whole,
} from "../../files/checked_json.ts";
import type { Schema } from "../../files/checked_json.ts";
import type { ModelFamily } from "../../models/interface/model.ts";
import { models } from "../../models/mod.ts";
import { stepsOfEpoch } from "../batches.ts";
import type { Training } from "../options.ts";
import { checkPrivacyBudget, type PrivacyBudget, stepsLeft } from "./accounting/budget.ts";
import { noiseFor } from "./accounting/noise_for.ts";
import { checkStep } from "./accounting/noisy_steps.ts";

/** How to protect the patients of a training. */
export interface PrivacyOptions extends PrivacyBudget {
  /**
   * The most that the gradient of a patient's loss, in nats, may be long; default 1. Where the
   * bound adapts, it begins here.
   */
  readonly clip?: number | undefined;
  /** Whether the bound adapts until it clips about half of the patients; default false. */
  readonly adaptiveClip?: boolean | undefined;
  /**
   * Noise multiplier; default the least with which all epochs are within the budget. With less, training
   * stops before the budget is overspent.
   */
  readonly noise?: number | undefined;
  /**
   * Where batches and noise come from: "seeded", the training's random seed, so that it can be repeated, but
   * whoever knows the seed can compute the noise; or "secure", the machine's cryptographic generator. Default
   * "seeded".
   */
  readonly noiseSource?: "seeded" | "secure" | undefined;
}

/** The content of `privacy` in config.json: what a run promises its training patients. */
export interface Privacy extends PrivacyBudget {
  /** Training patients, the N of δ < 1 / N. */
  readonly patients: number;
  /** Probability of each patient to be in the batch of a step. */
  readonly samplingRate: number;
  /** Standard deviation of the noise as a multiple of the bound. */
  readonly noiseMultiplier: number;
  /** The bound of each patient's gradient; where it adapts, the one to begin with. */
  readonly clip: number;
  /** Whether the bound adapts. */
  readonly adaptiveClip: boolean;
  /** Where batches and noise come from. */
  readonly noiseSource: "seeded" | "secure";
  /** The most epochs that the budget allows, of those that are planned. */
  readonly epochs: number;
  /** What the budget does not cover, in sentences. */
  readonly notCovered: readonly string[];
}

/** What {@link Privacy} must be in a file. */
export const privacySchema: Schema<Privacy> = object({
  epsilon: finite(0),
  delta: finite(0, 1),
  patients: whole(1),
  samplingRate: finite(0, 1),
  noiseMultiplier: finite(0),
  clip: finite(0),
  adaptiveClip: flag,
  noiseSource: oneOf("seeded", "secure"),
  epochs: whole(1),
  notCovered: list(text),
});

/** What options besides the budget may be. */
const optionsSchema: Schema<Omit<PrivacyOptions, keyof PrivacyBudget>> = object({
  clip: v.optional(finite(1e-9, 1e9)),
  adaptiveClip: v.optional(flag),
  noise: v.optional(finite(0)),
  noiseSource: v.optional(oneOf("seeded", "secure")),
});

/** The names of the options. */
export const privacyNames = [
  "epsilon",
  "delta",
  "clip",
  "adaptiveClip",
  "noise",
  "noiseSource",
] as const satisfies (keyof PrivacyOptions)[];

/** What of the patients no budget covers, since training takes it as public or does not look at it. */
function notCovered({ noiseSource, seed }: Pick<Privacy, "noiseSource"> & { seed: number }) {
  return [
    "Taken as public: the vocabulary and the names of labels, the numbers of training patients " +
    "and visits, the longest record (context), bins of values and times and where waits begin (schema), and what " +
    "records hold besides codes (coverage)",
    "The validation records are other patients, whom the budget does not protect: their mean loss " +
    "after each epoch is in training.jsonl; it chooses nothing",
    ...noiseSource === "secure" ? [] : [
      `Batches and noise come from random seed ${seed}: whoever knows it can compute the noise, and ` +
      "runs with the same seed share it; the promise holds only against others and for one such run. " +
      "--noise-source secure draws them from the machine's cryptographic generator",
    ],
  ];
}

/** The probability with which each patient is taken: a multiple of 2⁻³², rounded up, as it is drawn. */
export function samplingRateOf(batch: number, patients: number): number {
  return Math.min(1, Math.ceil(batch / patients * 2 ** 32) / 2 ** 32);
}

function checkOptions({ epsilon: _e, delta: _d, ...options }: PrivacyOptions): void {
  const wrong = misfit(options, optionsSchema);
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot train privately with ${wrong.field} ${wrong.seen}: must be ${wrong.wanted}`,
    );
  }
  if (options.clip !== undefined && options.adaptiveClip) {
    throw new RangeError(
      "Cannot train privately with clip and adaptiveClip: the bound is either given or adapts",
    );
  }
}

/**
 * Plans a private training.
 *
 * @param cohort with splits
 * @throws {RangeError} If the model cannot be trained so, an option is out of range, or the budget is
 * spent before the first epoch ends
 */
export function plannedPrivacy(
  family: ModelFamily,
  cohort: Cohort,
  training: Training,
  options: PrivacyOptions,
): Privacy {
  if (!family.canBePrivate) {
    const able = Object.values(models).filter(({ canBePrivate }) => canBePrivate);
    throw new RangeError(
      `Cannot train "${family.name}" privately: that is possible for ${
        able.map(({ name }) => name).sort().join(", ")
      }`,
    );
  }
  checkOptions(options);
  const { epsilon, delta, clip = 1, adaptiveClip = false, noiseSource = "seeded" } = options;
  const { batch, epochs, seed } = training;
  const patients = splitOf(cohort, "train").recordCount;
  checkPrivacyBudget({ epsilon, delta }, patients);
  if (batch > patients) {
    throw new RangeError(
      `Cannot sample batches of ${batch} patients: there are only ${patients} to train on; ` +
        "choose a smaller batch",
    );
  }
  const samplingRate = samplingRateOf(batch, patients);
  const steps = epochs * stepsOfEpoch(patients, training);
  const noiseMultiplier = options.noise ?? noiseFor({ samplingRate, steps }, { epsilon, delta });
  const planned = { epsilon, delta, patients, samplingRate, noiseMultiplier };
  return {
    ...planned,
    clip,
    adaptiveClip,
    noiseSource,
    epochs: epochsWithin(planned, training),
    notCovered: notCovered({ noiseSource, seed }),
  };
}

/**
 * How many of the planned epochs a budget allows.
 *
 * @throws {RangeError} If it is not one, or the noise multiplier is out of range
 */
export function epochsWithin(
  { epsilon, delta, patients, samplingRate, noiseMultiplier }: Pick<
    Privacy,
    "epsilon" | "delta" | "patients" | "samplingRate" | "noiseMultiplier"
  >,
  training: Pick<Training, "epochs" | "batch" | "steps">,
): number {
  checkStep({ samplingRate, noiseMultiplier });
  const ofEpoch = stepsOfEpoch(patients, training);
  const planned = { samplingRate, noiseMultiplier, steps: training.epochs * ofEpoch };
  const steps = stepsLeft([], planned, { epsilon, delta });
  if (steps >= ofEpoch) return Math.floor(steps / ofEpoch);
  throw new RangeError(
    `Cannot train privately with noise ${noiseMultiplier}: an epsilon of ${epsilon} allows ` +
      `${steps} steps, and an epoch has ${ofEpoch}; choose more noise or a smaller batch`,
  );
}

/** What a person should know of a private training before it starts. */
export function privacyInWords(
  { epsilon, delta, patients, noiseMultiplier, clip, adaptiveClip, epochs, notCovered }: Privacy,
): string[] {
  return [
    `Differential privacy: ε ${epsilon} and δ ${delta} for each of ${patients} training patients; ` +
    `gradients clipped to ${clip}${adaptiveClip ? " at first, then adaptively" : ""}, noise ` +
    `multiplier ${noiseMultiplier}, at most ${epochs} epoch${epochs === 1 ? "" : "s"} within this`,
    ...notCovered,
  ];
}

/** The options that led to what was planned. */
export function privacyOptionsOf(
  { epsilon, delta, clip, adaptiveClip, noiseMultiplier: noise, noiseSource }: Privacy,
): PrivacyOptions {
  const bound = adaptiveClip ? { adaptiveClip } : { clip };
  return { epsilon, delta, ...bound, noise, noiseSource };
}
