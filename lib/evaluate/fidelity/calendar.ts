/**
 * Do visits and codes come at the same time: week by week, with the same trend over the years and the
 * same seasons?
 *
 * Only records with a first day have a place in the calendar. Records without one may still have days
 * between visits, and records that all begin on the same day count from a common start: both have no
 * calendar time. Days that were shifted for each patient, as in MIMIC, are compared as they stand.
 *
 * @module
 */
import * as v from "valibot";
import { isShownCell } from "../../cohort/small_cells.ts";
import { finite, list, object, text, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { affordableResamples, padded } from "../affordable_resamples.ts";
import { type Estimate, estimate, estimateSchema, figureSchema, r2Estimate } from "../bootstrap.ts";
import type { Answer, Asked, Measure } from "../measure.ts";
import { minus } from "../paired_differences.ts";
import { mostFrequentCodes } from "./covariance.ts";
import { distanceEstimate } from "./distribution_distance.ts";
import {
  amplitudeOf,
  type Course,
  fewestWeeks,
  harmonicRegression,
  peakOf,
  withinYear,
} from "./harmonic_regression.ts";
import { resampledFigures } from "./resampled_sums.ts";
import {
  hasCalendar,
  weeklyIn,
  weeklyOf,
  type WeeklySums,
  type Weeks,
  weeksOf,
} from "./weekly_series.ts";

/** Codes that are compared at most. */
const mostCodes = 20;
/** Operations that comparing one week of two series takes, about. */
const weekOperations = 20;

/** How closely the numbers of each week follow the real ones. */
export interface WeeklyAgreement {
  /**
   * Pearson's correlation of the two series, in [-1, 1]; 1 is best. 0 if one of them is the same in
   * all weeks. Its interval is moved as that of a `ProbabilityFidelity` is.
   */
  correlation: Estimate;
  /**
   * Sum over weeks of the absolute difference, divided by the sum of the real numbers; both for each
   * patient. 0 is best. Its interval is moved too.
   */
  relative_difference: Estimate;
}

/** What a cohort does over the years: the change of visits in a year, as a share of their mean. */
export interface VisitTrend {
  /** Of the real cohort. */
  real: Estimate;
  /** Of the synthetic cohort. */
  synthetic: Estimate;
  /** The latter minus the former. */
  difference: Estimate;
}

/** The yearly wave of visits: a sine with the period of a year. */
export interface YearlyWave {
  /** How far it rises over its middle, as a share of the mean; of the real cohort. */
  real_amplitude: Estimate;
  /** The same of the synthetic cohort. */
  synthetic_amplitude: Estimate;
  /** When it is highest, in days since 1 January; without meaning if it hardly rises. */
  real_peak_day: number;
  /** The same of the synthetic cohort. */
  synthetic_peak_day: number;
  /** The latter minus the former, the short way round the year. */
  peak_difference_days: Estimate;
  /** Amplitude of the difference of the two waves, which sees height and time; 0 is best. */
  difference: Estimate;
}

/** How closely the calendar is followed, over the weeks from the first to the last training visit. */
export interface CalendarFidelity {
  /** Number of these weeks. */
  weeks: number;
  /** Share of the other cohort's visits before or after these weeks, in [0, 1]. */
  outside: number;
  /** Visits of each week. */
  visits: WeeklyAgreement;
  /** Null for less than two years. */
  trend: VisitTrend | null;
  /** Null for less than two years. */
  yearly_wave: YearlyWave | null;
  /** Of the most frequent codes, those without a row: fewer than `min_cell` patients have them. */
  rare_codes?: number | undefined;
  /** The most frequent codes of the training records, at most 20. */
  codes: ({ code: string; description: string } & WeeklyAgreement)[];
  /** Resamples behind the intervals: over many visits or weeks fewer than asked. */
  resamples: number;
}

const agreementEntries = { correlation: estimateSchema, relative_difference: estimateSchema };
const calendarSchema = object({
  weeks: whole(1),
  outside: finite(0, 1),
  visits: object(agreementEntries),
  trend: v.nullable(
    object({ real: estimateSchema, synthetic: estimateSchema, difference: estimateSchema }),
  ),
  yearly_wave: v.nullable(object({
    real_amplitude: estimateSchema,
    synthetic_amplitude: estimateSchema,
    real_peak_day: figureSchema,
    synthetic_peak_day: figureSchema,
    peak_difference_days: estimateSchema,
    difference: estimateSchema,
  })),
  rare_codes: v.optional(whole(1)),
  codes: list(object({ code: text, description: text, ...agreementEntries })),
  resamples: whole(0),
});

/** Pearson's correlation of two series; 0 if one does not vary. */
function correlation(a: Float64Array, b: Float64Array): number {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    sumA += a[i];
    sumB += b[i];
    squaresA += a[i] ** 2;
    squaresB += b[i] ** 2;
    products += a[i] * b[i];
  }
  const n = a.length;
  const scale = (n * squaresA - sumA ** 2) * (n * squaresB - sumB ** 2);
  return scale > 0 ? (n * products - sumA * sumB) / Math.sqrt(scale) : 0;
}

/** Sum of absolute differences over that of the real numbers, for each patient. */
function relativeDifference(
  [real, patients]: readonly [Float64Array, number],
  [other, otherPatients]: readonly [Float64Array, number],
): number {
  let [difference, all] = [0, 0];
  for (let week = 0; week < real.length; week++) {
    difference += Math.abs(other[week] / otherPatients - real[week] / patients);
    all += real[week] / patients;
  }
  return difference / all;
}

/** The figures of one resample, by name: those of visits, and those of series i as `i.…`. */
function figuresOf(
  { patients: realKnown, series: real }: WeeklySums,
  { patients: otherKnown, series: other }: WeeklySums,
  courseOf?: (series: Float64Array) => Course,
): Record<string, number> {
  const weekly = real.flatMap((series, i) => [
    [`${i}.correlation`, correlation(series, other[i])],
    [
      `${i}.relative_difference`,
      relativeDifference([series, realKnown], [other[i], otherKnown]),
    ],
  ]);
  if (courseOf === undefined) return Object.fromEntries(weekly);
  const [truth, own] = [courseOf(real[0]), courseOf(other[0])];
  return {
    ...Object.fromEntries(weekly),
    real_trend: truth.trend,
    trend: own.trend,
    real_amplitude: amplitudeOf(truth.wave),
    amplitude: amplitudeOf(own.wave),
    real_peak: peakOf(truth.wave),
    peak: peakOf(own.wave),
    wave: Math.hypot(own.wave[0] - truth.wave[0], own.wave[1] - truth.wave[1]),
  };
}

type Columns = Readonly<Record<string, Float64Array>>;

const agreementOf = (columns: Columns, series: number): WeeklyAgreement => ({
  correlation: correlationEstimate(columns[`${series}.correlation`]),
  relative_difference: distanceEstimate(columns[`${series}.relative_difference`]),
});

function correlationEstimate(figures: Float64Array): Estimate {
  const { value, low, high } = r2Estimate(figures);
  return { value, low, high };
}

function trendOf({ real_trend, trend }: Columns): VisitTrend {
  return {
    real: estimate(real_trend),
    synthetic: estimate(trend),
    difference: estimate(minus(trend, real_trend)),
  };
}

function waveOf(columns: Columns): YearlyWave {
  const { real_amplitude, amplitude, real_peak, peak, wave } = columns;
  const apart = withinYear(peak[0] - real_peak[0]);
  const around = minus(peak, real_peak).map((days) => apart + withinYear(days - apart));
  return {
    real_amplitude: estimate(real_amplitude),
    synthetic_amplitude: estimate(amplitude),
    real_peak_day: real_peak[0],
    synthetic_peak_day: peak[0],
    peak_difference_days: estimate(around),
    difference: distanceEstimate(wave),
  };
}

/** What all answers share. */
interface Frame {
  readonly asked: Asked;
  readonly weeks: Weeks;
  readonly compared: readonly number[];
  /** Resamples that are used. */
  readonly used: number;
}

function answerOf(
  columns: Columns,
  outside: number,
  isShown: (code: number) => boolean,
  { asked, weeks, compared, used }: Frame,
): Answer<CalendarFidelity> {
  const { codes, descriptions } = asked.real.cohort.vocabulary;
  const { trend, wave } = columns;
  const hasYears = weeks.count >= fewestWeeks && !Number.isNaN(trend[0]); // no visit in these weeks
  const rows = compared.flatMap((code, i) =>
    isShown(i)
      ? [{ code: codes[code], description: descriptions[code], ...agreementOf(columns, i + 1) }]
      : []
  );
  const rare_codes = compared.length - rows.length;
  const headlines = {
    "visits.correlation": columns["0.correlation"],
    "visits.relative_difference": columns["0.relative_difference"],
    ...hasYears && { "trend.synthetic": trend, "yearly_wave.difference": wave },
  };
  return {
    figures: {
      weeks: weeks.count,
      outside,
      visits: agreementOf(columns, 0),
      trend: hasYears ? trendOf(columns) : null,
      yearly_wave: hasYears ? waveOf(columns) : null,
      ...rare_codes > 0 && { rare_codes },
      codes: rows,
      resamples: used,
    },
    resampled: Object.fromEntries(
      Object.entries(headlines).map(([name, each]) => [name, padded(each, asked.resamples)]),
    ),
  };
}

async function ask(
  asked: Asked,
  onProgress?: OnProgress,
): Promise<Answer<CalendarFidelity | null>[]> {
  const { real, others, minCell = 1 } = asked;
  const weeks = hasCalendar(real.cohort) ? weeksOf(real.cohort) : undefined;
  const dated = others.filter(({ cohort }) => hasCalendar(cohort));
  const nothing = { figures: null, resampled: {} };
  if (weeks === undefined || dated.length === 0) return others.map(() => nothing);
  const compared = mostFrequentCodes(real.cohort, mostCodes);
  const all = [real, ...dated].map(({ cohort }) => weeklyOf(cohort, weeks, compared));
  const series = compared.length + 1;
  const used = affordableResamples(
    asked.resamples,
    series * (Math.max(...all.map(({ visits }) => visits)) + weekOperations * weeks.count),
  );
  const courseOf = weeks.count >= fewestWeeks
    ? harmonicRegression(weeks.firstDay, weeks.count)
    : undefined;
  const columns = await resampledFigures<string>(
    { ...asked, others: dated, resamples: used },
    [all.map(({ rows }) => rows)],
    ([sums]) => {
      const truth = weeklyIn(sums, weeks);
      return ([other]) => figuresOf(truth, weeklyIn(other, weeks), courseOf);
    },
    onProgress,
  );
  return others.map((other) => {
    const i = dated.indexOf(other);
    if (i < 0) return nothing;
    const [{ patients }, own] = [all[0], all[i + 1]];
    const ofPatients = other.role === "held_out" ? [patients, own.patients] : [patients];
    const isShown = (code: number) =>
      patients[code] > 0 && isShownCell(minCell, ...ofPatients.map((each) => each[code]));
    return answerOf(columns[i], own.outside, isShown, { asked, weeks, compared, used });
  });
}

/**
 * How closely visits, and the most frequent codes, follow the real ones over the calendar. Null for
 * cohorts without calendar time.
 *
 * Time is linear in the weeks and in the visits of all records, times the resamples; of these fewer
 * are used where they would take more than seconds.
 */
export const calendar: Measure<"calendar", CalendarFidelity | null> = {
  key: "calendar",
  question: "Do visits and codes come at the same time of the calendar?",
  needs: ["days"],
  schema: v.nullable(calendarSchema),
  ask,
};
