/**
 * Reads the CSV export of Synthea (The MITRE Corporation, 3.3): patients, encounters, and the
 * chosen tables of codes. A record is a patient, a visit an encounter.
 *
 * @module
 */
import type { OnProgress } from "../progress.ts";
import { type Cohort, cohort } from "./cohort.ts";
import { csvPath, type OnBadRow, readCsv } from "./csv.ts";
import { type Growing, growing } from "./growing.ts";
import { subjectIdOf } from "./subject_id.ts";
import { trimmed, type TrimOptions } from "./trim.ts";
import { vocabulary } from "./vocabulary.ts";

/** The tables of Synthea that hold codes; each is NAME.csv or NAME.csv.gz. */
export const syntheaTables = ["conditions", "medications", "procedures"] as const;
/** Name of such a table. */
export type SyntheaTable = typeof syntheaTables[number];

/** What to take from a Synthea folder. */
export interface SyntheaOptions extends TrimOptions {
  /** Tables whose codes to take; default all of {@link syntheaTables}. */
  tables?: readonly SyntheaTable[];
  /** An encounter is a visit when it has a code from one of these; default `tables`. */
  visitTables?: readonly SyntheaTable[];
  /** As in {@link TrimOptions}, but 1 by default: no codes that the visits do not have. */
  minCount?: number;
  /** Leave out bad rows and report each here; without it the first bad row throws. */
  onBadRow?: OnBadRow;
  /** Told the bytes read so far, file by file. */
  onProgress?: OnProgress;
}

interface Encounters {
  indexOf: Map<string, number>;
  ids: string[];
  /** [encounters] Index of the patient. */
  patient: Growing<Uint32Array<ArrayBuffer>>;
  /** [encounters] Start in days since 1970-01-01 UTC. */
  start: Growing<Float64Array<ArrayBuffer>>;
}

interface Events {
  codes: string[];
  descriptions: string[];
  /** [events] Index of the encounter. */
  encounter: Growing<Uint32Array<ArrayBuffer>>;
  /** [events] Index into `codes`. */
  code: Growing<Uint32Array<ArrayBuffer>>;
  /** [encounters] 1 where the encounter has a code from a table that makes it a visit. */
  isVisit: Uint8Array;
}

/** A copy that does not keep the block of the file alive from which the text was cut. */
function detached(text: string): string {
  return JSON.parse(JSON.stringify(text));
}

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$/;

function daysSinceEpoch(text: string): number {
  return isoTime.test(text) ? Date.parse(text) / 86_400_000 : NaN;
}

interface Patients {
  indexOf: Map<string, number>;
  /** [patients] In days since 1970-01-01 UTC, NaN where empty. */
  birth: Growing<Float64Array<ArrayBuffer>>;
  /** [patients] Index into `sexNames`. */
  sex: Growing<Uint8Array<ArrayBuffer>>;
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
  patients: Map<string, number>,
  options: SyntheaOptions,
): Promise<Encounters> {
  const indexOf = new Map<string, number>();
  const ids: string[] = [];
  const patient = growing((length) => new Uint32Array(length));
  const start = growing((length) => new Float64Array(length));
  const path = await csvPath(folder, "encounters");
  await readCsv(path, ["Id", "START", "PATIENT"], ([id, began, owner]) => {
    if (id === "") return "Id is empty";
    if (indexOf.has(id)) return `encounter "${id}" appears twice`;
    const ownerIndex = patients.get(owner);
    if (ownerIndex === undefined) {
      return `encounter "${id}" is of patient "${owner}", who is not in patients.csv`;
    }
    const days = daysSinceEpoch(began);
    if (Number.isNaN(days)) {
      return `START is "${began}", must be a time such as 2020-12-31T23:59:59Z`;
    }
    const kept = detached(id);
    indexOf.set(kept, ids.length);
    ids.push(kept);
    patient.push(ownerIndex);
    start.push(days);
  }, options);
  return { indexOf, ids, patient, start };
}

async function readEvents(
  folder: string,
  patients: Map<string, number>,
  encounters: Encounters,
  tables: readonly SyntheaTable[],
  options: SyntheaOptions,
): Promise<Events> {
  const visitTables = options.visitTables ?? tables;
  const indexOf = new Map<string, number>();
  const events: Events = {
    codes: [],
    descriptions: [],
    encounter: growing((length) => new Uint32Array(length)),
    code: growing((length) => new Uint32Array(length)),
    isVisit: new Uint8Array(encounters.ids.length),
  };
  const owners = encounters.patient.view();
  for (const table of tables) {
    const makesVisit = visitTables.includes(table);
    const columns = ["ENCOUNTER", "PATIENT", "CODE", "DESCRIPTION"];
    // Synthea names no code system for medications: they are RxNorm
    if (table !== "medications") columns.push("SYSTEM");
    await readCsv(await csvPath(folder, table), columns, (fields) => {
      const [encounterId, patientId, code, description, system = "RxNorm"] = fields;
      const encounter = encounters.indexOf.get(encounterId);
      if (encounter === undefined) return `encounter "${encounterId}" is not in encounters.csv`;
      if (patients.get(patientId) !== owners[encounter]) {
        return `encounter "${encounterId}" is not of patient "${patientId}"`;
      }
      if (code === "" || system === "") return `${code === "" ? "CODE" : "SYSTEM"} is empty`;
      const name = `${system}//${code}`;
      let index = indexOf.get(name);
      if (index === undefined) {
        index = events.codes.length;
        const kept = detached(name);
        indexOf.set(kept, index);
        events.codes.push(kept);
        events.descriptions.push(description === "" ? kept : detached(description));
      }
      events.encounter.push(encounter);
      events.code.push(index);
      if (makesVisit) events.isVisit[encounter] = 1;
    }, options);
  }
  return events;
}

/** [visits] Encounters that are visits, patient by patient, in time order. */
function orderedVisits(encounters: Encounters, events: Events): Uint32Array {
  const { ids } = encounters;
  const owner = encounters.patient.view();
  const start = encounters.start.view();
  return Uint32Array.from(ids.keys()).filter((encounter) => events.isVisit[encounter] === 1)
    .sort((a, b) => owner[a] - owner[b] || start[a] - start[b] || (ids[a] < ids[b] ? -1 : 1));
}

/** The distinct codes of each visit by their rank, rising: offsets [visits + 1], codes [events]. */
function codesOfVisits(
  visits: Uint32Array,
  rank: Uint32Array,
  encounterCount: number,
  events: Events,
): { offsets: Uint32Array; codes: Uint32Array } {
  const visitOf = new Int32Array(encounterCount).fill(-1);
  visits.forEach((encounter, visit) => visitOf[encounter] = visit);
  const eventEncounter = events.encounter.view();
  const eventCode = events.code.view();
  const ends = new Uint32Array(visits.length + 1);
  for (const encounter of eventEncounter) ends[visitOf[encounter] + 1]++;
  ends[0] = 0; // events of encounters that are no visits
  for (let visit = 0; visit < visits.length; visit++) ends[visit + 1] += ends[visit];
  const filled = ends.slice();
  const all = new Uint32Array(ends[visits.length]);
  for (let event = 0; event < eventEncounter.length; event++) {
    const visit = visitOf[eventEncounter[event]];
    if (visit >= 0) all[filled[visit]++] = rank[eventCode[event]];
  }
  const offsets = new Uint32Array(visits.length + 1);
  let count = 0;
  for (let visit = 0; visit < visits.length; visit++) {
    const sorted = all.subarray(ends[visit], ends[visit + 1]).sort();
    for (let i = 0; i < sorted.length; i++) {
      if (i === 0 || sorted[i] !== sorted[i - 1]) all[count++] = sorted[i];
    }
    offsets[visit + 1] = count;
  }
  return { offsets, codes: all.slice(0, count) };
}

/**
 * Reads a folder of Synthea's CSV files, plain or gzipped. Every patient is a record, also one
 * without visits; visits are encounters with at least one code of the chosen tables, by start time,
 * then id. Codes are written SYSTEM//CODE as in MEDS ("SNOMED-CT//44054006", "RxNorm//312617"): a
 * SNOMED code that both a condition and a procedure have is one code. The vocabulary holds the
 * codes that the visits have, sorted, with the first description that the files give. Demographics
 * are BIRTHDATE and GENDER of the patients' table, where not empty. No labels, no splits: see {@link withLabels} and {@link withSplits}.
 *
 * @param folder holds patients, encounters and the chosen tables
 * @throws {Deno.errors.NotFound} If the folder or one of the files is missing
 * @throws {SyntaxError} If a file is empty, lacks a column or has a bad row; names file and row
 * @throws {RangeError} If a count among the options is below 1, or a table is unknown
 */
export async function readSynthea(folder: string, options: SyntheaOptions = {}): Promise<Cohort> {
  const { tables = syntheaTables, maxVisits = Infinity, minCount = 1 } = options;
  const known: readonly string[] = syntheaTables;
  for (const table of [...tables, ...options.visitTables ?? []]) {
    if (!known.includes(table) || !tables.includes(table)) {
      throw new RangeError(
        `Cannot read the table "${table}" of Synthea: known are ${known.join(", ")}` +
          (known.includes(table) ? `, chosen are ${tables.join(", ")}` : ""),
      );
    }
  }
  const patients = await readPatients(folder, options);
  const encounters = await readEncounters(folder, patients.indexOf, options);
  const events = await readEvents(folder, patients.indexOf, encounters, tables, options);

  const all = assembled(patients, encounters, events);
  return trimmed(all, { maxVisits, minCount });
}

function assembled(patients: Patients, encounters: Encounters, events: Events): Cohort {
  const patientCount = patients.indexOf.size;
  const order = [...events.codes.keys()]
    .sort((a, b) => events.codes[a] < events.codes[b] ? -1 : 1);
  const rank = new Uint32Array(order.length);
  order.forEach((code, index) => rank[code] = index);
  const visits = orderedVisits(encounters, events);
  const { offsets, codes } = codesOfVisits(visits, rank, encounters.ids.length, events);
  const owner = encounters.patient.view();
  const start = encounters.start.view();
  const visitOffsets = new Uint32Array(patientCount + 1);
  const startDays = new Float64Array(patientCount).fill(NaN);
  const gapDays = new Float32Array(visits.length);
  for (let visit = 0; visit < visits.length; visit++) {
    const encounter = visits[visit];
    const patient = owner[encounter];
    if (visitOffsets[patient + 1]++ === 0) startDays[patient] = start[encounter];
    else gapDays[visit] = start[encounter] - start[visits[visit - 1]];
  }
  for (let patient = 0; patient < patientCount; patient++) {
    visitOffsets[patient + 1] += visitOffsets[patient];
  }
  return cohort({
    vocabulary: vocabulary(
      order.map((code) => events.codes[code]),
      order.map((code) => events.descriptions[code]),
    ),
    labelNames: [],
    subjectIds: BigInt64Array.from(patients.indexOf.keys(), subjectIdOf),
    visitOffsets,
    codeOffsets: offsets,
    codes,
    labels: new Uint8Array(0),
    startDays,
    gapDays,
    values: null,
    demographics: { birthDays: patients.birth.view().slice(), sexes: patients.sex.view().slice() },
    splits: null,
  });
}
