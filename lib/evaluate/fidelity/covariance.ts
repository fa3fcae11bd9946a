/**
 * Do codes go together in the same patients? For every patient the occurrences of each of the most
 * frequent codes are counted; the correlation matrices of these counts in the two cohorts are
 * compared. Pairs within visits do not see this: two codes can go together in patients and never
 * meet in a visit.
 *
 * @module
 */
import * as v from "valibot";
import { breathe } from "../../breathe.ts";
import { occurrenceCounts } from "../../cohort/code_counts.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { growing } from "../../cohort/growing.ts";
import { object, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { affordableResamples } from "../affordable_resamples.ts";
import { type Estimate, estimateSchema, resampleWeights } from "../bootstrap.ts";
import type { Answer, Asked, Judged, Measure } from "../measure.ts";
import { distanceEstimate } from "./distribution_distance.ts";

/** Codes that are compared at most. */
const mostCodes = 100;
/** How closely the correlations between codes over patients are followed. */
export interface CovarianceFidelity {
  /** Codes that are compared: the most frequent ones of the training records, at most 100. */
  codes: number;
  /**
   * Mean absolute difference of the correlations, over all pairs of codes, in [0, 2]; 0 is exact. A
   * code that all patients have equally often is taken as correlated with none.
   */
  mean_absolute: Estimate;
  /** Frobenius norm of the difference of the two correlation matrices; 0 is exact. */
  frobenius: Estimate;
  /** Resamples behind the intervals: in large cohorts fewer than asked. */
  resamples: number;
}

/** Occurrences of the compared codes in each record, as sparse rows. */
interface CountRows {
  /** [records + 1] */
  readonly offsets: Float64Array;
  /** [entries] Index among the compared codes, ascending in a record. */
  readonly codes: Uint8Array;
  /** [entries] */
  readonly counts: Float64Array;
  /** Products of two counts of the same record, over all records. */
  readonly products: number;
}

/** Vocabulary indices of the codes with the most occurrences, most frequent first. */
export function mostFrequentCodes(cohort: Cohort, most: number): number[] {
  const counts = occurrenceCounts(cohort);
  return [...counts.keys()].filter((code) => counts[code] > 0)
    .sort((a, b) => counts[b] - counts[a] || a - b)
    .slice(0, most);
}

function countRows(cohort: Cohort, compared: readonly number[]): CountRows {
  const { recordCount, visitOffsets, codeOffsets, codes } = cohort;
  const placeOf = new Int32Array(cohort.vocabulary.codes.length).fill(-1);
  compared.forEach((code, place) => placeOf[code] = place);
  const offsets = new Float64Array(recordCount + 1);
  const places = growing((length) => new Uint8Array(length));
  const counts = growing((length) => new Float64Array(length));
  const own = new Float64Array(compared.length);
  let products = 0;
  for (let record = 0; record < recordCount; record++) {
    own.fill(0);
    const to = codeOffsets[visitOffsets[record + 1]];
    for (let i = codeOffsets[visitOffsets[record]]; i < to; i++) {
      const place = placeOf[codes[i]];
      if (place >= 0) own[place]++;
    }
    own.forEach((count, place) => {
      if (count === 0) return;
      places.push(place);
      counts.push(count);
    });
    offsets[record + 1] = places.length;
    const entries = places.length - offsets[record];
    products += entries * (entries + 1) / 2;
  }
  return { offsets, codes: places.view(), counts: counts.view(), products };
}

/**
 * Correlations of the compared codes over weighted records.
 *
 * @param weights [records]
 * @returns [codes × codes] those above the diagonal; the rest is not filled
 */
function correlations({ offsets, codes, counts }: CountRows, weights: Int32Array, size: number) {
  const products = new Float64Array(size * size);
  const sums = new Float64Array(size);
  let records = 0;
  for (let record = 0; record < weights.length; record++) {
    const weight = weights[record];
    if (weight === 0) continue;
    records += weight;
    const end = offsets[record + 1];
    for (let i = offsets[record]; i < end; i++) {
      const count = weight * counts[i];
      const row = codes[i] * size;
      sums[codes[i]] += count;
      for (let j = i; j < end; j++) products[row + codes[j]] += count * counts[j];
    }
  }
  const spread = sums.map((sum, i) => Math.sqrt(records * products[i * size + i] - sum ** 2));
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const scale = spread[i] * spread[j]; // 0 where a code does not vary
      const at = i * size + j;
      products[at] = scale > 0 ? (records * products[at] - sums[i] * sums[j]) / scale : 0;
    }
  }
  return products;
}

/** Mean absolute difference over pairs, and the Frobenius norm over the whole symmetric matrix. */
function distances(real: Float64Array, other: Float64Array, size: number): [number, number] {
  let [absolute, squares] = [0, 0];
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const difference = other[i * size + j] - real[i * size + j];
      absolute += Math.abs(difference);
      squares += difference ** 2;
    }
  }
  return [absolute / (size * (size - 1) / 2), Math.sqrt(2 * squares)];
}

/** Of one cohort: its rows, and the weights of a resample. */
function resampler({ role, cohort }: Judged, compared: readonly number[], seed: number) {
  const rows = countRows(cohort, compared);
  const weights = new Int32Array(cohort.recordCount);
  return {
    products: rows.products,
    resampled(resample: number): Float64Array {
      resampleWeights({ role, seed }, resample, weights);
      return correlations(rows, weights, compared.length);
    },
  };
}

async function ask(
  { real, others, seed, resamples }: Asked,
  onProgress?: OnProgress,
): Promise<Answer<CovarianceFidelity | null>[]> {
  const compared = mostFrequentCodes(real.cohort, mostCodes);
  const codes = compared.length;
  if (codes < 2) return others.map(() => ({ figures: null, resampled: {} }));
  const [truth, ...judged] = [real, ...others].map((each) => resampler(each, compared, seed));
  const products = Math.max(truth.products, ...judged.map((each) => each.products));
  const used = affordableResamples(resamples, products);
  const found = others.map(() => ({
    mean_absolute: new Float64Array(resamples + 1).fill(NaN), // where there is no resample
    frobenius: new Float64Array(resamples + 1).fill(NaN),
  }));
  for (let resample = 0; resample <= used; resample++) {
    const own = truth.resampled(resample);
    for (const [i, { resampled }] of judged.entries()) {
      const [absolute, norm] = distances(own, resampled(resample), codes);
      found[i].mean_absolute[resample] = absolute;
      found[i].frobenius[resample] = norm;
      await breathe();
    }
    onProgress?.({ stage: "comparing correlations", done: resample + 1, total: used + 1 });
  }
  return found.map((resampled) => ({
    figures: {
      codes,
      mean_absolute: distanceEstimate(resampled.mean_absolute),
      frobenius: distanceEstimate(resampled.frobenius),
      resamples: used,
    },
    resampled,
  }));
}

/**
 * How closely the correlations between codes over patients are followed; null if the training
 * records have fewer than two codes.
 *
 * Time is linear in the pairs of compared codes of each patient times the resamples; of these fewer
 * are used where they would take more than seconds. Memory is one correlation matrix for each cohort.
 */
export const covariance: Measure<"covariance", CovarianceFidelity | null> = {
  key: "covariance",
  question: "Do the same codes go together in the same patients?",
  schema: v.nullable(object({
    codes: whole(2),
    mean_absolute: estimateSchema,
    frobenius: estimateSchema,
    resamples: whole(0),
  })),
  ask,
};
