import type { Privacy } from "ehrloom/train/private/privacy.ts";
import { type Cohort, type Run, type RunConfig } from "ehrloom";
import { tinyTraining } from "../tiny.ts";

/** A run over a cohort's codes and labels, without parameters. */
export function runOf(
  { vocabulary, labelNames }: Cohort,
  config: Partial<RunConfig> = {},
): Run {
  return {
    runConfig: {
      ehrloom: "0",
      model: "halo",
      config: {},
      training: tinyTraining,
      cohort: "",
      versions: {},
      ...config,
    },
    parameters: {},
    vocabulary,
    labelNames,
    training: [],
  };
}

/** What a private run's config says. */
export const privacyRecord: Privacy = {
  epsilon: 2,
  delta: 1e-5,
  patients: 200,
  samplingRate: 0.04,
  noiseMultiplier: 1.5,
  clip: 1,
  adaptiveClip: false,
  noiseSource: "secure",
  epochs: 3,
  notCovered: ["The vocabulary is taken as public"],
};
