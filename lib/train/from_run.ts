import { settingsOf } from "../models/mod.ts";
import { privacyOptionsOf } from "./private/privacy.ts";
import type { RunConfig } from "./run_folder.ts";
import type { TrainOptions } from "./train.ts";

/**
 * The options that train another run as this one was trained: its model, all settings of the model
 * and all training options, with its privacy budget and noise. Among the settings is `context`, the largest length of a record, which
 * a cohort with longer records needs larger.
 *
 * @example The same training with another random seed
 * ```ts
 * import { syntheaSample, train, trainOptionsOf } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = await syntheaSample();
 * const folder = await Deno.makeTempDir();
 * const first = await train(cohort, `${folder}/first`, { model: "markov" });
 * const options = { ...trainOptionsOf(first.runConfig), seed: 2 };
 * const second = await train(cohort, `${folder}/second`, options);
 * assertEquals(second.runConfig.model, "markov");
 * ```
 *
 * @param runConfig of the other run
 */
export function trainOptionsOf({ model, config, training, privacy }: RunConfig): TrainOptions {
  const own = Object.keys(settingsOf(model)).filter((name) => Object.hasOwn(config, name));
  const settings = Object.fromEntries(own.map((name) => [name, config[name]]));
  if (privacy === undefined) return { model, settings, ...training };
  const { patience: _, ...others } = training; // nothing is chosen in private training
  return { model, settings, ...others, privacy: privacyOptionsOf(privacy) };
}
