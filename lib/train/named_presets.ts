/**
 * Presets by name: a model with the options with which it shows what it can, and what came out where
 * they were tried. Each is a file of the folder `presets`.
 *
 * @module
 */
import eva from "../../presets/eva-5-minutes.json" with { type: "json" };
import gpt from "../../presets/gpt-5-minutes.json" with { type: "json" };
import haloCoarse from "../../presets/halo-coarse-5-minutes.json" with { type: "json" };
import halo from "../../presets/halo-5-minutes.json" with { type: "json" };
import hisgt from "../../presets/hisgt-5-minutes.json" with { type: "json" };
import lstm from "../../presets/lstm-5-minutes.json" with { type: "json" };
import synehrgy from "../../presets/synehrgy-5-minutes.json" with { type: "json" };
import synteg from "../../presets/synteg-5-minutes.json" with { type: "json" };
import type { ModelConfig } from "../models/interface/settings.ts";
import { whatIsKnown } from "../nearest_name.ts";
import type { TrainingOptions } from "./options.ts";
import type { Run } from "./run_folder.ts";

/** What came out where a preset was tried. */
export interface TriedPreset {
  /** The cohort's name. */
  readonly cohort: string;
  /** The cohort's fingerprint, as in a run's config. */
  readonly fingerprint: string;
  /** The engine and the processor. */
  readonly machine: string;
  /** What training took. */
  readonly minutes: number;
  /** Negative log-likelihood of the validation records, nats per visit. */
  readonly validation_loss: number;
  /** R² of the prevalence of codes in as many synthetic as training records. */
  readonly unigram: number;
  /** R² of pairs of codes within a visit. */
  readonly same_visit_bigram: number;
  /** R² of pairs of codes over consecutive visits. */
  readonly sequential_bigram: number;
}

/** A model with settings and training options. */
export interface NamedPreset {
  /** The model's name. */
  readonly model: string;
  /** Settings of the model; others have their defaults. */
  readonly settings: ModelConfig;
  /** Training options; others have their defaults. */
  readonly training: TrainingOptions;
  /** What to expect. */
  readonly tried: TriedPreset;
}

/**
 * All presets by name.
 *
 * @example Train with one
 * ```ts
 * import { namedPresets } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { model, settings, training } = namedPresets["gpt-5-minutes"];
 * assertEquals(model, "gpt");
 * // await train(cohort, "runs/gpt", { model, settings, ...training });
 * ```
 */
export const namedPresets: Readonly<Record<string, NamedPreset>> = {
  "halo-5-minutes": halo,
  "halo-coarse-5-minutes": haloCoarse,
  "gpt-5-minutes": gpt,
  "lstm-5-minutes": lstm,
  "hisgt-5-minutes": hisgt,
  "synehrgy-5-minutes": synehrgy,
  "synteg-5-minutes": synteg,
  "eva-5-minutes": eva,
};

/**
 * A preset by name.
 *
 * @throws {RangeError} If there is none of that name; the message says which there are
 */
export function namedPreset(name: string): NamedPreset {
  if (Object.hasOwn(namedPresets, name)) return namedPresets[name];
  throw new RangeError(
    `There is no preset "${name}"; ${whatIsKnown(name, Object.keys(namedPresets))}`,
  );
}

/**
 * How a run compares with what its preset led to where it was tried, in a sentence. Losses of other
 * cohorts say nothing of this one.
 */
export function againstPreset({ tried }: NamedPreset, { runConfig, training }: Run): string {
  const best = training.findLast((line) => line.best);
  const where = `${tried.minutes.toFixed(1)} minutes (${tried.machine})`;
  const expected = `validation loss ${tried.validation_loss.toFixed(3)} after ${where}`;
  if (runConfig.cohort !== tried.fingerprint) {
    return `The preset was tried on another cohort, ${tried.cohort}: ${expected}; its loss is no ` +
      "yardstick for this cohort";
  }
  const loss = best === undefined ? "none" : best.validation_loss.toFixed(3);
  const minutes = ((training.at(-1)?.seconds ?? 0) / 60).toFixed(1);
  return `Expected: ${expected}; here: ${loss} after ${minutes} minutes`;
}
