/**
 * Statistics of records or visits as distributions: how far those of two cohorts are apart, with
 * intervals over resamples of patients.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../cohort/cohort.ts";
import { object, type Schema } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { type Estimate, estimate, estimateSchema } from "../bootstrap.ts";
import type { Answer, Asked } from "../measure.ts";
import { recordOf } from "../record_of.ts";
import {
  agreementEstimate,
  distanceEstimate,
  kolmogorovSmirnov,
  wasserstein1,
} from "./distribution_distance.ts";
import { type RecordRows, recordRows, resampledFigures } from "./resampled_sums.ts";

/** How far apart the distributions of a statistic are. */
export interface DistributionDistance {
  /** Mean of the real cohort. */
  real_mean: Estimate;
  /** Mean of the synthetic cohort. */
  synthetic_mean: Estimate;
  /**
   * 1 minus the Kolmogorov-Smirnov distance, in [0, 1]; 1 is best. Its interval is moved as that of a
   * `ProbabilityFidelity` is.
   */
  ks_complement: Estimate;
  /** Wasserstein-1 distance, in the unit of the statistic; 0 is best. Its interval is moved too. */
  wasserstein_1: Estimate;
}

export const distributionSchema = object({
  real_mean: estimateSchema,
  synthetic_mean: estimateSchema,
  ks_complement: estimateSchema,
  wasserstein_1: estimateSchema,
});

/** The values of one record: one, or one for each of its visits; NaN where it has none. */
export type RecordValues = (cohort: Cohort, record: number) => ArrayLike<number>;

/** A statistic of several cohorts, over the values that any of them has. */
interface Distributions {
  /** [cells] Ascending. */
  readonly values: Float64Array;
  /** One for each cohort. */
  readonly rows: RecordRows[];
}

function distributions(cohorts: readonly Cohort[], valuesOf: RecordValues): Distributions {
  const cellOf = new Map<number, number>();
  for (const cohort of cohorts) {
    for (let record = 0; record < cohort.recordCount; record++) {
      const own = valuesOf(cohort, record);
      for (let i = 0; i < own.length; i++) if (!Number.isNaN(own[i])) cellOf.set(own[i], 0);
    }
  }
  const values = Float64Array.from(cellOf.keys()).sort();
  values.forEach((value, cell) => cellOf.set(value, cell));
  const rows = cohorts.map((cohort) =>
    recordRows(cohort, values.length, (record, add) => {
      const own = valuesOf(cohort, record);
      for (let i = 0; i < own.length; i++) {
        const cell = cellOf.get(own[i]); // undefined for NaN
        if (cell !== undefined) add(cell);
      }
    })
  );
  return { values, rows };
}

/** Mean of values with weights; NaN without weight. */
function meanOf(values: Float64Array, weights: Float64Array): number {
  let [total, sum] = [0, 0];
  for (let cell = 0; cell < values.length; cell++) {
    total += weights[cell];
    sum += weights[cell] * values[cell];
  }
  return sum / total;
}

/** Distances of several statistics by their names; null where a cohort has no value. */
export type DistributionDistances<Name extends string> = Record<Name, DistributionDistance | null>;

/** The form of {@link DistributionDistances}, when they are read from a file. */
export const maybeDistributionSchema: Schema<DistributionDistance | null> = v.nullable(
  distributionSchema,
);

/**
 * How far statistics of each of `asked.others` are from those of the real cohort.
 *
 * Memory is linear in the distinct values of each record, over all records.
 *
 * @param statistics by name, the values of each record
 * @returns one answer for each of the others
 */
export async function comparedDistributions<Name extends string>(
  asked: Asked,
  statistics: Readonly<Record<Name, RecordValues>>,
  onProgress?: OnProgress,
): Promise<Answer<DistributionDistances<Name>>[]> {
  const cohorts = [asked.real, ...asked.others].map(({ cohort }) => cohort);
  const names = Object.keys(statistics) as Name[]; // the keys of the record that is given
  const all = names.map((name) => distributions(cohorts, statistics[name]));
  const found = await resampledFigures<string>(
    asked,
    all.map(({ rows }) => rows),
    (real) => (other) =>
      Object.fromEntries(
        all.flatMap(({ values }, kind) => [
          [`${names[kind]}.real_mean`, meanOf(values, real[kind])],
          [`${names[kind]}.synthetic_mean`, meanOf(values, other[kind])],
          [`${names[kind]}.ks_complement`, 1 - kolmogorovSmirnov(real[kind], other[kind])],
          [`${names[kind]}.wasserstein_1`, wasserstein1(values, real[kind], other[kind])],
        ]),
      ),
    onProgress,
  );
  return found.map((columns) => {
    const figuresOf = (name: Name): DistributionDistance => ({
      real_mean: estimate(columns[`${name}.real_mean`]),
      synthetic_mean: estimate(columns[`${name}.synthetic_mean`]),
      ks_complement: agreementEstimate(columns[`${name}.ks_complement`]),
      wasserstein_1: distanceEstimate(columns[`${name}.wasserstein_1`]),
    });
    const headline = (name: Name) => `${name}.ks_complement`;
    const isKnown = (name: Name) => !Number.isNaN(columns[headline(name)][0]);
    const resampled = names.filter(isKnown).map((
      name,
    ) => [headline(name), columns[headline(name)]]);
    return {
      figures: recordOf(names, (name) => isKnown(name) ? figuresOf(name) : null),
      resampled: Object.fromEntries(resampled),
    };
  });
}
