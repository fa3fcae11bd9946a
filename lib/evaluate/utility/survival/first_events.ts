/**
 * When do records first have a code? Time begins with the first visit. Records that have the code there
 * are not at risk of it; others are observed up to their last visit.
 *
 * @module
 */
import type { Cohort } from "../../../cohort/cohort.ts";
import { visitCodes, visitsOf } from "../../../cohort/records.ts";
import { type RecordRows, recordRows } from "../../fidelity/resampled_sums.ts";

/** In what time is measured. */
export type TimeUnit = "days" | "visits";

/** Which codes and times are looked at. */
export interface Follow {
  readonly unit: TimeUnit;
  /** The codes. */
  readonly codes: readonly number[];
  /** Length of an interval, in `unit`. */
  readonly interval: number;
  /** Number of intervals. */
  readonly intervals: number;
}

/** The time of each visit of a record since its first. */
export function timesOf(
  { visitOffsets, gapDays }: Cohort,
  record: number,
  unit: TimeUnit,
): Float64Array {
  const times = new Float64Array(visitOffsets[record + 1] - visitOffsets[record]);
  for (let visit = 1; visit < times.length; visit++) {
    const gap = unit === "days" ? gapDays[visitOffsets[record] + visit] : 1;
    times[visit] = times[visit - 1] + gap;
  }
  return times;
}

/** The first visit with each code of a record, from 0. */
export function firstVisits(cohort: Cohort, record: number): Map<number, number> {
  const found = new Map<number, number>();
  for (let visit = 0; visit < visitsOf(cohort, record); visit++) {
    for (const code of visitCodes(cohort, record, visit)) {
      if (!found.has(code)) found.set(code, visit);
    }
  }
  return found;
}

/** Number of cells of a code: events and censored ones by interval, and who is observed longer. */
export function cellsPerCode(intervals: number): number {
  return 2 * intervals + 1;
}

/**
 * [codes × cellsPerCode] What each record adds: for each code at most one cell, that of its event or of
 * the end of its observation.
 */
export function eventRows(
  cohort: Cohort,
  { unit, codes, interval, intervals }: Follow,
): RecordRows {
  const cells = cellsPerCode(intervals);
  return recordRows(cohort, codes.length * cells, (record, add) => {
    const times = timesOf(cohort, record, unit);
    if (times.length === 0) return;
    const first = firstVisits(cohort, record);
    for (const [i, code] of codes.entries()) {
      const visit = first.get(code);
      if (visit === 0) continue;
      const place = Math.floor(times[visit ?? times.length - 1] / interval);
      const kind = visit === undefined ? intervals : 0;
      add(i * cells + (place < intervals ? kind + place : 2 * intervals));
    }
  });
}
