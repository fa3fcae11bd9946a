/**
 * Reads the CSV files of MIMIC-III (1.4, as PhysioNet has them). Codes are "ICD9CM//250.00",
 * "ICD9Proc//36.05", "DRUG//Aspirin" and "LAB//50912", with the names of MIMIC's own lists where these
 * are in the folder.
 *
 * @see https://mimic.mit.edu/docs/iii
 * @module
 */
import { timeOf } from "../../time.ts";
import { CsvFolder } from "../csv_folder.ts";
import { EventTable } from "../event_table.ts";
import { HaloLabels, haloLabels } from "./halo_labels.ts";
import { icd9Diagnosis, icd9Procedure } from "../icd_names.ts";
import { Mimic, mimicFiles, mimicOptions, mimicProblem, timeProblem } from "./tables.ts";
import type { Notes } from "../notes.ts";
import { type Source, switchOption } from "../source.ts";

const options = {
  ...mimicOptions,
  haloLabels: switchOption("Give the 25 labels of HALO's inpatient records, from the diagnoses"),
};

/** Microseconds in 120 years: who is older has a birth that MIMIC-III moved by 300 years. */
const oldest = 120 * 365.25 * 86_400_000_000;

/** Forgets the births of patients over 89 at their first admission, which MIMIC-III hides. */
function hideMovedBirths({ patients, encounters }: EventTable, notes: Notes): void {
  const ids = patients.ids();
  for (const [encounter, start] of encounters.start.view().entries()) {
    const patient = encounters.patient.at(encounter);
    if (!(start - patients.birthOf(patient) > oldest)) continue;
    patients.setBirth(patient, NaN);
    notes.add(
      "births were moved by 300 years, as of all patients over 89, and are taken as unknown",
      `subject_id ${ids[patient]}`,
    );
  }
}

/** MIMIC-III as a source. */
export const mimic3: Source<typeof options> = {
  name: "mimic3",
  summary: "a folder of MIMIC-III's CSV files, plain or .gz",
  options,
  problem(values) {
    if (values.haloLabels && !values.tables.includes("diagnoses")) {
      return "--halo-labels needs --tables with diagnoses";
    }
    return mimicProblem(values);
  },
  async read(path, { tables, allAdmissions, timeSeries, haloLabels: isLabelled, encoding }, how) {
    const folder = await CsvFolder.of(path);
    const chosen = folder.chosen(tables, mimicFiles, how.onLeftOut);
    const table = new EventTable({
      visits: timeSeries ? "times" : "encounters",
      labelNames: isLabelled ? haloLabels : [],
      keep: how.keep,
    });
    const { notes } = table;
    const mimic = new Mimic(folder, table, { ...how, encoding, notes });
    const icd = "icd9_code";
    await mimic.readPatients(["dob"], ([dob]) => {
      const birth = timeOf(dob);
      return dob !== "" && Number.isNaN(birth) ? timeProblem("dob", dob) : birth;
    });
    await mimic.readAdmissions({ all: allAdmissions });
    hideMovedBirths(table, notes);
    if (chosen.includes("diagnoses")) {
      const labels = new HaloLabels(table.patients);
      const { patient } = table.encounters;
      await mimic.readCodes(mimicFiles.diagnoses, [icd], ([code]) => icd9Diagnosis(code), {
        onCode: (encounter, code) => isLabelled && labels.add(patient.at(encounter), code),
      });
      await mimic.describe("d_icd_diagnoses", [icd, "long_title"], ([code, title]) => [
        icd9Diagnosis(code),
        title,
      ]);
    }
    if (chosen.includes("procedures")) {
      await mimic.readCodes(mimicFiles.procedures, [icd], ([code]) => icd9Procedure(code));
      await mimic.describe("d_icd_procedures", [icd, "long_title"], ([code, title]) => [
        icd9Procedure(code),
        title,
      ]);
    }
    await mimic.readOthers(chosen, { timeSeries });
    notes.say(how.onNote);
    return table;
  },
};
