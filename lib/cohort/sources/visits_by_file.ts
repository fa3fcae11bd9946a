/**
 * Visits made file by file, where no patient has events in two files: so the events of one file are
 * in memory, not those of all.
 *
 * @module
 */
import { growing } from "../growing.ts";
import { sortCodes } from "./distinct_codes.ts";
import type { EventTable } from "./event_table.ts";
import { type Visits, visitsOf } from "./visits_of.ts";

/** The visits of a file. */
interface Part {
  /** [records of the part] Index of each patient. */
  readonly patients: Uint32Array;
  /** Codes are numbered as in the table. */
  readonly visits: Visits;
}

/** All visits, and where those of each patient go. */
interface Target {
  readonly visits: Visits;
  /** [patients] */
  readonly recordOf: Uint32Array;
  /** [records + 1] Index of each record's first event. */
  readonly eventOffsets: Uint32Array;
}

/** The patients of the events in a table, each once, ascending. */
function patientsOf({ moments }: EventTable): Uint32Array {
  const found = growing((length) => new Uint32Array(length));
  const patients = moments.patient.view();
  for (let i = 0; i < patients.length; i++) {
    if (i === 0 || patients[i] !== patients[i - 1]) found.push(patients[i]);
  }
  return found.view().sort();
}

/** Moves a part's visits to their records. */
function move({ patients, visits: from }: Part, { visits: into, ...target }: Target): void {
  for (const [i, patient] of patients.entries()) {
    const record = target.recordOf[patient];
    const [first, last] = [from.visitOffsets[i], from.visitOffsets[i + 1]];
    const [begin, end] = [from.codeOffsets[first], from.codeOffsets[last]];
    const firstInto = into.visitOffsets[record];
    const shift = target.eventOffsets[record] - begin;
    into.startDays[record] = from.startDays[i];
    into.gapDays.set(from.gapDays.subarray(first, last), firstInto);
    for (let visit = first; visit < last; visit++) {
      into.codeOffsets[firstInto + visit - first + 1] = from.codeOffsets[visit + 1] + shift;
    }
    into.codes.set(from.codes.subarray(begin, end), begin + shift);
    if (from.values !== null) into.values?.set(from.values.subarray(begin, end), begin + shift);
  }
}

/** Gives codes their numbers in the vocabulary. */
function renumber({ codes, values, codeOffsets }: Visits, rank: Int32Array): void {
  if (rank.every((index, code) => index === code)) return;
  for (let event = 0; event < codes.length; event++) codes[event] = rank[codes[event]];
  for (let visit = 0; visit + 1 < codeOffsets.length; visit++) {
    sortCodes({ codes, values, from: codeOffsets[visit], to: codeOffsets[visit + 1] });
  }
}

/** The visits of the files of a source that has its own list of codes and no encounters. */
export class VisitsByFile {
  private readonly parts: Part[] = [];

  /** Makes visits of the events in a table, which are those of one file, and takes them out of it. */
  take(table: EventTable): void {
    const patients = patientsOf(table);
    const recordOf = new Uint32Array(table.patients.count);
    patients.forEach((patient, record) => recordOf[patient] = record);
    const rank = new Int32Array(table.codes.count).map((_, code) => code);
    this.parts.push({
      patients,
      visits: visitsOf(table, recordOf, rank, patients.length),
    });
    table.clearEvents();
  }

  /**
   * The visits of all files, record by record; afterwards there are none here.
   *
   * @param recordOf [patients] the record of each patient
   * @param rank [codes of the events] index in the vocabulary
   */
  together(recordOf: Uint32Array, rank: Int32Array): Visits {
    const { parts } = this;
    const visitOffsets = new Uint32Array(recordOf.length + 1);
    const eventOffsets = new Uint32Array(recordOf.length + 1);
    for (const { patients, visits: part } of parts) {
      for (const [i, patient] of patients.entries()) {
        const [first, last] = [part.visitOffsets[i], part.visitOffsets[i + 1]];
        visitOffsets[recordOf[patient] + 1] = last - first;
        eventOffsets[recordOf[patient] + 1] = part.codeOffsets[last] - part.codeOffsets[first];
      }
    }
    for (let record = 0; record < recordOf.length; record++) {
      visitOffsets[record + 1] += visitOffsets[record];
      eventOffsets[record + 1] += eventOffsets[record];
    }
    const [visits, events] = [visitOffsets[recordOf.length], eventOffsets[recordOf.length]];
    const sum = (what: "replaced" | "repeated") =>
      parts.reduce((sum, { visits }) => sum + visits[what], 0);
    const whole: Visits = {
      visitOffsets,
      codeOffsets: new Uint32Array(visits + 1),
      codes: new Uint32Array(events),
      values: parts.some(({ visits }) => visits.values !== null)
        ? new Float32Array(events).fill(NaN)
        : null,
      startDays: new Float64Array(recordOf.length).fill(NaN),
      gapDays: new Float64Array(visits),
      replaced: sum("replaced"),
      repeated: sum("repeated"),
    };
    while (true) {
      const part = parts.pop(); // so that its memory is free before the next one moves
      if (part === undefined) break;
      move(part, { visits: whole, recordOf, eventOffsets });
    }
    renumber(whole, rank);
    return whole;
  }
}
