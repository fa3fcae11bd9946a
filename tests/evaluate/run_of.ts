import { type Cohort, type Run, type RunConfig, trainingDefaults } from "ehrloom";

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
      training: trainingDefaults,
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
