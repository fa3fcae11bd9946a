/**
 * The patients of eICU and their stays in intensive care, each with a place in time: eICU has minutes
 * from the beginning of a stay instead of dates, and of stays in hospital only the order and the year.
 *
 * @module
 */
import { microsecondsPerDay } from "../../time.ts";
import { raceIn } from "../../races.ts";
import type { CsvFolder } from "../csv_folder.ts";
import type { EventTable } from "../event_table.ts";
import { sexIn } from "../field_text.ts";
import { readRows, type RowsHow } from "../rows.ts";

/** Microseconds in a minute. */
export const microsecondsPerMinute = 60_000_000;

/** A stay in intensive care. */
interface Stay {
  readonly id: string;
  readonly patient: number;
  readonly hospitalStay: string;
  readonly year: number;
  /** Minutes from the admission to the hospital to the beginning of the stay. */
  readonly begin: number;
  /** Minutes from the admission to the hospital to leaving it. */
  readonly end: number;
  readonly isDead: boolean;
}

/** A stay in intensive care in which a patient died, or after which they died in hospital. */
export interface EicuDeath {
  readonly encounter: number;
  readonly time: number;
}

/** A whole number of minutes, NaN for any other text. */
export function minutesIn(text: string): number {
  return /^-?\d+(\.0*)?$/.test(text) ? Number(text) : NaN;
}

const columns = [
  "patientunitstayid",
  "patienthealthsystemstayid",
  "uniquepid",
  "gender",
  { name: "ethnicity", missing: "" },
  "hospitaldischargeyear",
  "hospitaladmitoffset",
  "hospitaldischargeoffset",
  "unitdischargestatus",
  "hospitaldischargestatus",
];

/** The stays of the table of patients, whom it adds. */
async function readPatients(path: string, table: EventTable, how: RowsHow): Promise<Stay[]> {
  const stays: Stay[] = [];
  const ids = new Set<string>();
  await readRows(path, columns, (fields) => {
    const [id, hospitalStay, person, gender, race, ...others] = fields;
    const [year, admitted, left, unitStatus, status] = others;
    if (id === "") return "patientunitstayid is empty";
    if (person === "") return "uniquepid is empty";
    if (ids.has(id)) return `stay "${id}" appears twice`;
    const sex = sexIn(gender);
    if (sex === undefined) return `gender is "${gender}", must be Female, Male or empty`;
    const [before, after] = [minutesIn(admitted), minutesIn(left)];
    if (Number.isNaN(before)) return minutesProblem("hospitaladmitoffset", admitted);
    if (left !== "" && Number.isNaN(after)) return minutesProblem("hospitaldischargeoffset", left);
    if (!/^\d{4}$/.test(year)) return `hospitaldischargeyear is "${year}", must be a year`;
    ids.add(id);
    const patient = table.patients.index(person);
    table.patients.setSex(patient, sex);
    table.patients.addRace(patient, raceIn(race));
    table.patients.setUndated(patient);
    stays.push({
      id,
      patient,
      hospitalStay,
      year: Number(year),
      begin: -before,
      end: (after || 0) - before,
      isDead: unitStatus === "Expired" || status === "Expired",
    });
    return undefined;
  }, how);
  if (stays.length === 0) throw new SyntaxError(`Cannot read "${path}": it has no patients`);
  return stays;
}

/** Numbers first by value: "9" comes before "10". */
function byId(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Adds the patients and their stays. A stay in hospital begins when the one before it ended, or as
 * many years after its beginning as eICU says.
 *
 * @returns the deaths
 */
export async function readStays(
  folder: CsvFolder,
  table: EventTable,
  how: RowsHow,
): Promise<EicuDeath[]> {
  const stays = await readPatients(folder.path("patient"), table, how);
  stays.sort((a, b) =>
    a.patient - b.patient || a.year - b.year || byId(a.hospitalStay, b.hospitalStay) ||
    a.begin - b.begin || byId(a.id, b.id)
  );
  const deaths: EicuDeath[] = [];
  let hospital = { begin: 0, end: 0 };
  let later = 0;
  for (const [i, stay] of stays.entries()) {
    const before = i > 0 && stays[i - 1].patient === stay.patient ? stays[i - 1] : undefined;
    if (before === undefined) hospital = { begin: 0, end: 0 };
    else if (before.hospitalStay !== stay.hospitalStay) {
      const years = (stay.year - before.year) * 365.25 * microsecondsPerDay;
      const begin = Math.max(hospital.end, hospital.begin + years);
      hospital = { begin, end: begin };
      later++;
    }
    const start = hospital.begin + stay.begin * microsecondsPerMinute;
    const end = hospital.begin + Math.max(stay.begin, stay.end) * microsecondsPerMinute;
    hospital.end = Math.max(hospital.end, end);
    const encounter = table.encounter(stay.id, stay.patient, start);
    const isLast = stays[i + 1]?.hospitalStay !== stay.hospitalStay;
    if (stay.isDead && isLast) deaths.push({ encounter, time: end });
  }
  if (later > 0) {
    how.onNote?.(
      `${later} stays in hospital follow another one of the patient: eICU gives their years only, ` +
        "so the days before them are whole years or none",
    );
  }
  how.onLeftOut?.("the ages of patients: eICU has no dates from which they could be counted");
  return deaths;
}

/** What is wrong with an offset. */
export function minutesProblem(column: string, text: string): string {
  return `${column} is "${text}", must be a whole number of minutes`;
}
