/**
 * How soon do conditions begin? Kaplan-Meier curves of the time from the first visit to the first
 * occurrence of a code, for ten frequent codes, see `frequent_events.ts`. The gap between the real and the other curve is measured as by Norcliffe et al. (2023): its
 * mean over the follow-up, with sign (optimism) and without.
 *
 * Times are in days where the real records have them, else in visits, and are grouped into at most 250
 * equal intervals. The follow-up ends where a tenth of the real patients are still observed.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../../cohort/cohort.ts";
import { quantile } from "../../../cohort/quantile.ts";
import {
  finite,
  list,
  object,
  oneOf,
  type Schema,
  text,
  whole,
} from "../../../files/checked_json.ts";
import { type Estimate, estimate, estimateSchema } from "../../bootstrap.ts";
import { distanceEstimate } from "../../fidelity/distribution_distance.ts";
import { resampledFigures, sumsOf } from "../../fidelity/resampled_sums.ts";
import { knowsDays } from "../../knows_days.ts";
import type { Answer, Asked, Judged, Measure } from "../../measure.ts";
import { cellsPerCode, eventRows, type Follow, timesOf, type TimeUnit } from "./first_events.ts";
import { frequentEvents, leastEvents } from "./frequent_events.ts";
import { curveGap, greenwoodBand, kaplanMeier } from "./kaplan_meier.ts";

/** Gaps between curves, as shares of the follow-up. */
export interface SurvivalGap {
  /** Mean of the absolute gap, in [0, 1]; 0 is best. Its interval is moved as that of a distance is. */
  distance: Estimate;
  /** Mean of the gap, in [−1, 1]; 0 is best, above it events come too late or too seldom. */
  optimism: Estimate;
}

/** A code, and how soon it begins. */
export interface CodeSurvival extends SurvivalGap {
  /** Which code. */
  code: string;
  /** What it means; absent in older reports. */
  description?: string | undefined;
  /** Real patients who get it during the follow-up. */
  events: number;
  /**
   * Both curves: shares of patients without the code at some times. Between two of these times, at
   * least `min_cell` real patients get it.
   */
  curve: SurvivalCurves;
}

/** Kaplan-Meier curves of both cohorts at the same times. */
export interface SurvivalCurves {
  /** The first is 0. */
  times: number[];
  /** [times] In [0, 1]. */
  real: number[];
  /** [times] The same of the other cohort. */
  synthetic: number[];
  /** [times] Pointwise 95% intervals of both; absent in older reports. */
  bands?: Record<`${"real" | "synthetic"}_${"low" | "high"}`, number[]> | undefined;
}

/** How soon codes begin. */
export interface Survival {
  /** Unit of all times. */
  unit: TimeUnit;
  /** Length of the follow-up. */
  follow_up: number;
  /** Length of the intervals into which times are grouped. */
  interval: number;
  /** Means over the codes; null if there is none. */
  mean: SurvivalGap | null;
  /** One entry for each code. */
  codes: CodeSurvival[];
  /** What has no figures, and why. */
  left_out: { label: string; reason: string }[];
  /** Codes that are not listed, since fewer than `min_cell` real patients get them; may be absent. */
  rare_codes?: number | undefined;
}

const gapSchema = { distance: estimateSchema, optimism: estimateSchema };

/** {@link Survival}, when it is read from a file. */
const schema: Schema<Survival | null> = v.nullable(object({
  unit: oneOf("days", "visits"),
  follow_up: finite(0),
  interval: finite(0),
  mean: v.nullable(object(gapSchema)),
  codes: list(object({
    code: text,
    description: v.optional(text),
    ...gapSchema,
    events: whole(0),
    curve: object({
      times: list(finite(0)),
      real: list(finite(0)),
      synthetic: list(finite(0)),
      bands: v.optional(object({
        real_low: list(finite(0)),
        real_high: list(finite(0)),
        synthetic_low: list(finite(0)),
        synthetic_high: list(finite(0)),
      })),
    }),
  })),
  left_out: list(object({ label: text, reason: text })),
  rare_codes: v.optional(whole(1)),
}));

/** Intervals of time. */
const mostIntervals = 250;
/** Intervals of a curve in the figures. */
const curveSteps = 40;

/** What is followed, by the real cohort. */
async function followOf(cohort: Cohort): Promise<Follow> {
  const unit = knowsDays(cohort) ? "days" : "visits";
  const observed = Float64Array.from(
    { length: cohort.recordCount },
    (_, record) => timesOf(cohort, record, unit).at(-1) ?? 0,
  ).sort();
  const followUp = Math.max(1, Math.ceil(quantile(observed, 0.9)));
  const interval = Math.ceil(followUp / mostIntervals);
  const intervals = Math.ceil(followUp / interval);
  return { unit, codes: await frequentEvents(cohort), interval, intervals };
}

/** The counts of one code in sums. */
function countsOf(sums: Float64Array, place: number, intervals: number) {
  const from = place * cellsPerCode(intervals);
  return {
    events: sums.subarray(from, from + intervals),
    censored: sums.subarray(from + intervals, from + 2 * intervals),
    beyond: sums[from + 2 * intervals],
  };
}

function curveOf(sums: Float64Array, place: number, intervals: number): Float64Array {
  const { events, censored, beyond } = countsOf(sums, place, intervals);
  return kaplanMeier(events, censored, beyond);
}

/** A curve with its band at some times, which begins at 1. */
function shownCurve(
  sums: Float64Array,
  place: number,
  { intervals, ends }: { intervals: number; ends: readonly number[] },
): Record<"curve" | "low" | "high", number[]> {
  const { events, censored, beyond } = countsOf(sums, place, intervals);
  const at = (series: Float64Array) => [1, ...ends.map((end) => series[end])];
  const { low, high } = greenwoodBand(events, censored, beyond);
  return { curve: at(curveOf(sums, place, intervals)), low: at(low), high: at(high) };
}

/** Name of a figure of a code, or of the mean over codes, in a resample. */
function figureName(place: number | "mean", figure: keyof SurvivalGap): string {
  return `${place}.${figure}`;
}

/** The figures of a resample. */
function gapsIn(real: Float64Array, other: Float64Array, { codes, intervals }: Follow) {
  const found: Record<string, number> = {};
  const mean = { distance: 0, optimism: 0 };
  for (const place of codes.keys()) {
    const gap = curveGap(curveOf(real, place, intervals), curveOf(other, place, intervals));
    for (const figure of ["distance", "optimism"] as const) {
      found[figureName(place, figure)] = gap[figure];
      mean[figure] += gap[figure] / codes.length;
    }
  }
  return {
    ...found,
    [figureName("mean", "distance")]: mean.distance,
    [figureName("mean", "optimism")]: mean.optimism,
  };
}

function gapOf(
  series: Readonly<Record<string, Float64Array>>,
  place: number | "mean",
): SurvivalGap {
  return {
    distance: distanceEstimate(series[figureName(place, "distance")], 1),
    optimism: estimate(series[figureName(place, "optimism")]),
  };
}

/** Intervals whose ends are shown: about 40, with enough real events before each. */
function shownEnds(events: readonly ArrayLike<number>[], minCell: number): number[] {
  const { length } = events[0];
  const least = minCell > 1 ? minCell : 0;
  const ends: number[] = [];
  const since = events.map(() => 0);
  let steps = 0;
  for (let i = 0; i < length; i++) {
    for (const [of, counts] of events.entries()) since[of] += counts[i];
    steps++;
    if (steps * curveSteps < length || since.some((count) => count < least)) continue;
    ends.push(i);
    since.fill(0);
    steps = 0;
  }
  return ends;
}

/** One code of an answer. */
function codeSurvival(
  cohort: Cohort,
  place: number,
  { follow, real, other, areReal, minCell, series }: {
    readonly follow: Follow;
    readonly real: Float64Array;
    readonly other: Float64Array;
    readonly areReal: boolean;
    readonly minCell: number;
    readonly series: Readonly<Record<string, Float64Array>>;
  },
): CodeSurvival | undefined {
  const { codes, interval, intervals } = follow;
  const { events } = countsOf(real, place, intervals);
  const judged = countsOf(other, place, intervals).events;
  const totals = [events, ...areReal ? [judged] : []].map((of) =>
    of.reduce((sum, n) => sum + n, 0)
  );
  if (minCell > 1 && totals.some((total) => total < minCell)) return undefined;
  const ends = shownEnds(areReal ? [events, judged] : [events], minCell);
  const [own, synthetic] = [real, other].map((sums) =>
    shownCurve(sums, place, { intervals, ends })
  );
  return {
    code: cohort.vocabulary.codes[codes[place]],
    description: cohort.vocabulary.descriptions[codes[place]],
    ...gapOf(series, place),
    events: totals[0],
    curve: {
      times: [0, ...ends.map((end) => (end + 1) * interval)],
      real: own.curve,
      synthetic: synthetic.curve,
      bands: {
        real_low: own.low,
        real_high: own.high,
        synthetic_low: synthetic.low,
        synthetic_high: synthetic.high,
      },
    },
  };
}

/** The answers if there are codes to follow. */
async function followed(
  asked: Asked,
  others: readonly Judged[],
  follow: Follow,
  onProgress?: Parameters<Measure["ask"]>[1],
): Promise<Answer<Survival>[]> {
  const { real, minCell = 1 } = asked;
  const rows = [real, ...others].map(({ cohort }) => eventRows(cohort, follow));
  const all = await resampledFigures(
    { ...asked, others },
    [rows],
    ([of]) => ([other]) => gapsIn(of, other, follow),
    onProgress,
  );
  const [truth, ...judged] = rows.map(sumsOf);
  return all.map((series, i) => {
    const areReal = others[i].role === "held_out" || others[i].role === "memoriser";
    const about = { follow, real: truth, other: judged[i], areReal, minCell, series };
    const codes = [...follow.codes.keys()]
      .flatMap((place) => codeSurvival(real.cohort, place, about) ?? []);
    const rare = follow.codes.length - codes.length;
    return {
      figures: {
        unit: follow.unit,
        follow_up: follow.interval * follow.intervals,
        interval: follow.interval,
        mean: gapOf(series, "mean"),
        codes,
        left_out: [],
        ...rare > 0 && { rare_codes: rare },
      },
      resampled: {
        "mean.distance": series[figureName("mean", "distance")],
        "mean.optimism": series[figureName("mean", "optimism")],
      },
    };
  });
}

/** Kaplan-Meier curves of first occurrences; null for cohorts that lack days where real ones have them. */
export const survival: Measure<"survival", Survival | null> = {
  key: "survival",
  question: "Do conditions begin as soon as in real records?",
  schema,
  async ask(asked, onProgress) {
    const follow = await followOf(asked.real.cohort);
    const { unit, interval, intervals, codes } = follow;
    const isTimed = asked.others.map(({ cohort }) => unit === "visits" || knowsDays(cohort));
    const timed = asked.others.filter((_, i) => isTimed[i]);
    const nothing = (): Answer<Survival> => ({
      figures: {
        unit,
        follow_up: interval * intervals,
        interval,
        mean: null,
        codes: [],
        left_out: [{
          label: "all codes",
          reason: `fewer than ${leastEvents} real patients get the code after their first visit`,
        }],
      },
      resampled: {},
    });
    const answers = codes.length === 0 || timed.length === 0
      ? timed.map(nothing)
      : await followed(asked, timed, follow, onProgress);
    let next = 0;
    return isTimed.map((is) => is ? answers[next++] : { figures: null, resampled: {} });
  },
};
