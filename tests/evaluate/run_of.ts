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
