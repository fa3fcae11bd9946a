/**
 * Visits of each week of the calendar, patient by patient.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { FirstTimes } from "../../first_times.ts";
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
  /** [(1 + codes) × weeks + 1] Visits, each compared code's visits, and the records with a first day. */
  readonly rows: RecordRows;
  /** Visits within these weeks. */
  readonly visits: number;
  /** Share of the visits with a day that are before or after these weeks, in [0, 1]. */
  readonly outside: number;
  /** [codes] Records that have each code within these weeks. */
  readonly patients: Uint32Array;
}

/** Sums of a cohort's or a resample's rows. */
export interface WeeklySums {
  /** Records with a first day. */
  readonly patients: number;
  /** [1 + codes][weeks] Visits, and each compared code's visits. */
  readonly series: readonly Float64Array[];
}

/** Sums of the rows of {@link weeklyOf} by what they count; views, not copies. */
export function weeklyIn(sums: Float64Array, { count }: Weeks): WeeklySums {
  const series = (sums.length - 1) / count;
  return {
    patients: sums[sums.length - 1],
    series: Array.from({ length: series }, (_, i) => sums.subarray(i * count, (i + 1) * count)),
  };
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
  const seriesOf = new Uint32Array(cohort.vocabulary.codes.length); // 0 for codes that are not compared
  for (const [i, code] of compared.entries()) seriesOf[code] = i + 1;
  const weekOf = (day: number) => {
    const week = Math.floor((day - firstDay) / 7);
    return week >= 0 && week < count ? week : -1;
  };
  const rows = recordRows(cohort, (1 + compared.length) * count + 1, (record, add) => {
    if (!Number.isNaN(startDays[record])) add((1 + compared.length) * count);
    eachVisit(cohort, record, (visit, day) => {
      const week = weekOf(day);
      if (week < 0) return;
      add(week);
      for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
        const series = seriesOf[codes[i]];
        if (series > 0) add(series * count + week);
      }
    });
  });
  const patients = new Uint32Array(compared.length);
  const firstTimes = new FirstTimes(compared.length + 1);
  let [dated, inside] = [0, 0];
  for (let record = 0; record < recordCount; record++) {
    firstTimes.begin();
    eachVisit(cohort, record, (visit, day) => {
      dated++;
      if (weekOf(day) < 0) return;
      inside++;
      for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
        const series = seriesOf[codes[i]];
        if (series > 0 && firstTimes.isFirst(series)) patients[series - 1]++;
      }
    });
  }
  return { rows, visits: inside, outside: (dated - inside) / dated, patients };
}
