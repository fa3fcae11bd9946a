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

/** The patients of the events in a table, each once, ascending. */
function patientsOf({ moments }: EventTable): Uint32Array<ArrayBuffer> {
  const found = growing((length) => new Uint32Array(length));
  const patients = moments.patient.view();
  for (let i = 0; i < patients.length; i++) {
    if (i === 0 || patients[i] !== patients[i - 1]) found.push(patients[i]);
  }
  return found.view().sort();
}

/** Visits with their codes, those of a record one after another, in the order of the files. */
type VisitLists = Omit<Visits, "visitOffsets" | "startDays">;

/**
 * The same visits in the order of the records.
 *
 * @param records [patients] the record of each, in the order of the files
 * @param visitOffsets [all records + 1] where the visits of each record go
 */
function inOrder(from: VisitLists, records: Uint32Array, visitOffsets: Uint32Array): VisitLists {
  if (records.every((record, i) => i === 0 || record > records[i - 1])) return from;
  const codeOffsets = new Uint32Array(from.codeOffsets.length);
  const firsts = new Uint32Array(records.length); // visits in the order of the files
  let next = 0;
  for (const [i, record] of records.entries()) {
    firsts[i] = next;
    for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++, next++) {
      codeOffsets[visit + 1] = from.codeOffsets[next + 1] - from.codeOffsets[next];
    }
  }
  for (let visit = 1; visit < codeOffsets.length; visit++) {
    codeOffsets[visit] += codeOffsets[visit - 1];
  }
  const into = {
    ...from,
    codeOffsets,
    codes: new Uint32Array(from.codes.length),
    values: from.values && new Float32Array(from.codes.length),
    gapDays: new Float64Array(from.gapDays.length),
  };
  for (const [i, record] of records.entries()) {
    const [visit, first] = [visitOffsets[record], firsts[i]];
    const last = first + visitOffsets[record + 1] - visit;
    const [begin, end, event] = [
      from.codeOffsets[first],
      from.codeOffsets[last],
      codeOffsets[visit],
    ];
    into.gapDays.set(from.gapDays.subarray(first, last), visit);
    into.codes.set(from.codes.subarray(begin, end), event);
    if (from.values !== null) into.values?.set(from.values.subarray(begin, end), event);
  }
  return into;
}

/** Gives codes their numbers in the vocabulary. */
function renumber({ codes, values, codeOffsets }: VisitLists, rank: Int32Array): void {
  if (rank.every((index, code) => index === code)) return;
  for (let event = 0; event < codes.length; event++) codes[event] = rank[codes[event]];
  for (let visit = 0; visit + 1 < codeOffsets.length; visit++) {
    sortCodes({ codes, values, from: codeOffsets[visit], to: codeOffsets[visit + 1] });
  }
}

/** The visits of the files of a source that has its own list of codes and no encounters. */
export class VisitsByFile {
  /** [patients with visits] In the order of the files. */
  private readonly patients = growing((length) => new Uint32Array(length));
  /** [patients with visits] */
  private readonly visitCounts = growing((length) => new Uint32Array(length));
  /** [patients with visits] */
  private readonly startDays = growing((length) => new Float64Array(length));
  /** [visits] */
  private readonly gapDays = growing((length) => new Float64Array(length));
  /** [visits + 1] */
  private readonly codeOffsets = growing((length) => new Uint32Array(length));
  /** [events] Numbered as in the table. */
  private readonly codes = growing((length) => new Uint32Array(length));
  /** [events] Of files up to the last one that has values; the others have none. */
  private readonly values = growing((length) => new Float32Array(length));
  private hasValues = false;
  private readonly counts = { replaced: 0, repeated: 0 };

  constructor() {
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
    const { codes } = this;
    if (made.values !== null) {
      this.hasValues = true;
      this.values.append(new Float32Array(codes.length - this.values.length).fill(NaN));
      this.values.append(made.values);
    }
    this.codeOffsets.append(made.codeOffsets.subarray(1).map((end) => codes.length + end));
    codes.append(made.codes);
    this.gapDays.append(made.gapDays);
    this.startDays.append(made.startDays);
    this.visitCounts.append(
      patients.map((_, i) => made.visitOffsets[i + 1] - made.visitOffsets[i]),
    );
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
      visitOffsets[record + 1] = this.visitCounts.at(i);
      startDays[record] = this.startDays.at(i);
    }
    for (let record = 0; record < recordOf.length; record++) {
      visitOffsets[record + 1] += visitOffsets[record];
    }
    if (this.hasValues) {
      this.values.append(new Float32Array(this.codes.length - this.values.length).fill(NaN));
    }
    const all = inOrder(
      {
        codeOffsets: this.codeOffsets.view(),
        codes: this.codes.view(),
        values: this.hasValues ? this.values.view() : null,
        gapDays: this.gapDays.view(),
        ...this.counts,
      },
      records,
      visitOffsets,
    );
    renumber(all, rank);
    return { ...all, visitOffsets, startDays };
  }
}
