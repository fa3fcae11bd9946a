import {
  type Cohort,
  type ModelConfig,
  type Preset,
  presetOf,
  settingsOf,
  type TrainingOptions,
  trainingVisits,
} from "ehrloom";

/** How the parts of a preset are told. */
const words: Readonly<Record<keyof Preset, (value: number) => string>> = {
  width: (value) => `width ${value}`,
  layers: (value) => value === 1 ? "1 layer" : `${value} layers`,
  heads: (value) => `${value} heads`,
  batch: (value) => `batches of ${value} records`,
  learningRate: (value) => `learning rate ${value}`,
  epochs: (value) => `at most ${value} epochs`,
};

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
  const preset = presetOf(model, cohort);
  const taken = (Object.keys(words) as (keyof Preset)[]).filter((name) => {
    if (name === "width" || name === "layers" || name === "heads") {
      const isDerived = Object.hasOwn(settings, name) && settings[name].default === undefined;
      return isDerived && given.settings[name] === undefined;
    }
    return isOfNetwork && given.training[name] === undefined;
  });
  if (taken.length === 0) return undefined;
  const told = taken.map((name) => words[name](preset[name])).join(", ");
  return `Defaults for ${trainingVisits(cohort).toLocaleString("en")} training visits: ${told}`;
}
