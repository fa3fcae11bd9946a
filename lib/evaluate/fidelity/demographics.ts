/**
 * Do patients have the right ages, sexes and races? All are compared as distributions over patients.
 *
 * @module
 */
import * as v from "valibot";
import { ageAtStart, type Cohort, sexNames } from "../../cohort/cohort.ts";
import { placeOfRace, raceOf, shownRaces } from "../../cohort/races.ts";
import { isShownCell } from "../../cohort/small_cells.ts";
import { list, object, type Schema, text } from "../../files/checked_json.ts";
import type { Asked, Measure } from "../measure.ts";
import { type LeftOut, leftOutSchema } from "../not_measured.ts";
import {
  comparedDistributions,
  type DistributionDistance,
  distributionSchema,
  maybeDistributionSchema,
} from "./compared_distributions.ts";

const [unknown, female] = ["unknown", "female"].map((name) =>
  sexNames.findIndex((each) => each === name)
);

/** A number of a record; NaN where it is not known. */
type OfRecord = (cohort: Cohort, record: number) => number;

/** [records] The number of each record. */
function columnOf(cohort: Cohort, of: OfRecord): Float64Array {
  return Float64Array.from({ length: cohort.recordCount }, (_, record) => of(cohort, record));
}

/** Completed years of age at the first visit; NaN where birth or date is not known. */
const age: OfRecord = (cohort, record) => Math.floor(ageAtStart(cohort, record));

/** 1 for women and 0 for men; NaN where the sex is not known. */
const isFemale: OfRecord = ({ demographics }, record) => {
  const sex = demographics?.sexes[record] ?? unknown;
  return sex === unknown ? NaN : Number(sex === female);
};

/** 1 for one of the races and 0 for the others; NaN where the race is not known. */
function isOfRace(races: readonly string[], race: number): OfRecord {
  return ({ demographics }, record) => {
    const own = placeOfRace(races, raceOf(demographics?.races, record));
    return own === -1 ? NaN : Number(own === race);
  };
}

/** Numbers of patients by sex: men, women. */
function patientsBySex(cohort: Cohort): number[] {
  const sexes = Array.from(cohort.subjectIds, (_, record) => isFemale(cohort, record));
  return [0, 1].map((wanted) => sexes.filter((sex) => sex === wanted).length);
}

/** The real cohort and held-out ones, whose small cells are not told. */
function realCohorts({ real, others }: Asked): Cohort[] {
  return [real, ...others.filter(({ role }) => role === "held_out")].map(({ cohort }) => cohort);
}

/** Whether so many real patients of each sex are there that their share may be told. */
function areSexesShown(asked: Asked): boolean {
  const { minCell = 1 } = asked;
  return realCohorts(asked).every((cohort) => isShownCell(minCell, ...patientsBySex(cohort)));
}

/** The races whose shares may be told; none if there are not two. */
function comparedRaces(asked: Asked): string[] {
  const all = realCohorts(asked).map(({ demographics }) => demographics?.races);
  const races = shownRaces(all, asked.minCell ?? 1);
  return races.length > 1 ? races : [];
}

/** What the real cohort knows and has no figures, and why. */
function leftOutOf(asked: Asked, found: DemographicDistances, isCompared: boolean): LeftOut[] {
  const { real: { cohort } } = asked;
  const { minCell = 1 } = asked;
  const few = {
    sexes: `fewer than ${minCell} real patients are of one sex`,
    races: `fewer than two races have ${minCell} real patients`,
  };
  const none = "the other records do not tell it";
  const has = {
    ages: Array.from(cohort.subjectIds, (_, record) => record)
      .some((record) => !Number.isNaN(age(cohort, record))),
    sexes: patientsBySex(cohort).some((count) => count > 0),
    races: cohort.demographics?.races?.indices.some((index) => index >= 0) ?? false,
  };
  return [
    ...has.ages && found.age_at_first_visit === null
      ? [{ label: "age at the first visit", reason: none }]
      : [],
    ...has.sexes && found.female === null
      ? [{ label: "share of women", reason: areSexesShown(asked) ? none : few.sexes }]
      : [],
    ...has.races && found.races === undefined
      ? [{ label: "races", reason: isCompared ? none : few.races }]
      : [],
  ];
}

/** How far the share of one race is from the real one. */
export interface RaceDistance extends DistributionDistance {
  /** In the words of the source; "other" for all that few real patients have. */
  race: string;
}

/** How far ages, sexes and races are from the real ones. */
export interface DemographicDistances {
  age_at_first_visit: DistributionDistance | null;
  female: DistributionDistance | null;
  /** Absent where a cohort knows none, and in reports of earlier versions. */
  races?: RaceDistance[] | undefined;
  /** What the real cohort knows and has no figures, and why; absent in reports of earlier versions. */
  left_out?: LeftOut[] | undefined;
}

const schema: Schema<DemographicDistances> = object({
  age_at_first_visit: maybeDistributionSchema,
  female: maybeDistributionSchema,
  races: v.optional(list(object({ race: text, ...distributionSchema.entries }))),
  left_out: v.optional(leftOutSchema),
});

/** The name of a race among the statistics. */
const statisticOf = (race: string) => `races.${race}`;

/**
 * Distributions over records: the age at the first visit in completed years; the sex, as the share of
 * women; and each race, as its share among patients whose race is known. Null where a cohort does not
 * know them. The share of women is left out where fewer than `min_cell` real patients are of one sex.
 * Races that fewer than `min_cell` real patients have count as "other". Without any of these there
 * are no figures.
 */
export const demographics: Measure<"demographics", DemographicDistances | null> = {
  key: "demographics",
  question: "Do patients have the right ages, sexes and races?",
  schema: v.nullable(schema),
  async ask(asked, onProgress) {
    const races = comparedRaces(asked);
    const statistics = new Map([
      ["age_at_first_visit", age],
      ["female", areSexesShown(asked) ? isFemale : () => NaN],
      ...races.map((race, i) => [statisticOf(race), isOfRace(races, i)] as const),
    ]);
    const answers = await comparedDistributions<string>(asked, {
      names: [...statistics.keys()],
      ofRecords: (cohort) =>
        Object.fromEntries(statistics.entries().map(([name, of]) => [name, columnOf(cohort, of)])),
    }, onProgress);
    return answers.map(({ figures: { age_at_first_visit, female, ...others }, resampled }, i) => {
      const known = races.flatMap((race) => {
        const distance = others[statisticOf(race)];
        return distance === null ? [] : [{ race, ...distance }];
      });
      const found = { age_at_first_visit, female, ...known.length > 0 && { races: known } };
      const isNone = asked.others[i].cohort.demographics === null;
      const left_out = isNone ? [] : leftOutOf(asked, found, races.length > 0);
      return {
        figures: age_at_first_visit ?? female ?? known[0] ?? left_out[0]
          ? { ...found, left_out }
          : null,
        resampled: Object.fromEntries(
          Object.entries(resampled).filter(([name]) => !name.startsWith(statisticOf(""))),
        ),
      };
    });
  },
};
