/**
 * What the readers of Synthea's tables gather: which code was recorded when, and with what value.
 *
 * @module
 */
import { type Growing, growing } from "../growing.ts";

/** The patients by their identifiers in the files. */
export interface Patients {
  indexOf: Map<string, number>;
  /** [patients] In days since 1970-01-01 UTC, NaN where empty. */
  birth: Growing<Float64Array<ArrayBuffer>>;
  /** [patients] Index into `sexNames`. */
  sex: Growing<Uint8Array<ArrayBuffer>>;
}

/**
 * The moments at which something is recorded, each a visit if it is to be one: first the starts of
 * the encounters, then moments within them.
 */
export interface Moments {
  /** Encounters by their identifiers; their starts are the first moments. */
  indexOf: Map<string, number>;
  /** [encounters] */
  ids: string[];
  /** [moments] Index of the encounter. */
  encounter: Growing<Uint32Array<ArrayBuffer>>;
  /** [moments] Index of the patient. */
  patient: Growing<Uint32Array<ArrayBuffer>>;
  /** [moments] In days since 1970-01-01 UTC. */
  day: Growing<Float64Array<ArrayBuffer>>;
}

/** Moments without any yet. */
export function noMoments(): Moments {
  return {
    indexOf: new Map(),
    ids: [],
    encounter: growing((length) => new Uint32Array(length)),
    patient: growing((length) => new Uint32Array(length)),
    day: growing((length) => new Float64Array(length)),
  };
}

/** Codes as the tables record them, in the order of the files; measured ones come last. */
export interface Events {
  /** Distinct once all tables are read. */
  codes: string[];
  descriptions: string[];
  /** [events] Index of the moment. */
  moment: Growing<Uint32Array<ArrayBuffer>>;
  /** [events] Index into `codes`. */
  code: Growing<Uint32Array<ArrayBuffer>>;
  /** [encounters] 1 where the encounter has a code from a table that makes it a visit. */
  isVisit: Uint8Array;
  /** Indices of codes whose events do not count. */
  leftOut: Set<number>;
  /** Null where observations are not read. */
  measured: Measured | null;
}

/** What the last events have beside their codes. */
export interface Measured {
  /** The first event that stands here. */
  first: number;
  /** [events from `first` on] NaN where a code says it all. */
  value: Growing<Float32Array<ArrayBuffer>>;
  /** [events from `first` on] Time of measurement, in days since 1970-01-01 UTC. */
  day: Growing<Float64Array<ArrayBuffer>>;
}

/** A copy that does not keep the block of the file alive from which the text was cut. */
export function detached(text: string): string {
  return JSON.parse(JSON.stringify(text));
}

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$/;

/** Days since 1970-01-01 UTC; NaN for a text that is no day and no time in UTC. */
export function daysSinceEpoch(text: string): number {
  if (!isoTime.test(text)) return NaN;
  // Date.parse() takes February 30 for March 1
  const day = Number(text.slice(8, 10));
  if (day > 28 && new Date(text.slice(0, 10)).getUTCDate() !== day) return NaN;
  return Date.parse(text) / 86_400_000;
}

/** The encounter of a row, or the sentence that says why it has none. */
export function encounterOf(
  patients: Patients,
  { indexOf, patient }: Moments,
  encounterId: string,
  patientId: string,
): number | string {
  const encounter = indexOf.get(encounterId);
  if (encounter === undefined) return `encounter "${encounterId}" is not in encounters.csv`;
  if (patients.indexOf.get(patientId) !== patient.view()[encounter]) {
    return `encounter "${encounterId}" is not of patient "${patientId}"`;
  }
  return encounter;
}
