/**
 * The figures of a cohort in a comparison, and the measures that are still missing: those that did not
 * exist when a file was written.
 *
 * @module
 */
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import type { FidelityFigures, fidelityMeasures } from "../evaluate/fidelity/mod.ts";
import { judge, type Judgement } from "../evaluate/judge.ts";
import type { Judged } from "../evaluate/measure.ts";
import { type MeasureKind, measureKinds, measuresOf } from "../evaluate/measures.ts";
import { withoutEmptyRecords } from "../evaluate/without_empty_records.ts";
import type { OnProgress } from "../progress.ts";
import type { Plan } from "./read_comparison.ts";

/** Some of the measures of fidelity. */
type Measures = readonly (typeof fidelityMeasures)[number][];

/** Figures by the kinds of their measures. */
export type FiguresByKind = { readonly [Kind in MeasureKind]?: object | undefined };

/**
 * The names of the measures to ask: those that were named, or else all quick ones; the quick ones of
 * fidelity always.
 */
export function askedNames(named: readonly string[] | undefined): string[] {
  return measureKinds.flatMap((kind) => {
    const isQuick = named === undefined || kind === "fidelity";
    const asked = [
      ...isQuick ? measuresOf(kind, { quick: true }) : [],
      ...named === undefined ? [] : measuresOf(kind, { only: named }),
    ];
    return [...new Set(asked.map(({ key }) => `${kind}.${key}`))];
  });
}

/** The names of the measures whose figures are known. */
export function knownNames(figures: FiguresByKind): string[] {
  return measureKinds.flatMap((kind) =>
    measuresOf(kind).filter(({ key }) => Object.hasOwn(figures[kind] ?? {}, key))
      .map(({ key }) => `${kind}.${key}`)
  );
}

/** The quick measures of fidelity whose figures are not known yet. */
export function missingMeasures(known: Partial<FidelityFigures>): Measures {
  return measuresOf("fidelity", { quick: true }).filter(({ key }) => known[key] === undefined);
}

/** Whether the figures of all measures are known. */
export function isWhole(known: Partial<FidelityFigures>): known is FidelityFigures {
  return missingMeasures(known).length === 0;
}

/**
 * The figures of a cohort against the training records, on the same resamples of these for every
 * model of a comparison.
 */
export async function judgementOf(
  measures: Measures,
  judged: Judged,
  how: { plan: Plan; cohort: Cohort; onProgress?: OnProgress | undefined },
): Promise<Judgement<Measures>> {
  const { plan: { resamples, training: { seed, minCell } }, cohort, onProgress } = how;
  const heldOut = withoutEmptyRecords(splitOf(cohort, "test"));
  const real: Judged = { role: "real", cohort: withoutEmptyRecords(splitOf(cohort, "train")) };
  const options = { seed, resamples, minCell, onProgress, heldOut };
  const [found] = await judge(measures, { real, others: [judged], ...options });
  return found;
}
