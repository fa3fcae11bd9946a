/**
 * Groups of records: by sex, by age, by race, or by a label.
 *
 * @module
 */
import { ageAtStart, type Cohort, sexNames, subset } from "./cohort.ts";
import { placeOfRace, raceOf } from "./races.ts";
import { sexOf } from "./rules/rules.ts";

/** First ages of the bands, in completed years at the first visit. */
const bandStarts = [0, 18, 40, 65] as const;

/** One group of records. */
export interface Group {
  /** Its name: "female", "18–39", "diabetes", "not diabetes". */
  readonly name: string;
  /** Whether a record of any cohort with the same labels is in it. */
  readonly has: (cohort: Cohort, record: number) => boolean;
}

function labelsOf({ labels, labelNames: { length } }: Cohort, record: number): Uint8Array {
  return labels.subarray(record * length, (record + 1) * length);
}

function bySex(): Group[] {
  return sexNames.map((name, sex) => ({
    name,
    has: (cohort: Cohort, record: number) =>
      sexOf(
        { sex: cohort.demographics?.sexes[record], labels: labelsOf(cohort, record) },
        cohort.labelNames,
      ) === sex,
  })).slice(1); // those whose sex is unknown are no group
}

function byAge(): Group[] {
  return bandStarts.map((from, i) => {
    const to = bandStarts[i + 1] ?? Infinity;
    return {
      name: to === Infinity ? `${from}+` : `${from}–${to - 1}`,
      has: (cohort: Cohort, record: number) => {
        const age = ageAtStart(cohort, record);
        return age >= from && age < to; // not if it is unknown
      },
    };
  });
}

function byRace(races: readonly string[]): Group[] {
  return races.map((name, place) => ({
    name,
    has: ({ demographics }, record) =>
      placeOfRace(races, raceOf(demographics?.races, record)) === place, // not if it is unknown
  }));
}

function byLabel(name: string, at: number): Group[] {
  const isOn = (cohort: Cohort, record: number) => labelsOf(cohort, record)[at] === 1;
  return [
    { name, has: isOn },
    { name: `not ${name}`, has: (cohort, record) => !isOn(cohort, record) },
  ];
}

/**
 * The groups into which records are divided. Records that are in none, as their sex, age or race is unknown,
 * are left out.
 *
 * @param by "sex", which may also be a label called "female" or "male"; "age", in bands of years at the
 *   first visit: 0–17, 18–39, 40–64, 65+; "race"; or "label:NAME"
 * @param races that may be told, see `shownRaces`
 * @throws {RangeError} If it is something else, or there is no such label; the message says what is known
 */
export function groupsBy(
  by: string,
  labelNames: readonly string[],
  races: readonly string[] = [],
): Group[] {
  if (by === "sex") return bySex();
  if (by === "race") return byRace(races);
  if (by === "age") return byAge();
  const label = by.startsWith("label:") ? labelNames.indexOf(by.slice("label:".length)) : -1;
  if (label >= 0) return byLabel(labelNames[label], label);
  const known = ["sex", "age", "race", ...labelNames.map((name) => `label:${name}`)];
  throw new RangeError(`Cannot divide records by "${by}"; known: ${known.join(", ")}`);
}

/** The records of a group, as a cohort. */
export function membersOf(source: Cohort, { has }: Group): Cohort {
  return subset(
    source,
    Array.from({ length: source.recordCount }, (_, record) => record)
      .filter((record) => has(source, record)),
  );
}
