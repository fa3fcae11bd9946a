/**
 * The honest form of `phenotyping.ts`: can a classifier predict a label from the visits before the one
 * that first has a code which defines it?
 *
 * Patients are taken by those codes (`defining_codes.ts`), in all cohorts alike. Each is matched with
 * a patient who never has such a code and has a later visit too, of whom as many first visits are
 * shown. So the number of visits gives nothing away.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import type { Random } from "../../random.ts";
import type { ThoroughMeasure } from "../measure.ts";
import { type Case, type CasePool, casesBeforeCodes, drawnCases } from "./cases.ts";
import { definingCodes } from "./defining_codes.ts";
import { type PhenotypeFigures, phenotypingMeasure } from "./phenotype_figures.ts";

/** Cases before the codes that define a label; negatives have neither such a code nor the label. */
export function casesBefore(
  cohort: Cohort,
  label: number,
  codes: ReadonlySet<number>,
): CasePool {
  const { labels, labelNames } = cohort;
  return casesBeforeCodes(
    cohort,
    codes,
    (record) => labels[record * labelNames.length + label] !== 1,
  );
}

/**
 * Positives, and for each a negative with a later visit, shown as many visits: without replacement
 * until no negative that long is left, then again from all that are long enough.
 *
 * @param pool negatives are whole records
 * @returns positives first; a positive that is longer than all negatives has no match and is left out
 */
export function matchedCases(pool: CasePool, ofEach: number, draws: Random): Case[] {
  const longest = pool.negatives.reduce((most, { visits }) => Math.max(most, visits), 0);
  const usable = pool.positives.filter(({ visits }) => visits < longest);
  if (usable.length === 0) return [];
  const positives = drawnCases(usable, ofEach, draws).toSorted((a, b) => b.visits - a.visits);
  const negatives = draws.shuffle([...pool.negatives]).toSorted((a, b) => b.visits - a.visits);
  const left: Case[] = [];
  let enough = 0; // negatives up to here are longer than the positive
  const controls = positives.map(({ visits }) => {
    while (enough < negatives.length && negatives[enough].visits > visits) {
      left.push(negatives[enough++]);
    }
    const at = draws.integer(Math.max(1, left.length));
    const control = left.length > 0 ? left[at] : negatives[draws.integer(enough)];
    if (left.length > 0) left.splice(at, 1);
    return { ...control, visits };
  });
  return [...positives, ...controls];
}

/** Classifiers of labels from the visits before the label. */
export const phenotypingBefore: ThoroughMeasure<"phenotyping_before", PhenotypeFigures | null> =
  phenotypingMeasure({
    key: "phenotyping_before",
    question: "Can labels be predicted from the visits before them?",
    poolsOf(training, label) {
      const codes = definingCodes(training, label);
      if (codes === undefined) return "it does not follow from codes of the training records";
      return (cohort) => casesBefore(cohort, label, codes);
    },
    draw: matchedCases,
    classes: ["have visits before it", "with two visits lack it"],
  });
