import {
  type Cohort,
  type ModelConfig,
  type Preset,
  presetOf,
  settingsOf,
  trainingFor,
  type TrainingOptions,
  trainingVisits,
} from "ehrloom";

/** How the parts of a preset are told. */
const words = {
  width: ({ width }) => `width ${width}`,
  layers: ({ layers }) => layers === 1 ? "1 layer" : `${layers} layers`,
  heads: ({ heads }) => `${heads} heads`,
  codesSoFar: ({ codesSoFar }) =>
    codesSoFar ? "rows that tell what the record has had" : "rows without what came before",
  batch: ({ batch }) => `batches of ${batch} records`,
  learningRate: ({ learningRate }) => `learning rate ${learningRate}`,
  epochs: ({ epochs }) => `at most ${epochs} epochs`,
} satisfies Record<keyof Preset, (preset: Preset) => string>;

/**
 * Which defaults follow from the size of a cohort; undefined if all are given, or the model only
 * counts.
 *
 * @param model its name
 * @param given what the user has set
 */
export function presetText(
  cohort: Cohort,
  model: string,
  given: { readonly settings: ModelConfig; readonly training: TrainingOptions },
): string | undefined {
  const settings = settingsOf(model);
  const isOfNetwork = "width" in settings;
  const { epochs } = trainingFor(cohort, given.training);
  const preset = { ...presetOf(model, cohort), epochs };
  const taken = (Object.keys(words) as (keyof Preset)[]).filter((name) => {
    if (name === "width" || name === "layers" || name === "heads" || name === "codesSoFar") {
      const isDerived = Object.hasOwn(settings, name) && settings[name].default === undefined;
      return isDerived && given.settings[name] === undefined;
    }
    return isOfNetwork && given.training[name] === undefined;
  });
  if (taken.length === 0) return undefined;
  const told = taken.map((name) => words[name](preset)).join(", ");
  return `Defaults for ${trainingVisits(cohort).toLocaleString("en")} training visits: ${told}`;
}
