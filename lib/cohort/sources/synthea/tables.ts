/**
 * Reads Synthea's patients, encounters and the tables of codes without values.
 *
 * @module
 */
import { type CsvColumn, csvPath } from "../../../files/csv.ts";
import { codeSystemName } from "../../codes/code_system_uris.ts";
import { raceIn } from "../../races.ts";
import { timeOf } from "../../time.ts";
import type { EventTable } from "../event_table.ts";
import { type Notes, noteTime } from "../notes.ts";
import { readRows } from "../rows.ts";
import type { ReadHow } from "../source.ts";
import type { LeftOut } from "../table_rows.ts";
import type { SyntheaDeaths } from "./deaths.ts";

/** A Synthea folder, and where its rows go. */
export interface SyntheaRows {
  readonly folder: string;
  readonly table: EventTable;
  readonly how: ReadHow & { readonly encoding: string };
  /** What was read otherwise than it is written. */
  readonly notes: Notes;
  /** Where deaths go, if they are read. */
  readonly deaths: SyntheaDeaths | undefined;
}

/**
 * Reads a table, whose fields may have spaces around them; throws and takes bad rows as `readCsv`
 * does.
 */
export async function readTable(
  { folder, how, notes }: SyntheaRows,
  name: string,
  columns: readonly (string | CsvColumn)[],
  onRow: (fields: readonly string[]) => string | LeftOut | undefined,
): Promise<void> {
  const verbatim = ["CODE", "VALUE", "DESCRIPTION"]; // "None" is an answer
  const padded = ["DESCRIPTION"];
  await readRows(await csvPath(folder, name), columns, onRow, { ...how, notes, padded, verbatim });
}

/** The column of the code system; Synthea up to 3.2 wrote it nowhere, later ones only to some tables. */
export function systemColumn(missing: string): CsvColumn {
  return { name: "SYSTEM", missing };
}

/** Columns that a table may lack. */
const optional = (...names: string[]): CsvColumn[] => names.map((name) => ({ name, missing: "" }));

/** Synthea's letters in the order of `sexNames`. */
const sexLetters = ["", "F", "M"];

/** Adds the patients. */
export async function readPatients(rows: SyntheaRows): Promise<void> {
  const { patients } = rows.table;
  patients.hasDemographics = true;
  const columns = ["Id", "BIRTHDATE", "GENDER", ...optional("DEATHDATE", "RACE")];
  await readTable(rows, "patients", columns, ([id, born, gender, died, race]) => {
    if (id === "") return "Id is empty";
    if (patients.find(id) !== undefined) return `patient "${id}" appears twice`;
    const birth = timeOf(born);
    if (born !== "" && Number.isNaN(birth)) {
      return `BIRTHDATE is "${born}", must be a day such as 2020-12-31, or empty`;
    }
    if (!sexLetters.includes(gender)) return `GENDER is "${gender}", must be F, M or empty`;
    const problem = rows.deaths?.problemOf(died);
    if (problem !== undefined) return problem;
    const patient = patients.index(id);
    rows.deaths?.ofPatient(patient, died);
    patients.setBirth(patient, birth);
    patients.setSex(patient, sexLetters.indexOf(gender));
    patients.addRace(patient, raceIn(race));
    return undefined;
  });
  if (patients.count > 0) return;
  const path = await csvPath(rows.folder, "patients");
  throw new SyntaxError(`Cannot read "${path}": it has no patients`);
}

/** Adds the encounters, none of them a visit yet. */
export async function readEncounters(rows: SyntheaRows): Promise<void> {
  const { table, notes } = rows;
  const columns = [
    ...["Id", { name: "START", older: "DATE" }, "PATIENT"],
    ...optional("STOP", "CODE"),
  ];
  await readTable(rows, "encounters", columns, ([id, began, owner, stop, code]) => {
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
    if (timeOf(stop) < start) notes.add("encounters end before they begin", `Id ${id}`);
    noteTime(notes, "START", began);
    const encounter = table.encounter(id, patient, start, { isVisit: false });
    rows.deaths?.ofEncounter(encounter, { stop, code });
    return undefined;
  });
}

/** What messages call encounters. */
export const namedEncounter = { encounter: "encounter", file: "encounters.csv" } as const;

/**
 * Adds the codes of a table, at the start of their encounters.
 *
 * @param name of the table
 * @param makesVisits whether a code of it makes its encounter a visit
 */
export async function readCodes(
  { name, makesVisits, ...rows }: SyntheaRows & {
    readonly name: string;
    readonly makesVisits: boolean;
  },
): Promise<void> {
  const { table } = rows;
  const system = systemColumn(name === "medications" ? "RxNorm" : "SNOMED-CT");
  const columns = ["ENCOUNTER", "PATIENT", "CODE", "DESCRIPTION", system];
  await readTable(rows, name, columns, ([encounterId, patientId, id, description, system]) => {
    const encounter = table.encounterOf(encounterId, patientId, namedEncounter);
    if (typeof encounter === "string") return encounter;
    if (id === "" || system === "") return `${id === "" ? "CODE" : "SYSTEM"} is empty`;
    const code = table.codes.index(`${codeSystemName(system)}//${id}`, description);
    if (typeof code === "string") return code;
    table.event({ ...table.inEncounter(encounter), code });
    if (makesVisits) table.makeVisit(encounter);
    if (name === "conditions") rows.deaths?.ofCondition(encounter, id);
    return undefined;
  });
}
