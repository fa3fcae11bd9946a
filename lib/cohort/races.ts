/**
 * Race in the words of the source: they differ from country to country and from table to table, so
 * there is no list of them. Words that say that it is not known count as unknown.
 *
 * @module
 */
import { isShownCell } from "./small_cells.ts";
import { isMissing } from "./sources/field_text.ts";

/** The race of each record. */
export interface Races {
  /** The races, distinct. */
  readonly names: readonly string[];
  /** [records] Index into `names`; -1 where unknown. */
  readonly indices: Int32Array;
}

/** What stands for all races that few patients have. */
export const otherRace = "other";

/** What MIMIC, eICU, OMOP, FHIR and MEDS folders write where the race is not known. */
const unknown =
  /^(u|unk|unknown|asku|asked but (no answer|unknown)|no matching concept|unknown racial group|unable to obtain|not (stated|specified|reported)|unknown\/not specified|unknown \(default\)|(patient )?(declined|refused)( to answer)?)$/i;

/** A race as a table writes it; "" where that says that it is not known. */
export function raceIn(text: string): string {
  const race = text.trim();
  if (isMissing(race) || unknown.test(race)) return "";
  return /^(others?|(some )?other race)$/i.test(race) ? otherRace : race;
}

/** OMOP's races by their concepts, and by the codes that OMOP's vocabulary "Race" has for them. */
export const omopRaces: ReadonlyMap<string, string> = new Map([
  ["8657", "American Indian or Alaska Native"],
  ["1", "American Indian or Alaska Native"],
  ["8515", "Asian"],
  ["2", "Asian"],
  ["8516", "Black or African American"],
  ["3", "Black or African American"],
  ["8557", "Native Hawaiian or Other Pacific Islander"],
  ["4", "Native Hawaiian or Other Pacific Islander"],
  ["8527", "White"],
  ["5", "White"],
]);

/** The races of records by their names, sorted; undefined where none is known. */
export function racesOf(told: readonly string[]): Races | undefined {
  const names = [...new Set(told)].filter((race) => race !== "").sort();
  if (names.length === 0) return undefined;
  const indexOf = new Map(names.map((race, index) => [race, index]));
  return { names, indices: Int32Array.from(told, (race) => indexOf.get(race) ?? -1) };
}

/** The race of a record; "" where it is unknown. */
export function raceOf(races: Races | undefined, record: number): string {
  return races?.names[races.indices[record]] ?? "";
}

/** [records] The race of each record; "" where it is unknown. */
export function raceNamesOf(races: Races | undefined, records: number): string[] {
  return Array.from({ length: records }, (_, record) => raceOf(races, record));
}

/** What is wrong with the races of so many records, or undefined. */
export function racesProblem({ names, indices }: Races, records: number): string | undefined {
  if (indices.length !== records) {
    return `races has ${indices.length} entries, must have ${records}`;
  }
  if (new Set(names).size !== names.length) return "a race appears twice";
  const odd = names.find((name) => name === "" || raceIn(name) !== name || !name.isWellFormed());
  if (odd !== undefined) return `the race "${odd}" could not be read from a folder as it is`;
  if (indices.some((index) => index < -1 || index >= names.length)) {
    return "races has an unknown race";
  }
}

/** How many records are of each race. */
function countsOf({ names, indices }: Races): Map<string, number> {
  const counts = new Map<string, number>();
  for (const index of indices) {
    if (index >= 0) counts.set(names[index], (counts.get(names[index]) ?? 0) + 1);
  }
  return counts;
}

/**
 * The races that may be told of records: those that at least N patients of each cohort have, sorted.
 * Behind them stands {@link otherRace} for all other races, if together at least N patients have
 * these; else they count as unknown.
 *
 * @param all the races of each cohort
 * @param minCell N; at most 1 for all races
 */
export function shownRaces(all: readonly (Races | undefined)[], minCell: number): string[] {
  const counts = all.map((races) => races ? countsOf(races) : new Map<string, number>());
  const names = [...new Set(counts.flatMap((own) => [...own.keys()]))];
  const shown = names.filter((race) =>
    race !== otherRace && isShownCell(minCell, ...counts.map((own) => own.get(race) ?? 0))
  ).sort();
  const others = counts.map((own) =>
    own.entries().reduce((sum, [race, count]) => sum + (shown.includes(race) ? 0 : count), 0)
  );
  const isOtherTold = others.some((count) => count > 0) && isShownCell(minCell, ...others);
  return isOtherTold ? [...shown, otherRace] : shown;
}

/** The place of a race among some that {@link shownRaces} gave; -1 where it is unknown. */
export function placeOfRace(shown: readonly string[], race: string): number {
  if (race === "") return -1;
  const own = shown.indexOf(race);
  return own >= 0 ? own : shown.indexOf(otherRace);
}
