/**
 * The table of events that every source fills: what was recorded for whom, when, with what value
 * and in which encounter. {@link cohortOfEvents} makes a cohort of it.
 *
 * It grows in typed arrays, with 8 bytes per event and 12 per event with a value, so that readers
 * can stream. Times are in microseconds since 1970-01-01 UTC; for undated patients ({@link
 * Patients.setUndated}), they may count from any other moment.
 *
 * @module
 */
import { growing } from "../growing.ts";
import { CodeList } from "./code_list.ts";
import { detached } from "./detached.ts";
import { MomentChecks } from "./moment_checks.ts";
import { Notes } from "./notes.ts";
import { Patients, type PatientsOptions } from "./patients.ts";
import type { Vocabulary } from "../vocabulary.ts";
import type { WhichValue } from "./which_value.ts";

/** The encounter of an event that is in none. */
export const noEncounter = 0xffff_ffff;

/** What is known about a source before its events are read. */
export interface EventTableOptions extends PatientsOptions {
  /** The source's own list of codes; default the codes of the visits, sorted by name. */
  readonly vocabulary?: Vocabulary | undefined;
  /**
   * What a visit is: an encounter, with everything recorded in it; or each time of an encounter at
   * which something is recorded (what comes before its start counts as recorded at its start).
   * Events without an encounter are visits by their times in both cases. Default "encounters".
   */
  readonly visits?: "encounters" | "times" | undefined;
  /** Which of several values of a code in a visit stays; default "last". */
  readonly keep?: WhichValue | undefined;
}

/** When something is recorded, and where. */
export interface Moment {
  /** Index of the patient. */
  readonly patient: number;
  /** In microseconds since 1970 UTC; NaN for an event without a time, such as marital status. */
  readonly time: number;
  /**
   * Index of the encounter; in a source without encounters, a number that separates and orders
   * visits at the same time. Omitted for an event without an encounter.
   */
  readonly encounter?: number | undefined;
}

/** One event. */
export interface Event extends Moment {
  /** Index of the code; see {@link CodeList.index}. */
  readonly code: number;
  /** The measured value; NaN or omitted if there is none. */
  readonly value?: number | undefined;
}

/** The events of a source. */
export class EventTable {
  readonly patients: Patients;
  readonly codes: CodeList;
  readonly visits: "encounters" | "times";
  readonly keep: WhichValue;
  /** What was read otherwise than it is written. */
  readonly notes: Notes = new Notes();
  /** Events without a time, which are left out. */
  staticCount = 0;
  /** Values that a reader did not add, since it knew one of the same code and visit that stays. */
  replacedCount = 0;
  /** Encounters by their identifiers, in the order in which they were added. */
  readonly encounters = {
    indexOf: new Map<string, number>(),
    /** [encounters] */
    ids: new Array<string>(),
    /** [encounters] Index of the patient. */
    patient: growing((length) => new Uint32Array(length)),
    /** [encounters] When it began. */
    start: growing((length) => new Float64Array(length)),
    /** [encounters] 1 where what is recorded in it makes a visit. */
    isVisit: growing((length) => new Uint8Array(length)),
  };
  /** Where and when events were recorded; several may be the same moment. */
  readonly moments = {
    /** [moments] Index of the patient. */
    patient: growing((length) => new Uint32Array(length)),
    /** [moments] {@link noEncounter} for none. */
    encounter: growing((length) => new Uint32Array(length)),
    /** [moments] */
    time: growing((length) => new Float64Array(length)),
    /** Indices of moments that are visits even without events. */
    declared: growing((length) => new Uint32Array(length)),
  };
  /** What was recorded. */
  readonly events = {
    /** [events] Index of the moment. */
    moment: growing((length) => new Uint32Array(length)),
    /** [events] Index of the code. */
    code: growing((length) => new Uint32Array(length)),
    /** [events from `firstValue` on] NaN where nothing was measured. */
    value: growing((length) => new Float32Array(length)),
    /**
     * Index of the first event whose value stands in `value`; Infinity for a source without values.
     */
    firstValue: Infinity,
  };
  private readonly checks: MomentChecks;
  private lastPatient = -1;
  private lastTime = NaN;
  private lastEncounter = noEncounter;

  constructor(
    { vocabulary, visits = "encounters", keep = "last", ...patients }: EventTableOptions = {},
  ) {
    this.patients = new Patients(patients);
    this.codes = new CodeList(vocabulary);
    this.visits = visits;
    this.keep = keep;
    this.checks = new MomentChecks(this.patients, this.notes);
  }

  /** Declares that the source has values, even if no event has one. */
  expectValues(): void {
    this.events.firstValue = Math.min(this.events.firstValue, this.events.code.length);
  }

  /**
   * Adds an encounter.
   *
   * @param id distinct; of encounters that begin at the same time, the lower id comes first
   * @param options.isVisit default true; see {@link EventTable.makeVisit}
   * @returns its index
   */
  encounter(
    id: string,
    patient: number,
    start: number,
    { isVisit = true }: { readonly isVisit?: boolean } = {},
  ): number {
    const { indexOf, ids } = this.encounters;
    this.checks.see(patient, start);
    const kept = detached(id);
    indexOf.set(kept, ids.length);
    this.encounters.patient.push(patient);
    this.encounters.start.push(start);
    this.encounters.isVisit.push(isVisit ? 1 : 0);
    return ids.push(kept) - 1;
  }

  /**
   * The encounter of a row.
   *
   * @param id of the encounter
   * @param owner id of the patient, where the row names one
   * @param named what the source calls an encounter and a patient, and where encounters are:
   *   "admission", "patient", "admissions"
   * @returns its index, or a sentence that says why there is none
   */
  encounterOf(
    id: string,
    owner: string | undefined,
    named: { readonly encounter: string; readonly patient?: string; readonly file: string },
  ): number | string {
    const found = this.encounters.indexOf.get(id);
    if (found === undefined) return `${named.encounter} "${id}" is not in ${named.file}`;
    const isOwn = owner === undefined ||
      this.patients.find(owner) === this.encounters.patient.at(found);
    return isOwn
      ? found
      : `${named.encounter} "${id}" is not of ${named.patient ?? "patient"} "${owner}"`;
  }

  /** The moment of what is recorded in an encounter: at a time, or else where it begins. */
  inEncounter(encounter: number, time: number = this.encounters.start.at(encounter)): Moment {
    return { patient: this.encounters.patient.at(encounter), time, encounter };
  }

  /** Makes a visit of an encounter that was added with `isVisit: false`. */
  makeVisit(encounter: number): void {
    this.encounters.isVisit.set(encounter, 1);
  }

  /**
   * Notes what is odd about the time of a row: see {@link MomentChecks}. What is added in the order
   * of the rows needs no call of it.
   */
  see({ patient, time, encounter = noEncounter }: Moment): void {
    const isOwnTime = encounter === noEncounter || time !== this.encounters.start.at(encounter);
    if (isOwnTime) this.checks.see(patient, time);
  }

  /** Adds an event; one without a time is only counted. */
  event(event: Event): void {
    if (Number.isNaN(event.time)) {
      this.staticCount++;
      return;
    }
    this.see(event);
    this.add(event);
  }

  /** Adds an event that has a time which {@link EventTable.see} has seen. */
  add({ patient, time, encounter, code, value = NaN }: Event): void {
    if (!Number.isNaN(value)) this.expectValues();
    this.events.moment.push(this.moment({ patient, time, encounter }));
    this.events.code.push(code);
    if (this.events.firstValue !== Infinity) this.events.value.push(value);
  }

  /** Adds a visit that is kept even if it has no events. */
  visit(moment: Moment): void {
    this.moments.declared.push(this.moment(moment));
  }

  /** The index of a moment, which is added unless it is the same as in the last call. */
  moment({ patient, time, encounter = noEncounter }: Moment): number {
    const { moments } = this;
    if (
      patient !== this.lastPatient || time !== this.lastTime || encounter !== this.lastEncounter
    ) {
      this.lastPatient = patient;
      this.lastTime = time;
      this.lastEncounter = encounter;
      moments.patient.push(patient);
      moments.encounter.push(encounter);
      moments.time.push(time);
    }
    return moments.patient.length - 1;
  }

  /**
   * Adds many events at once, which takes a third of the time.
   *
   * @param rows.moment [events] see {@link EventTable.moment}
   * @param rows.code [events] see {@link CodeList.index}
   * @param rows.value [events] null if none has a value
   */
  append(
    { moment, code, value }: {
      readonly moment: Uint32Array<ArrayBuffer>;
      readonly code: Uint32Array<ArrayBuffer>;
      readonly value: Float32Array<ArrayBuffer> | null;
    },
  ): void {
    if (value !== null) this.expectValues();
    this.events.moment.append(moment);
    this.events.code.append(code);
    if (this.events.firstValue === Infinity) return;
    this.events.value.append(value ?? new Float32Array(code.length).fill(NaN));
  }

  /** Takes all events out of a table without encounters; patients and codes stay. */
  clearEvents(): void {
    const { moments, events } = this;
    for (const column of Object.values(moments)) column.clear();
    for (const column of [events.moment, events.code, events.value]) column.clear();
    if (events.firstValue !== Infinity) events.firstValue = 0;
    this.lastPatient = -1;
  }
}
