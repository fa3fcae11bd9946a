/**
 * The report's sections in the order of the lists of measures: those with pictures, and a plain one
 * for every other measure.
 *
 * @module
 */
import { fidelityMeasures } from "../../../evaluate/fidelity/mod.ts";
import type { FidelityFigures, PartialFidelity } from "../../../evaluate/report.ts";
import { aggregateSection } from "./aggregate.tsx";
import { labelSection } from "./label_prevalence.tsx";
import { plainSection } from "./plain.tsx";
import { probabilitiesSection } from "./probabilities.tsx";
import type { Section } from "./section.ts";
import { valuesSection } from "./values.tsx";

/** The sections with pictures. */
const pictured: readonly Section[] = [
  probabilitiesSection,
  aggregateSection,
  labelSection,
  valuesSection,
];

function sectionOf(measure: (typeof fidelityMeasures)[number]): Section {
  const own = ({ keys }: Section) => keys.includes(measure.key);
  return pictured.find(own) ?? plainSection(measure.key, measure.question);
}

/**
 * The sections of the measures that were asked; all with pictures in a report without figures, which
 * shows the cohorts alone.
 */
export function fidelitySections(fidelity: PartialFidelity | undefined): Section[] {
  if (fidelity === undefined) return [...pictured];
  const isAsked = ({ key }: { key: keyof FidelityFigures }) => fidelity[key] !== undefined;
  return [...new Set(fidelityMeasures.filter(isAsked).map(sectionOf))];
}

/** The id of the element of the page that shows a figure, such as "unigram.r2". */
export function anchorOf(figure: string): string {
  const [key] = figure.split(".");
  const measure = fidelityMeasures.find((each) => each.key === key);
  return measure === undefined ? key : sectionOf(measure).anchor(measure.key);
}
