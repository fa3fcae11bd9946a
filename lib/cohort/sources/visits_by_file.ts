/**
 * Visits made file by file, where no patient has events in two files: so the events of one file are
 * in memory, not those of all.
 *
 * @module
 */
import { type RecordVisits, visitsOfRecords } from "../cohort.ts";
import { growing } from "../growing.ts";
import { renumberCodes } from "./distinct_codes.ts";
import type { EventTable } from "./event_table.ts";
import { type Visits, visitsOf } from "./visits_of.ts";

/** The patients of the events in a table, each once, ascending. */
function patientsOf({ moments }: EventTable): Uint32Array {
  const found = growing((length) => new Uint32Array(length));
  const patients = moments.patient.view();
  for (let i = 0; i < patients.length; i++) {
    if (i === 0 || patients[i] !== patients[i - 1]) found.push(patients[i]);
  }
  return found.view().sort();
}

/** The visits of the files of a source that has its own list of codes and no encounters. */
export class VisitsByFile {
  /** [patients with visits] In the order of the files. */
  private readonly patients = growing<Uint32Array>((length) => new Uint32Array(length));
  /** [patients with visits + 1] */
  private readonly visitOffsets = growing<Uint32Array>((length) => new Uint32Array(length));
  /** [patients with visits] */
  private readonly startDays = growing<Float64Array>((length) => new Float64Array(length));
  /** [visits] */
  private readonly gapDays = growing<Float64Array>((length) => new Float64Array(length));
  /** [visits + 1] */
  private readonly codeOffsets = growing<Uint32Array>((length) => new Uint32Array(length));
  /** [events] Numbered as in the table. */
  private readonly codes = growing<Uint32Array>((length) => new Uint32Array(length));
  /** [events] Of files up to the last one that has values; the others have none. */
  private readonly values = growing<Float32Array>((length) => new Float32Array(length));
  private hasValues = false;
  private readonly counts = { replaced: 0, repeated: 0 };

  constructor() {
    this.visitOffsets.push(0);
    this.codeOffsets.push(0);
  }

  /** Makes visits of the events in a table, which are those of one file, and takes them out of it. */
  take(table: EventTable): void {
    const patients = patientsOf(table);
    const recordOf = new Uint32Array(table.patients.count);
    patients.forEach((patient, record) => recordOf[patient] = record);
    const rank = new Int32Array(table.codes.count).map((_, code) => code);
    const made = visitsOf(table, recordOf, rank, patients.length);
    table.clearEvents();
    const { codes, gapDays } = this;
    if (made.values !== null) {
      this.hasValues = true;
      this.values.append(new Float32Array(codes.length - this.values.length).fill(NaN));
      this.values.append(made.values);
    }
    this.visitOffsets.append(made.visitOffsets.subarray(1).map((end) => gapDays.length + end));
    this.codeOffsets.append(made.codeOffsets.subarray(1).map((end) => codes.length + end));
    codes.append(made.codes);
    gapDays.append(made.gapDays);
    this.startDays.append(made.startDays);
    this.patients.append(patients);
    this.counts.replaced += made.replaced;
    this.counts.repeated += made.repeated;
  }

  /**
   * The visits of all files, record by record; call it once, at the end.
   *
   * @param recordOf [patients] the record of each patient
   * @param rank [codes of the events] index in the vocabulary
   */
  together(recordOf: Uint32Array, rank: Int32Array): Visits {
    const records = this.patients.view().map((patient) => recordOf[patient]);
    const visitOffsets = new Uint32Array(recordOf.length + 1);
    const startDays = new Float64Array(recordOf.length).fill(NaN);
    for (const [i, record] of records.entries()) {
      visitOffsets[record + 1] = this.visitOffsets.at(i + 1) - this.visitOffsets.at(i);
      startDays[record] = this.startDays.at(i);
    }
    for (let record = 0; record < recordOf.length; record++) {
      visitOffsets[record + 1] += visitOffsets[record];
    }
    const all = this.inOrder(records);
    if (rank.some((index, code) => index !== code)) renumberCodes(all, rank);
    return { ...all, visitOffsets, startDays, ...this.counts };
  }

  /** The visits in the order of the records, which are not copied if they are in it. */
  private inOrder(records: Uint32Array): RecordVisits {
    if (this.hasValues) {
      this.values.append(new Float32Array(this.codes.length - this.values.length).fill(NaN));
    }
    const all = {
      visitOffsets: this.visitOffsets.view(),
      codeOffsets: this.codeOffsets.view(),
      codes: this.codes.view(),
      values: this.hasValues ? this.values.view() : null,
      gapDays: this.gapDays.view(),
    };
    if (records.every((record, i) => i === 0 || record > records[i - 1])) return all;
    const order = Uint32Array.from(records.keys()).sort((a, b) => records[a] - records[b]);
    return visitsOfRecords(all, order);
  }
}
