/**
 * Measures that are ratios of sums over records: means, shares, rates.
 *
 * @module
 */
import * as v from "valibot";
import { breathe } from "../breathe.ts";
import type { Cohort } from "../cohort/cohort.ts";
import { object, type Schema } from "../files/checked_json.ts";
import {
  eachResampledSums,
  type Estimate,
  estimate,
  estimateSchema,
  type Role,
} from "./bootstrap.ts";
import { inTurn } from "./in_turn.ts";
import type { Answer, Asked, Judged, Measure, Need } from "./measure.ts";
import { minus } from "./paired_differences.ts";

/** [sums] The numbers of one record that are summed over records; equally many for each record. */
export type RecordSums = (cohort: Cohort, record: number) => readonly number[];

/** [sums] over all records of a cohort or of a resample. */
export type Sums = Float64Array;

/** [resamples + 1] Sums over the records of a cohort as it is, then of each resample. */
async function sumsOf(
  { role, cohort }: Judged,
  of: RecordSums,
  { seed, resamples }: Asked,
): Promise<Sums[]> {
  const width = of(cohort, 0).length;
  const features = new Float64Array(cohort.recordCount * width);
  for (let record = 0; record < cohort.recordCount; record++) {
    features.set(of(cohort, record), record * width);
  }
  const sums: Sums[] = [];
  for (const own of eachResampledSums({ role, seed }, features, width, resamples)) {
    sums.push(own);
    await breathe();
  }
  return sums;
}

/**
 * Answers from sums over records, resample by resample.
 *
 * @param compared from [resamples + 1] sums of the real cohort and of another one, whose role it is
 *   told
 */
export async function answersFromSums<F>(
  asked: Asked,
  of: RecordSums,
  compared: (real: readonly Sums[], other: readonly Sums[], role: Role) => Answer<F>,
): Promise<Answer<F>[]> {
  const real = await sumsOf(asked.real, of, asked);
  return await inTurn(
    asked,
    async (other) => compared(real, await sumsOf(other, of, asked), other.role),
  );
}

/** A ratio in both cohorts, with 95% intervals. */
export interface ComparedRatio {
  /** Of the real cohort. */
  real: Estimate;
  /** Of the other cohort. */
  synthetic: Estimate;
  /** The latter minus the former. */
  difference: Estimate;
}

/** A {@link ComparedRatio}, when it is read from a file. */
export const comparedRatioSchema: Schema<ComparedRatio> = object({
  real: estimateSchema,
  synthetic: estimateSchema,
  difference: estimateSchema,
});

/** Both ratios with their intervals, from [resamples + 1] of each. */
export function comparedRatio(real: Float64Array, synthetic: Float64Array): ComparedRatio {
  return {
    real: estimate(real),
    synthetic: estimate(synthetic),
    difference: estimate(minus(synthetic, real)),
  };
}

/** A measure that is a ratio of sums over records. */
export interface RatioOptions<Key extends string> {
  /** The same as in {@link Measure}. */
  readonly key: Key;
  /** The same as in {@link Measure}. */
  readonly question: string;
  /** The same as in {@link Measure}. */
  readonly needs?: readonly Need[];
  /** What is summed over records: the numbers of one record, equally many for each. */
  readonly sums: RecordSums;
  /** The ratio from the sums over all records; NaN if it is undefined, such as 0 / 0. */
  readonly figure: (sums: Sums) => number;
}

/**
 * A measure that is a ratio of sums over records. Its figures are null for cohorts that lack what it
 * needs, and if the ratio is undefined in one of the cohorts.
 *
 * @example Visits per record
 * ```ts
 * import { cohortOf, judge, ratio, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const visits = ratio({
 *   key: "visits",
 *   question: "How many visits does a record have?",
 *   sums: ({ visitOffsets }, record) => [1, visitOffsets[record + 1] - visitOffsets[record]],
 *   figure: ([records, visits]) => visits / records,
 * });
 * const cohort = (...visits: number[][]) =>
 *   cohortOf(vocabulary(["a"]), [], [{ visits, labels: [] }]);
 * const [{ figures }] = await judge([visits], {
 *   real: { role: "real", cohort: cohort([0], [0]) },
 *   others: [{ role: "synthetic", cohort: cohort([0], [0], [0]) }],
 *   resamples: 0,
 * });
 * assertEquals(figures.visits?.difference.value, 1);
 * ```
 */
export function ratio<const Key extends string>(
  { sums, figure, ...about }: RatioOptions<Key>,
): Measure<Key, ComparedRatio | null> {
  const compared = (
    real: readonly Sums[],
    other: readonly Sums[],
  ): Answer<ComparedRatio | null> => {
    const [truth, judged] = [real, other].map((all) => Float64Array.from(all, figure));
    if (Number.isNaN(truth[0]) || Number.isNaN(judged[0])) return { figures: null, resampled: {} };
    return { figures: comparedRatio(truth, judged), resampled: { synthetic: judged } };
  };
  return {
    ...about,
    schema: v.nullable(comparedRatioSchema),
    ask: (asked) => answersFromSums(asked, sums, compared),
  };
}
