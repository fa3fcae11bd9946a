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
import { DistinctNumbers } from "./distinct_numbers.ts";
import {
  agreementEstimate,
  cumulative,
  distanceEstimate,
  distancesFrom,
} from "./distribution_distance.ts";
import {
  type KindsOfSums,
  type RecordRows,
  recordRows,
  resampledFigures,
} from "./resampled_sums.ts";

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

/** Statistics with one value for each record: [records] of each, NaN where a record has none. */
export type RecordColumns<Name extends string> = (cohort: Cohort) => Record<Name, Float64Array>;

/** Calls with each value of a record, such as one for each of its visits. */
export type EachValue = (cohort: Cohort, record: number, of: (value: number) => void) => void;

/** What is compared. */
export interface Statistics<Name extends string> {
  /** All statistics, in the order of the figures. */
  readonly names: readonly Name[];
  /** Those with one value for each record, all of a cohort at once. */
  readonly ofRecords: RecordColumns<string>;
  /** The others. */
  readonly ofVisits?: Readonly<Record<string, EachValue>>;
}

/** A statistic of several cohorts, over the values that any of them has. */
interface Distribution {
  /** [cells] Ascending. */
  readonly values: Float64Array;
  /** One for each cohort. */
  readonly rows: RecordRows[];
}

/** The cell of a record without a value. */
const none = 2 ** 32 - 1;

/** The index of each record's value. */
function indicesOf(column: Float64Array, distinct: DistinctNumbers): Uint32Array {
  const indices = new Uint32Array(column.length);
  for (let record = 0; record < column.length; record++) {
    const value = column[record];
    indices[record] = Number.isNaN(value) ? none : distinct.indexOf(value);
  }
  return indices;
}

/** Statistics with one value for each record, of several cohorts. */
function ofColumns(
  cohorts: readonly Cohort[],
  columns: RecordColumns<string>,
): Map<string, Distribution> {
  const numbers = new Map<string, DistinctNumbers>();
  const all = cohorts.map((cohort) =>
    new Map(
      Object.entries(columns(cohort)).map(([name, column]) => {
        const distinct = numbers.get(name) ?? new DistinctNumbers();
        numbers.set(name, distinct);
        return [name, indicesOf(column, distinct)];
      }),
    )
  );
  return new Map(
    numbers.entries().map(([name, distinct]) => {
      const { values, placeOf } = distinct.sorted();
      const rows = all.map((own) => {
        const cells = own.get(name) ?? new Uint32Array();
        for (let i = 0; i < cells.length; i++) if (cells[i] !== none) cells[i] = placeOf[cells[i]];
        return recordRows({ recordCount: cells.length }, values.length, (record, add) => {
          if (cells[record] !== none) add(cells[record]);
        });
      });
      return [name, { values, rows }];
    }),
  );
}

/** A statistic with any number of values for each record, of several cohorts. */
function ofEach(cohorts: readonly Cohort[], each: EachValue): Distribution {
  const distinct = new DistinctNumbers();
  const note = (value: number) => {
    distinct.indexOf(value);
  };
  for (const cohort of cohorts) {
    for (let record = 0; record < cohort.recordCount; record++) each(cohort, record, note);
  }
  const { values, placeOf } = distinct.sorted();
  const rows = cohorts.map((cohort) =>
    recordRows(cohort, values.length, (record, add) => {
      each(cohort, record, (value) => add(placeOf[distinct.indexOf(value)]));
    })
  );
  return { values, rows };
}

function distributions<Name extends string>(
  cohorts: readonly Cohort[],
  { names, ofRecords, ofVisits = {} }: Statistics<Name>,
): Distribution[] {
  const columns = ofColumns(cohorts, ofRecords);
  return names.map((name) => columns.get(name) ?? ofEach(cohorts, ofVisits[name]));
}

/** Distances of several statistics by their names; null where a cohort has no value. */
export type DistributionDistances<Name extends string> = Record<Name, DistributionDistance | null>;

/** The form of {@link DistributionDistances}, when they are read from a file. */
export const maybeDistributionSchema: Schema<DistributionDistance | null> = v.nullable(
  distributionSchema,
);

/** The figures of all statistics in one resample, by the statistic's name and the figure's. */
function comparing(names: readonly string[], all: readonly Distribution[]) {
  const shares = all.map(({ values }) => new Float64Array(values.length));
  return (real: KindsOfSums) => {
    const truth = all.map(({ values }, kind) => cumulative(values, real[kind], shares[kind]));
    return (other: KindsOfSums): Record<string, number> => {
      const figures: Record<string, number> = {};
      for (const [kind, { values }] of all.entries()) {
        const { mean, largest, area } = distancesFrom(truth[kind], values, other[kind]);
        figures[`${names[kind]}.real_mean`] = truth[kind].mean;
        figures[`${names[kind]}.synthetic_mean`] = mean;
        figures[`${names[kind]}.ks_complement`] = 1 - largest;
        figures[`${names[kind]}.wasserstein_1`] = area;
      }
      return figures;
    };
  };
}

/**
 * How far statistics of each of `asked.others` are from those of the real cohort.
 *
 * Memory is linear in the records, and for statistics of visits in the distinct values of each record,
 * over all records.
 *
 * @returns one answer for each of the others
 */
export async function comparedDistributions<Name extends string>(
  asked: Asked,
  statistics: Statistics<Name>,
  onProgress?: OnProgress,
): Promise<Answer<DistributionDistances<Name>>[]> {
  const cohorts = [asked.real, ...asked.others].map(({ cohort }) => cohort);
  const { names } = statistics;
  const all = distributions(cohorts, statistics);
  const found = await resampledFigures(
    asked,
    all.map(({ rows }) => rows),
    comparing(names, all),
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
