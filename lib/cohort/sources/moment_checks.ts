/**
 * What is odd about the times of a source's rows. It is noted with their numbers; the times stay as
 * they are.
 *
 * @module
 */
import { growing } from "../growing.ts";
import type { Notes } from "./notes.ts";
import type { Patients } from "./patients.ts";
import type { TableRows } from "./table_rows.ts";

/** What is noted of the rows of a table, behind a number. */
export const oddTimes = {
  future: "times are in the future",
  early: "times are before 1900",
  unborn: "times are before the birth of the patient",
  unordered: "rows are earlier than one of the same patient above them",
} as const;

const year1900 = Date.UTC(1900, 0, 1) * 1000;

/** Looks at the times of rows, one after the other. */
export class MomentChecks {
  private readonly now = Date.now() * 1000;
  private table: TableRows | undefined;
  /** [patients] The latest time in the table. */
  private readonly latest = growing((length) => new Float64Array(length));

  constructor(private readonly patients: Patients, private readonly notes: Notes) {}

  /** @param time in microseconds since 1970 UTC */
  see(patient: number, time: number): void {
    const { notes, patients, latest } = this;
    if (notes.table === undefined || !patients.isDated(patient)) return;
    if (notes.table !== this.table) {
      this.table = notes.table;
      latest.view().fill(-Infinity);
    }
    while (latest.length <= patient) latest.push(-Infinity);
    if (time > this.now) notes.mark(oddTimes.future);
    if (time < year1900) notes.mark(oddTimes.early);
    if (time < patients.birthOf(patient)) notes.mark(oddTimes.unborn);
    if (time < latest.at(patient)) notes.mark(oddTimes.unordered);
    else latest.set(patient, time);
  }
}
