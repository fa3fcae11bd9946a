/**
 * Reads the CSV files of MIMIC-IV (1.0 to 3.1, as PhysioNet has them): the module `hosp`. Codes are
 * "ICD9CM//250.00", "ICD10CM//E11.9", "ICD9Proc//36.05", "ICD10PCS//0DTJ4ZZ", "DRUG//Aspirin" and
 * "LAB//50912", with the names of MIMIC's own lists where these are in the folder.
 *
 * @see https://mimic.mit.edu/docs/iv/modules/hosp
 * @module
 */
import { CsvFolder } from "../csv_folder.ts";
import { EventTable } from "../event_table.ts";
import { icd10Diagnosis, icd10Procedure, icd9Diagnosis, icd9Procedure } from "../icd_names.ts";
import { Mimic, mimicFiles, mimicOptions, mimicProblem, type Problem } from "./tables.ts";
import type { Source } from "../source.ts";

/**
 * A patient's birth, of which MIMIC-IV gives an age and the year in which the patient had it: January
 * 1 of the year. Ages over 89 are written as 91.
 */
function birthOf([age, year]: readonly string[]): number | string {
  const [years, anchor] = [Number(age), Number(year)];
  if (age === "" || !Number.isInteger(years)) return `anchor_age is "${age}", must be an age`;
  if (!/^\d{4}$/.test(year)) return `anchor_year is "${year}", must be a year`;
  return Date.UTC(anchor - years, 0, 1) * 1000;
}

/** The name of an ICD code of either version. */
function icdName(
  [code, version]: readonly string[],
  names: Readonly<Record<string, (code: string) => string>>,
): string | Problem {
  if (Object.hasOwn(names, version)) return names[version](code);
  return { problem: `icd_version is "${version}", must be 9 or 10` };
}

const diagnosisNames = { "9": icd9Diagnosis, "10": icd10Diagnosis };
const procedureNames = { "9": icd9Procedure, "10": icd10Procedure };

/** MIMIC-IV as a source. */
export const mimic4: Source<typeof mimicOptions> = {
  name: "mimic4",
  summary: "a folder of MIMIC-IV's CSV files, plain or .gz, flat or with its subfolder hosp",
  options: mimicOptions,
  problem: mimicProblem,
  async read(path, { tables, allAdmissions, timeSeries, encoding }, how) {
    const folder = await CsvFolder.of(path, ["hosp"]);
    const chosen = folder.chosen(tables, mimicFiles, how.onLeftOut);
    const table = new EventTable({ visits: timeSeries ? "times" : "encounters", keep: how.keep });
    const { notes } = table;
    const mimic = new Mimic(folder, table, { ...how, encoding, notes });
    const icd = ["icd_code", "icd_version"];
    await mimic.readPatients(["anchor_age", "anchor_year"], birthOf);
    await mimic.readAdmissions({ all: allAdmissions });
    if (chosen.includes("diagnoses")) {
      await mimic.readCodes(mimicFiles.diagnoses, icd, (fields) => icdName(fields, diagnosisNames));
      await mimic.describe("d_icd_diagnoses", [...icd, "long_title"], (fields) => [
        icdName(fields, diagnosisNames),
        fields[2],
      ]);
    }
    if (chosen.includes("procedures")) {
      await mimic.readCodes(
        mimicFiles.procedures,
        icd,
        (fields) => icdName(fields, procedureNames),
      );
      await mimic.describe("d_icd_procedures", [...icd, "long_title"], (fields) => [
        icdName(fields, procedureNames),
        fields[2],
      ]);
    }
    await mimic.readOthers(chosen, { timeSeries });
    notes.say(how.onNote);
    return table;
  },
};
