/**
 * Do measured values follow the real ones beyond their means: their whole distributions, who has them,
 * and how they go together: in the same patients, in the same visits, and from one value to the next?
 *
 * Codes with large numbers must not dominate, so distances are in interquartile ranges of the real
 * values, and the headline figures are medians over codes.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../cohort/cohort.ts";
import { quantile } from "../../cohort/quantile.ts";
import { isShownCell } from "../../cohort/small_cells.ts";
import { list, object, text, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { padded } from "../affordable_resamples.ts";
import { type Estimate, estimate, estimateSchema } from "../bootstrap.ts";
import type { Answer, Asked, Measure } from "../measure.ts";
import { leftOutSchema } from "../not_measured.ts";
import { agreementEstimate, distanceEstimate } from "./distribution_distance.ts";
import {
  type ChannelColumns,
  fewestValues,
  type ValueColumns,
  valueColumns,
} from "./value_columns.ts";

/** Codes that are compared at most. */
const mostCodes = 100;

/** The values of one code, in both cohorts. */
export interface ComparedValues {
  /** As in the vocabulary. */
  code: string;
  /** As in the vocabulary. */
  description: string;
  /** 1 minus the Kolmogorov-Smirnov distance of all values, in [0, 1]; 1 is best. */
  ks_complement: Estimate;
  /**
   * Wasserstein-1 distance in interquartile ranges of the real values; 0 is best. Null if these are
   * alike in the middle half.
   */
  wasserstein_iqr: Estimate | null;
  /** Share of visits with a value, in [0, 1]: synthetic minus real. */
  visits_difference: Estimate;
  /** Share of patients with a value: synthetic minus real. */
  patients_difference: Estimate;
  /**
   * Correlation of a value with the patient's next one: synthetic minus real. Null if fewer than 20
   * real values have a next one.
   */
  lag_1_difference: Estimate | null;
}

/** Differences of correlations between pairs of codes. */
export interface CorrelationDifference {
  /** Pairs of the 15 codes with the most real values, of which at least 20 patients or visits have both. */
  pairs: number;
  /** Mean absolute difference of the correlations, in [0, 2]; 0 is best. */
  difference: Estimate;
}

/** How closely the distributions of measured values are followed. */
export interface ValueDistributions {
  /** Median over codes; 1 is best. */
  ks_complement: Estimate;
  /** Median over codes; 0 is best. Null if no code has one. */
  wasserstein_iqr: Estimate | null;
  /** Median over codes of the absolute difference; also of codes without a synthetic value. */
  visits_difference: Estimate;
  /** Median over codes of the absolute difference; also of codes without a synthetic value. */
  patients_difference: Estimate;
  /** Median over codes of the absolute difference. */
  lag_1_difference: Estimate | null;
  /** Of each patient's mean values; a pair that the other cohort never has counts as uncorrelated. */
  patient_correlations: CorrelationDifference | null;
  /** Of values of the same visit. */
  visit_correlations: CorrelationDifference | null;
  /** Measured codes without a row, since fewer than `min_cell` real patients have a value. */
  rare_codes?: number | undefined;
  /** Codes of which some figures are missing, and why. */
  left_out: { label: string; reason: string }[];
  /** At most 100 codes, those with the most real values first. */
  codes: ComparedValues[];
  /** Resamples behind the intervals: in large cohorts fewer than asked. */
  resamples: number;
}

const maybeEstimate = v.nullable(estimateSchema);
const correlationSchema = v.nullable(object({ pairs: whole(1), difference: estimateSchema }));
const ofOneOrAll = {
  ks_complement: estimateSchema,
  wasserstein_iqr: maybeEstimate,
  visits_difference: estimateSchema,
  patients_difference: estimateSchema,
  lag_1_difference: maybeEstimate,
};
const distributionsSchema = object({
  ...ofOneOrAll,
  patient_correlations: correlationSchema,
  visit_correlations: correlationSchema,
  rare_codes: v.optional(whole(1)),
  left_out: leftOutSchema,
  codes: list(object({ code: text, description: text, ...ofOneOrAll })),
  resamples: whole(0),
});

/** Codes with enough real values, those with the most first. */
function comparedCodes({ codes, values, vocabulary }: Cohort): number[] {
  const counts = new Float64Array(vocabulary.codes.length);
  values?.forEach((value, i) => counts[codes[i]] += Number(Number.isFinite(value)));
  return [...counts.keys()].filter((code) => counts[code] >= fewestValues)
    .sort((a, b) => counts[b] - counts[a] || a - b)
    .slice(0, mostCodes);
}

/** Whether a column has a figure of the cohorts as they are. */
const isKnown = (column: Float64Array) => !Number.isNaN(column[0]);

/**
 * A figure over all columns in each resample, without those that have none there.
 *
 * @param figure of sorted numbers
 */
function overAll(columns: readonly Float64Array[], figure: (sorted: Float64Array) => number) {
  const known = columns.filter(isKnown);
  if (known.length === 0) return undefined;
  return known[0].map((_, resample) => {
    const own = Float64Array.from(known, (column) => column[resample])
      .filter((each) => !Number.isNaN(each));
    return own.length === 0 ? NaN : figure(own.sort());
  });
}

const median = (sorted: Float64Array) => quantile(sorted, 0.5);
const mean = (of: Float64Array) => of.reduce((sum, each) => sum + each, 0) / of.length;
const absolute = (column: Float64Array) => column.map(Math.abs);

/** [used + 1] The figures over all codes, those that there are. */
function headlinesOf({ channels, patientPairs, visitPairs }: ValueColumns) {
  const medianOf = (name: keyof ChannelColumns) =>
    overAll(channels.map((own) => own[name]), median);
  const medianSize = (name: keyof ChannelColumns) =>
    overAll(channels.map((own) => absolute(own[name])), median);
  return {
    ks_complement: medianOf("ks_complement"),
    wasserstein_iqr: medianOf("wasserstein_iqr"),
    visits_difference: medianSize("visits_difference"),
    patients_difference: medianSize("patients_difference"),
    lag_1_difference: medianSize("lag_1_difference"),
    "patient_correlations.difference": overAll(patientPairs.map(absolute), mean),
    "visit_correlations.difference": overAll(visitPairs.map(absolute), mean),
  };
}

function rowOf(name: { code: string; description: string }, own: ChannelColumns): ComparedValues {
  return {
    ...name,
    ks_complement: agreementEstimate(own.ks_complement),
    wasserstein_iqr: isKnown(own.wasserstein_iqr) ? distanceEstimate(own.wasserstein_iqr) : null,
    visits_difference: estimate(own.visits_difference),
    patients_difference: estimate(own.patients_difference),
    lag_1_difference: isKnown(own.lag_1_difference) ? estimate(own.lag_1_difference) : null,
  };
}

/** Why a code lacks figures; undefined if it has all. */
function reasonOf(own: ChannelColumns): string | undefined {
  if (!isKnown(own.ks_complement)) return "the other records have no value";
  if (!isKnown(own.wasserstein_iqr)) return "the middle half of the real values are all the same";
  if (!isKnown(own.lag_1_difference)) {
    return `fewer than ${fewestValues} real values are followed by another one`;
  }
}

function answerOf(
  columns: ValueColumns,
  names: readonly { code: string; description: string }[],
  isShown: (channel: number) => boolean,
  resamples: number,
): Answer<ValueDistributions | null> {
  const all = headlinesOf(columns);
  const { ks_complement, visits_difference, patients_difference } = all;
  if (!ks_complement || !visits_difference || !patients_difference) {
    return { figures: null, resampled: {} };
  }
  const distance = (column: Float64Array | undefined) => column ? distanceEstimate(column) : null;
  const correlations = (name: "patient" | "visit", { length: pairs }: Float64Array[]) => {
    const difference = distance(all[`${name}_correlations.difference`]);
    return difference && { pairs, difference };
  };
  const shown = names.map((name, i) => ({ name, own: columns.channels[i] }))
    .filter((_, channel) => isShown(channel));
  const rare_codes = names.length - shown.length;
  return {
    figures: {
      ks_complement: agreementEstimate(ks_complement),
      wasserstein_iqr: distance(all.wasserstein_iqr),
      visits_difference: distanceEstimate(visits_difference),
      patients_difference: distanceEstimate(patients_difference),
      lag_1_difference: distance(all.lag_1_difference),
      patient_correlations: correlations("patient", columns.patientPairs),
      visit_correlations: correlations("visit", columns.visitPairs),
      ...rare_codes > 0 && { rare_codes },
      left_out: shown.flatMap(({ name: { description: label }, own }) => {
        const reason = reasonOf(own);
        return reason === undefined ? [] : [{ label, reason }];
      }),
      codes: shown.filter(({ own }) => isKnown(own.ks_complement))
        .map(({ name, own }) => rowOf(name, own)),
      resamples: ks_complement.length - 1,
    },
    resampled: Object.fromEntries(
      Object.entries(all).flatMap(([name, column]) =>
        column === undefined ? [] : [[name, padded(column, resamples)]]
      ),
    ),
  };
}

async function ask(
  asked: Asked,
  onProgress?: OnProgress,
): Promise<Answer<ValueDistributions | null>[]> {
  const { real, others, minCell = 1, resamples } = asked;
  const compared = comparedCodes(real.cohort);
  if (compared.length === 0) return others.map(() => ({ figures: null, resampled: {} }));
  const { codes, descriptions } = real.cohort.vocabulary;
  const names = compared.map((i) => ({ code: codes[i], description: descriptions[i] }));
  const { columns, patients } = await valueColumns(asked, compared, onProgress);
  return columns.map((each, i) => {
    const ofPatients = others[i].role === "held_out"
      ? [patients[0], patients[i + 1]]
      : [patients[0]];
    const isShown = (channel: number) =>
      isShownCell(minCell, ...ofPatients.map((own) => own[channel]));
    return answerOf(each, names, isShown, resamples);
  });
}

/**
 * How closely the distributions of measured values are followed; null if no code has 20 real values
 * and a synthetic one.
 *
 * Time is linear in the values of all records, and in the pairs of values of the same visit, times the
 * resamples; of these fewer are used where they would take more than seconds.
 */
export const valueDistributions: Measure<"value_distributions", ValueDistributions | null> = {
  key: "value_distributions",
  question: "Do measured values spread, and go together, as real ones do?",
  needs: ["values"],
  schema: v.nullable(distributionsSchema),
  ask,
};
