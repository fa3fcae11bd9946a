/**
 * Visits of each week of the calendar, patient by patient.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { type RecordRows, recordRows } from "./resampled_sums.ts";

/** Weeks between the first and the last real visit at most: beyond it days are mistakes. */
const mostWeeks = 20_000;

/** The weeks that are compared. */
export interface Weeks {
  /** Day on which the first one begins, in days since 1970-01-01. */
  readonly firstDay: number;
  readonly count: number;
}

/** Whether records begin on days of a calendar, not all on the same one. */
export function hasCalendar({ startDays }: Cohort): boolean {
  const first = startDays.find((day) => !Number.isNaN(day));
  return startDays.some((day) => !Number.isNaN(day) && day !== first);
}

/** Calls with each visit of a record that has a first day, and the visit's day. */
function eachVisit(
  { startDays, visitOffsets, gapDays }: Cohort,
  record: number,
  of: (visit: number, day: number) => void,
): void {
  let day = startDays[record];
  if (Number.isNaN(day)) return;
  for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
    day += gapDays[visit];
    of(visit, day);
  }
}

/** From the first to the last visit; undefined if they are too far apart. */
export function weeksOf(cohort: Cohort): Weeks | undefined {
  let [first, last] = [Infinity, -Infinity];
  for (let record = 0; record < cohort.recordCount; record++) {
    eachVisit(cohort, record, (_, day) => {
      first = Math.min(first, day);
      last = Math.max(last, day);
    });
  }
  const firstDay = Math.floor(first);
  const count = Math.floor((last - firstDay) / 7) + 1;
  return count > mostWeeks ? undefined : { firstDay, count };
}

/** What each record adds: itself, its visits of each week, and each code's visits of each week. */
export interface Weekly {
  /** Of the records with a first day, of visits, and of each compared code's visits. */
  readonly rows: RecordRows[];
  /** Visits within these weeks. */
  readonly visits: number;
  /** Share of the visits with a day that are before or after these weeks, in [0, 1]. */
  readonly outside: number;
  /** [codes] Records that have each code within these weeks. */
  readonly patients: number[];
}

/**
 * What each record of a cohort adds.
 *
 * @param compared vocabulary indices of the codes
 */
export function weeklyOf(
  cohort: Cohort,
  { firstDay, count }: Weeks,
  compared: readonly number[],
): Weekly {
  const { startDays, codeOffsets, codes, recordCount } = cohort;
  const read = (isCounted: (visit: number) => boolean) =>
    recordRows(cohort, count, (record, add) =>
      eachVisit(cohort, record, (visit, day) => {
        const week = Math.floor((day - firstDay) / 7);
        if (week >= 0 && week < count && isCounted(visit)) add(week);
      }));
  const known = recordRows(cohort, 1, (record, add) => {
    if (!Number.isNaN(startDays[record])) add(0);
  });
  const has = (visit: number, code: number) =>
    codes.subarray(codeOffsets[visit], codeOffsets[visit + 1]).includes(code);
  const patients = compared.map(() => 0);
  let [dated, inside] = [0, 0];
  for (let record = 0; record < recordCount; record++) {
    const own = new Set<number>();
    eachVisit(cohort, record, (visit, day) => {
      const week = Math.floor((day - firstDay) / 7);
      dated++;
      if (week < 0 || week >= count) return;
      inside++;
      compared.forEach((code, i) => has(visit, code) && own.add(i));
    });
    for (const i of own) patients[i]++;
  }
  return {
    rows: [known, read(() => true), ...compared.map((code) => read((visit) => has(visit, code)))],
    visits: inside,
    outside: (dated - inside) / dated,
    patients,
  };
}
