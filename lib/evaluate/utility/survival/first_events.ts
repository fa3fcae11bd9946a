/**
 * When do records first have a code? Time begins with the first visit. Records that have the code there
 * are not at risk of it; others are observed up to their last visit.
 *
 * @module
 */
import { type CodeMask, codeMask } from "../../../cohort/code_mask.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
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

/**
 * The first visit with each code of a record, from 0.
 *
 * @param wanted [codes] 1 for those that are looked for; default all
 */
export function firstVisits(
  cohort: Cohort,
  record: number,
  wanted?: CodeMask,
): Map<number, number> {
  const { visitOffsets, codeOffsets, codes } = cohort;
  const found = new Map<number, number>();
  for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
    for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
      if (wanted !== undefined && wanted[codes[i]] === 0) continue;
      if (!found.has(codes[i])) found.set(codes[i], visit - visitOffsets[record]);
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
  const wanted = codeMask(cohort, codes);
  return recordRows(cohort, codes.length * cells, (record, add) => {
    const times = timesOf(cohort, record, unit);
    if (times.length === 0) return;
    const first = firstVisits(cohort, record, wanted);
    for (const [i, code] of codes.entries()) {
      const visit = first.get(code);
      if (visit === 0) continue;
      const place = Math.floor(times[visit ?? times.length - 1] / interval);
      const kind = visit === undefined ? intervals : 0;
      add(i * cells + (place < intervals ? kind + place : 2 * intervals));
    }
  });
}
