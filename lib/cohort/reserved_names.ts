/**
 * Names that have another meaning in a cohort folder than a code or a label, and texts that no file
 * can store: a cohort with such a name could not be read again as it was.
 *
 * @module
 */
import { omopRaces, raceIn } from "./races.ts";

/** The code that a visit without codes has in a file. */
export const emptyVisitCode = "EHRLOOM//EMPTY_VISIT";
/** MEDS's code of a birth. */
export const birthCode = "MEDS_BIRTH";
/** The static codes of the known sexes of `sexNames`, as users of MEDS write them. */
export const sexCodes = ["GENDER//F", "GENDER//M"] as const;
/** The column of identifiers beside those of the labels. */
const subjectColumn = "subject_id";

/**
 * Sex as MEDS folders write it: "GENDER//F", "Sex//male"; from OMOP "Gender/F", or its concept
 * "Gender/8532"; from MIMIC-IV "MIMIC_IV_Gender/F".
 */
const sexPattern =
  /^(?:(?:MIMIC_IV|SYNTHEA|PATIENTS?|DEMOGRAPHICS?)[_/]+)?(?:GENDER|SEX)\/\/?(F|FEMALE|M|MALE|8532|8507)$/i;

/** Race as MEDS folders write it: "RACE//WHITE"; from OMOP "Race/5", by the code of its vocabulary. */
const racePattern =
  /^(?:(?:MIMIC_IV|SYNTHEA|PATIENTS?|DEMOGRAPHICS?)[_/]+)?RACE(\/\/|\/(?!\/))(.+)$/is;

/** Birth as MEDS wrote it before version 0.3. */
const earlierBirthCode = "SNOMED/184099003";

/**
 * What a code says about the patient instead of a visit: 0 for birth, else an index into
 * `sexNames`; -1 for other codes.
 */
export function demographicOf(code: string): number {
  if (code === birthCode || code.startsWith(`${birthCode}//`)) return 0;
  if (code === earlierBirthCode) return 0;
  const sex = sexPattern.exec(code)?.[1].toUpperCase();
  if (sex === undefined) return -1;
  return sex.startsWith("F") || sex === "8532" ? 1 : 2;
}

/** The static code of a race. */
export function raceCode(race: string): string {
  return `RACE//${race}`;
}

/** The race that a code says the patient has, "" if it is unknown; undefined for other codes. */
export function raceOfCode(code: string): string | undefined {
  const [, slashes, race] = racePattern.exec(code) ?? [];
  if (race === undefined) return undefined;
  return slashes === "/" ? omopRaces.get(race) ?? raceIn(race) : raceIn(race);
}

/** Whether a code says something about the patient instead of a visit. */
export function isOfPatient(code: string): boolean {
  return demographicOf(code) !== -1 || raceOfCode(code) !== undefined;
}

/** What is wrong with a text that UTF-8 cannot store, or undefined. */
function textProblem(text: string): string | undefined {
  if (!text.isWellFormed()) {
    return "contains half a character (a lone surrogate), which no file can store";
  }
}

/** What is wrong with a code's name, as the end of a sentence about it, or undefined. */
export function codeProblem(code: string): string | undefined {
  if (isOfPatient(code)) {
    const kind = demographicOf(code);
    const what = kind === -1 ? "race" : kind === 0 ? "birth" : "sex";
    return `is a reserved name: MEDS uses it for a patient's ${what}; rename the code`;
  }
  if (code === emptyVisitCode) {
    return "is a reserved name: it is used for visits without codes; rename the code";
  }
  return textProblem(code);
}

/** What is wrong with a label's name, as {@link codeProblem} says it. */
export function labelProblem(label: string): string | undefined {
  if (label === subjectColumn) {
    return "is a reserved name: it is the column of patients; rename the label";
  }
  return textProblem(label);
}

/** What is wrong with the names in a cohort, in a sentence, or undefined. */
export function namesProblem(
  codes: readonly string[],
  descriptions: readonly string[],
  labelNames: readonly string[],
): string | undefined {
  for (const [index, code] of codes.entries()) {
    const problem = codeProblem(code);
    if (problem !== undefined) return `the code "${code}" ${problem}`;
    const about = textProblem(descriptions[index]);
    if (about !== undefined) return `the description of the code "${code}" ${about}`;
  }
  for (const [index, label] of labelNames.entries()) {
    const problem = labelNames.indexOf(label) < index ? "appears twice" : labelProblem(label);
    if (problem !== undefined) return `the label "${label}" ${problem}`;
  }
}
