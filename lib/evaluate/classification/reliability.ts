/**
 * The reliability diagram of a classifier: of the cases that get about a probability, how many are
 * positive (Murphy and Winkler 1977)?
 *
 * @module
 */
import { joinedCells } from "../../cohort/small_cells.ts";
import { list, object, type Schema, whole } from "../../files/checked_json.ts";
import { estimate, figureSchema, resampleWeights } from "../bootstrap.ts";
import type { Predictions } from "./classifier_figures.ts";

/** Cases by probability, in bins of equal width that are joined where they have few patients. */
export interface Reliability {
  /** [bins] Mean probability, in [0, 1]. */
  probability: number[];
  /** [bins] Share of positives, in [0, 1]. */
  share: number[];
  /** [bins] Lower end of its 95% interval over test patients. */
  low: number[];
  /** [bins] Upper end. */
  high: number[];
  /** [bins] Cases; a patient may be several, one for each label and repetition. */
  cases: number[];
}

/** {@link Reliability}, when it is read from a file. */
export const reliabilitySchema: Schema<Reliability> = object({
  probability: list(figureSchema),
  share: list(figureSchema),
  low: list(figureSchema),
  high: list(figureSchema),
  cases: list(whole(1)),
});

/** Bins of equal width, before they are joined. */
const bins = 10;

const binOf = (probability: number) => Math.min(bins - 1, Math.floor(bins * probability));

/** [bins] The distinct test records in each. */
function recordsByBin(all: readonly Predictions[]): number[][] {
  const found = Array.from({ length: bins }, () => new Set<number>());
  for (const { probabilities, records } of all) {
    probabilities.forEach((each, i) => found[binOf(each)].add(records[i]));
  }
  return found.map((records) => [...records]);
}

/** [bins × 3] Weighted cases, sum of probabilities and positives of each bin. */
function sumsOf(
  all: readonly Predictions[],
  groupOf: readonly number[],
  weights: Int32Array,
): Float64Array {
  const sums = new Float64Array(3 * bins);
  for (const { probabilities, records, ranked: { isPositive } } of all) {
    for (let i = 0; i < probabilities.length; i++) {
      const weight = weights[records[i]];
      const place = 3 * groupOf[binOf(probabilities[i])];
      sums[place] += weight;
      sums[place + 1] += weight * probabilities[i];
      sums[place + 2] += weight * isPositive[i];
    }
  }
  return sums;
}

/**
 * The reliability of predictions, pooled over classifiers (of several labels, and repetitions). Each bin
 * has at least `minCell` test patients; bins without any are not there.
 *
 * @param all predictions of the same test records
 * @param options.testRecords number of test records, which are resampled
 */
export function reliability(
  all: readonly Predictions[],
  { testRecords, minCell = 1, seed, resamples }: {
    readonly testRecords: number;
    readonly minCell?: number | undefined;
    readonly seed: number;
    readonly resamples: number;
  },
): Reliability {
  const ends = joinedCells(recordsByBin(all), minCell);
  const groupOf = Array.from({ length: bins }, (_, bin) => ends.findIndex((end) => bin < end));
  const shares = ends.map(() => new Float64Array(resamples + 1));
  const weights = new Int32Array(testRecords);
  let own: Float64Array = new Float64Array();
  for (let resample = 0; resample <= resamples; resample++) {
    resampleWeights({ role: "held_out", seed }, resample, weights);
    const sums = sumsOf(all, groupOf, weights);
    if (resample === 0) own = sums;
    shares.forEach((series, group) => series[resample] = sums[3 * group + 2] / sums[3 * group]);
  }
  const found = ends.flatMap((_, group) => {
    const [cases, probability] = own.subarray(3 * group);
    return cases === 0
      ? []
      : [{ cases, probability: probability / cases, ...estimate(shares[group]) }];
  });
  return {
    probability: found.map(({ probability }) => probability),
    share: found.map(({ value }) => value),
    low: found.map(({ low }) => low),
    high: found.map(({ high }) => high),
    cases: found.map(({ cases }) => cases),
  };
}
