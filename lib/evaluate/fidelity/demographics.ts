/**
 * Do patients have the right ages and sexes? Both are compared as distributions over patients.
 *
 * @module
 */
import * as v from "valibot";
import { ageAtStart, type Cohort, sexNames } from "../../cohort/cohort.ts";
import { isShownCell } from "../../cohort/small_cells.ts";
import { object } from "../../files/checked_json.ts";
import type { Asked, Measure } from "../measure.ts";
import {
  comparedDistributions,
  type DistributionDistances,
  maybeDistributionSchema,
  type RecordValues,
} from "./compared_distributions.ts";

const [unknown, female] = ["unknown", "female"].map((name) =>
  sexNames.findIndex((each) => each === name)
);

/** Completed years of age at the first visit; NaN where birth or date is not known. */
const age: RecordValues = (cohort, record) => [Math.floor(ageAtStart(cohort, record))];

/** 1 for women and 0 for men; NaN where the sex is not known. */
const isFemale: RecordValues = ({ demographics }, record) => {
  const sex = demographics?.sexes[record] ?? unknown;
  return [sex === unknown ? NaN : Number(sex === female)];
};

/** The smaller number of patients of one sex. */
function fewerOf(cohort: Cohort): number {
  const sexes = Array.from(cohort.subjectIds, (_, record) => isFemale(cohort, record)[0]);
  return Math.min(...[0, 1].map((wanted) => sexes.filter((sex) => sex === wanted).length));
}

/** Whether so many real patients of each sex are there that their share may be told. */
function areSexesShown({ real, others, minCell = 1 }: Asked): boolean {
  const cohorts = [real, ...others.filter(({ role }) => role === "held_out")];
  return cohorts.every(({ cohort }) => isShownCell(minCell, fewerOf(cohort)));
}

/** How far ages and sexes are from the real ones. */
type DemographicDistances = DistributionDistances<"age_at_first_visit" | "female">;

/**
 * Distributions over records: the age at the first visit in completed years, and the sex, as the share
 * of women. Null where a cohort does not know them; the latter also where fewer than `min_cell` real
 * patients are of one sex. Without either there are no figures.
 */
export const demographics: Measure<"demographics", DemographicDistances | null> = {
  key: "demographics",
  question: "Do patients have the right ages and sexes?",
  schema: v.nullable(object({
    age_at_first_visit: maybeDistributionSchema,
    female: maybeDistributionSchema,
  })),
  async ask(asked, onProgress) {
    const answers = await comparedDistributions(asked, {
      age_at_first_visit: age,
      female: areSexesShown(asked) ? isFemale : () => [],
    }, onProgress);
    return answers.map(({ figures, resampled }) => ({
      figures: figures.age_at_first_visit ?? figures.female ? figures : null,
      resampled,
    }));
  },
};
