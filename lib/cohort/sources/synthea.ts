/**
 * Reads the CSV export of Synthea (The MITRE Corporation, 3.3): patients, encounters, and the
 * chosen tables of codes. A record is a patient, a visit an encounter.
 *
 * @module
 */
import type { OnProgress } from "../../progress.ts";
import type { Cohort } from "../cohort.ts";
import { csvPath, type OnBadRow, readCsv } from "../../files/csv.ts";
import { growing } from "../growing.ts";
import {
  daysSinceEpoch,
  detached,
  encounterOf,
  type Events,
  type Moments,
  noMoments,
  type Patients,
} from "./event_table.ts";
import { codeProblem } from "../reserved_names.ts";
import { readObservations } from "./synthea_observations.ts";
import { cohortOfEvents } from "./cohort_of_events.ts";
import { trimmed, type TrimOptions } from "../trim.ts";

/** The tables of Synthea that hold codes or values; each is NAME.csv or NAME.csv.gz. */
export const syntheaTables = ["conditions", "medications", "procedures", "observations"] as const;
/** Name of such a table. */
export type SyntheaTable = typeof syntheaTables[number];
/** Those taken where none are named: observations are many, and few models know values. */
export const defaultSyntheaTables: readonly SyntheaTable[] = syntheaTables.slice(0, 3);

/** What to take from a Synthea folder. */
export interface SyntheaOptions extends TrimOptions {
  /** Tables whose codes to take; default all of {@link syntheaTables} but observations. */
  tables?: readonly SyntheaTable[];
  /**
   * An encounter is a visit when it has a code from one of these; default `tables`, without
   * observations unless they are the only ones.
   */
  visitTables?: readonly SyntheaTable[];
  /**
   * Make each later time of measurement within an encounter a visit of its own, which holds nothing
   * but what was observed then; by default all is observed at the encounter's start.
   */
  timeSeries?: boolean;
  /** As in {@link TrimOptions}, but 1 by default: no codes that the visits do not have. */
  minCount?: number;
  /** Leave out bad rows and report each here; without it the first bad row throws. */
  onBadRow?: OnBadRow;
  /** Told in a sentence what of the observations was left out, and how much. */
  onLeftOut?: (what: string) => void;
  /** Told the bytes read so far, file by file. */
  onProgress?: OnProgress;
}

/** Synthea's letters in the order of `sexNames`. */
const sexLetters = ["", "F", "M"];

async function readPatients(folder: string, options: SyntheaOptions): Promise<Patients> {
  const indexOf = new Map<string, number>();
  const birth = growing((length) => new Float64Array(length));
  const sex = growing((length) => new Uint8Array(length));
  const path = await csvPath(folder, "patients");
  await readCsv(path, ["Id", "BIRTHDATE", "GENDER"], ([id, born, gender]) => {
    if (id === "") return "Id is empty";
    if (indexOf.has(id)) return `patient "${id}" appears twice`;
    const days = daysSinceEpoch(born);
    if (born !== "" && Number.isNaN(days)) {
      return `BIRTHDATE is "${born}", must be a day such as 2020-12-31, or empty`;
    }
    if (!sexLetters.includes(gender)) return `GENDER is "${gender}", must be F, M or empty`;
    indexOf.set(detached(id), indexOf.size);
    birth.push(days);
    sex.push(sexLetters.indexOf(gender));
  }, options);
  if (indexOf.size === 0) throw new SyntaxError(`Cannot read "${path}": it holds no patients`);
  return { indexOf, birth, sex };
}

async function readEncounters(
  folder: string,
  patients: Patients,
  options: SyntheaOptions,
): Promise<Moments> {
  const moments = noMoments();
  const { indexOf, ids } = moments;
  const path = await csvPath(folder, "encounters");
  await readCsv(path, ["Id", "START", "PATIENT"], ([id, began, owner]) => {
    if (id === "") return "Id is empty";
    if (indexOf.has(id)) return `encounter "${id}" appears twice`;
    const patient = patients.indexOf.get(owner);
    if (patient === undefined) {
      return `encounter "${id}" is of patient "${owner}", who is not in patients.csv`;
    }
    const day = daysSinceEpoch(began);
    if (Number.isNaN(day)) {
      return `START is "${began}", must be a time such as 2020-12-31T23:59:59Z`;
    }
    const kept = detached(id);
    indexOf.set(kept, ids.length);
    moments.encounter.push(ids.length);
    ids.push(kept);
    moments.patient.push(patient);
    moments.day.push(day);
  }, options);
  return moments;
}

async function readEvents(
  folder: string,
  patients: Patients,
  moments: Moments,
  tables: readonly SyntheaTable[],
  options: SyntheaOptions,
): Promise<Events> {
  const codeTables = tables.filter((table) => table !== "observations");
  const { visitTables = codeTables.length > 0 ? codeTables : tables } = options;
  const indexOf = new Map<string, number>();
  const events: Events = {
    codes: [],
    descriptions: [],
    moment: growing((length) => new Uint32Array(length)),
    code: growing((length) => new Uint32Array(length)),
    isVisit: new Uint8Array(moments.ids.length),
    leftOut: new Set(),
    measured: null,
  };
  for (const table of codeTables) {
    const makesVisit = visitTables.includes(table);
    const columns = ["ENCOUNTER", "PATIENT", "CODE", "DESCRIPTION"];
    // Synthea names no code system for medications: they are RxNorm
    if (table !== "medications") columns.push("SYSTEM");
    await readCsv(await csvPath(folder, table), columns, (fields) => {
      const [encounterId, patientId, code, description, system = "RxNorm"] = fields;
      const encounter = encounterOf(patients, moments, encounterId, patientId);
      if (typeof encounter === "string") return encounter;
      if (code === "" || system === "") return `${code === "" ? "CODE" : "SYSTEM"} is empty`;
      const name = `${system}//${code}`;
      let index = indexOf.get(name);
      if (index === undefined) {
        const problem = codeProblem(name);
        if (problem !== undefined) return `code "${name}" ${problem}`;
        index = events.codes.length;
        const kept = detached(name);
        indexOf.set(kept, index);
        events.codes.push(kept);
        events.descriptions.push(description === "" ? kept : detached(description));
      }
      events.moment.push(encounter);
      events.code.push(index);
      if (makesVisit) events.isVisit[encounter] = 1;
    }, options);
  }
  if (tables.includes("observations")) {
    const makesVisits = visitTables.includes("observations");
    await readObservations(folder, patients, moments, events, makesVisits, options);
  }
  return events;
}

/**
 * Reads a folder of Synthea's CSV files, plain or gzipped. Every patient is a record, also one
 * without visits; visits are encounters with at least one code of the chosen tables, by start time,
 * then id. Codes are written SYSTEM//CODE as in MEDS ("SNOMED-CT//44054006", "RxNorm//312617"): a
 * SNOMED code that both a condition and a procedure have is one code. The vocabulary holds the
 * codes that the visits have, sorted, with the first description that the files give. Demographics
 * are BIRTHDATE and GENDER of the patients' table, where not empty. Observations become codes with
 * values as synthea_observations.ts says; a visit keeps the last value of a code. No labels, no
 * splits: see {@link withLabels} and {@link withSplits}.
 *
 * @param folder holds patients, encounters and the chosen tables
 * @throws {Deno.errors.NotFound} If the folder or one of the files is missing
 * @throws {SyntaxError} If a file is empty, lacks a column or has a bad row; names file and row
 * @throws {RangeError} If a count among the options is below 1, or a table is unknown
 */
export async function readSynthea(folder: string, options: SyntheaOptions = {}): Promise<Cohort> {
  const { tables = defaultSyntheaTables, maxVisits = Infinity, minCount = 1 } = options;
  const known: readonly string[] = syntheaTables;
  for (const table of [...tables, ...options.visitTables ?? []]) {
    if (!known.includes(table) || !tables.includes(table)) {
      throw new RangeError(
        `Cannot read the table "${table}" of Synthea: known are ${known.join(", ")}` +
          (known.includes(table) ? `, chosen are ${tables.join(", ")}` : ""),
      );
    }
  }
  if (options.timeSeries && !tables.includes("observations")) {
    throw new RangeError("Cannot make visits of a time series: no observations are read");
  }
  const patients = await readPatients(folder, options);
  const moments = await readEncounters(folder, patients, options);
  const events = await readEvents(folder, patients, moments, tables, options);
  return trimmed(cohortOfEvents(patients, moments, events, options.onLeftOut), {
    maxVisits,
    minCount,
  });
}
