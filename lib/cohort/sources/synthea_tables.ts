/**
 * Reads Synthea's patients, encounters and the tables of codes without values.
 *
 * @module
 */
import { csvPath, readCsv, type ReadCsvOptions } from "../../files/csv.ts";
import { timeOf } from "../time.ts";
import type { EventTable } from "./event_table.ts";

/** A table of a Synthea folder, and where its rows go. */
export interface SyntheaRows {
  readonly folder: string;
  readonly table: EventTable;
  readonly how: ReadCsvOptions;
}

/** Synthea's letters in the order of `sexNames`. */
const sexLetters = ["", "F", "M"];

/** Adds the patients. */
export async function readPatients({ folder, table, how }: SyntheaRows): Promise<void> {
  const { patients } = table;
  patients.hasDemographics = true;
  const path = await csvPath(folder, "patients");
  await readCsv(path, ["Id", "BIRTHDATE", "GENDER"], ([id, born, gender]) => {
    if (id === "") return "Id is empty";
    if (patients.find(id) !== undefined) return `patient "${id}" appears twice`;
    const birth = timeOf(born);
    if (born !== "" && Number.isNaN(birth)) {
      return `BIRTHDATE is "${born}", must be a day such as 2020-12-31, or empty`;
    }
    if (!sexLetters.includes(gender)) return `GENDER is "${gender}", must be F, M or empty`;
    const patient = patients.index(id);
    patients.setBirth(patient, birth);
    patients.setSex(patient, sexLetters.indexOf(gender));
  }, how);
  if (patients.count === 0) throw new SyntaxError(`Cannot read "${path}": it has no patients`);
}

/** Adds the encounters, none of them a visit yet. */
export async function readEncounters({ folder, table, how }: SyntheaRows): Promise<void> {
  const path = await csvPath(folder, "encounters");
  await readCsv(path, ["Id", "START", "PATIENT"], ([id, began, owner]) => {
    if (id === "") return "Id is empty";
    if (table.encounters.indexOf.has(id)) return `encounter "${id}" appears twice`;
    const patient = table.patients.find(owner);
    if (patient === undefined) {
      return `encounter "${id}" is of patient "${owner}", who is not in patients.csv`;
    }
    const start = timeOf(began);
    if (Number.isNaN(start)) {
      return `START is "${began}", must be a time such as 2020-12-31T23:59:59Z`;
    }
    table.encounter(id, patient, start, { isVisit: false });
  }, how);
}

/** The encounter of a row, or a sentence that says why it has none. */
export function encounterOf(
  { encounters, patients }: EventTable,
  encounterId: string,
  patientId: string,
): number | string {
  const encounter = encounters.indexOf.get(encounterId);
  if (encounter === undefined) return `encounter "${encounterId}" is not in encounters.csv`;
  if (patients.find(patientId) !== encounters.patient.at(encounter)) {
    return `encounter "${encounterId}" is not of patient "${patientId}"`;
  }
  return encounter;
}

/**
 * Adds the codes of a table, at the start of their encounters.
 *
 * @param name of the table
 * @param makesVisits whether a code of it makes its encounter a visit
 */
export async function readCodes(
  { folder, table, how, name, makesVisits }: SyntheaRows & {
    readonly name: string;
    readonly makesVisits: boolean;
  },
): Promise<void> {
  const columns = ["ENCOUNTER", "PATIENT", "CODE", "DESCRIPTION"];
  // Synthea names no code system for medications: they are RxNorm
  if (name !== "medications") columns.push("SYSTEM");
  await readCsv(await csvPath(folder, name), columns, (fields) => {
    const [encounterId, patientId, id, description, system = "RxNorm"] = fields;
    const encounter = encounterOf(table, encounterId, patientId);
    if (typeof encounter === "string") return encounter;
    if (id === "" || system === "") return `${id === "" ? "CODE" : "SYSTEM"} is empty`;
    const code = table.codes.index(`${system}//${id}`, description);
    if (typeof code === "string") return code;
    const { patient, start } = table.encounters;
    table.event({ patient: patient.at(encounter), time: start.at(encounter), encounter, code });
    if (makesVisits) table.makeVisit(encounter);
  }, how);
}
