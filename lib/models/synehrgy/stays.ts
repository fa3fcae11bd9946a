/**
 * A record as stays: what SynEHRgy reads and writes instead of visits. A stay has codes and, at
 * some times after it began, rows of measurements. A visit begins a stay if it has codes, if it is
 * the first, or if it is later than a stay lasts; other visits are rows of the stay before them.
 * What is measured in the stay's own visit is its first row, at once. Visits without events are
 * left out.
 *
 * @see docs/specs/synehrgy.md sections 1 and 4
 * @module
 */
import { type Cohort, daysPerYear } from "../../cohort/cohort.ts";

/** What was measured at one time. */
export interface Row {
  /** Days since the row before it, or since the stay began; 0 for the stay's own visit alone. */
  readonly days: number;
  /** Variables, ascending, each with its value. */
  readonly measurements: readonly (readonly [variable: number, value: number])[];
}

/** One stay. */
export interface Stay {
  /** Days since the record's previous visit; 0 for the first. */
  readonly days: number;
  /** Age in years when it began; NaN where unknown. */
  readonly age: number;
  /** Index into `sexNames`; -1 in cohorts without. */
  readonly sex: number;
  /** [labels] 0 or 1 for each. */
  readonly labels: ArrayLike<number>;
  /** Codes; those of cohorts rise. */
  readonly codes: readonly number[];
  /** In order of time. */
  readonly rows: readonly Row[];
}

/** How records are cut into stays. */
export interface StayRules {
  /** [codes] The variable that a code with a value is; -1 for codes that are never measured. */
  readonly variableOf: Int32Array;
  /** Longest time in days between two rows of a stay. */
  readonly stayDays: number;
  /** Whether the time before a visit without events is lost, as in the published code. */
  readonly losesTime: boolean;
}

/** A row that follows its stay at the same time is at another visit, so some time must pass. */
const atOnce = Number.MIN_VALUE;

/** A record's stays. */
export function staysOf(
  { variableOf, stayDays, losesTime }: StayRules,
  cohort: Cohort,
  record: number,
): Stay[] {
  const { visitOffsets, codeOffsets, gapDays, values, demographics, labelNames } = cohort;
  const birth = demographics?.birthDays[record] ?? NaN;
  const sex = demographics?.sexes[record] ?? -1;
  const labels = cohort.labels.subarray(
    record * labelNames.length,
    (record + 1) * labelNames.length,
  );
  const stays: Stay[] = [];
  let rows: Row[] = [];
  let day = cohort.startDays[record];
  let since = 0; // days since the last visit that was kept
  for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
    since += gapDays[visit];
    day += gapDays[visit];
    const codes: number[] = [];
    const measurements: [number, number][] = [];
    for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
      const variable = variableOf[cohort.codes[i]];
      const value = values?.[i] ?? NaN;
      if (variable >= 0 && Number.isFinite(value)) measurements.push([variable, value]);
      else codes.push(cohort.codes[i]);
    }
    const isEmpty = codes.length + measurements.length === 0;
    if (isEmpty && !losesTime) continue;
    if (codes.length > 0 || !isEmpty && (stays.length === 0 || since > stayDays)) {
      rows = [];
      const days = stays.length === 0 ? 0 : since;
      stays.push({ days, age: (day - birth) / daysPerYear, sex, labels, codes, rows });
      if (measurements.length > 0) rows.push({ days: 0, measurements });
    } else if (!isEmpty) rows.push({ days: Math.max(atOnce, since), measurements });
    since = 0;
  }
  return stays;
}
