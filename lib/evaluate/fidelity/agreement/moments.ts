/**
 * The sums over keys behind R² and the figures beside it, and the slopes of these figures: by how much
 * does a figure change with the real, or with the synthetic probability of one key?
 *
 * @module
 */
import { r2 } from "../r2.ts";

/** Probabilities over the keys that either cohort has; each of several keys, where these are alike. */
export interface ProbabilityPair {
  /** [entries] */
  readonly real: Float64Array;
  /** [entries] */
  readonly synthetic: Float64Array;
  /** [entries] How many keys have these probabilities. */
  readonly times: Float64Array;
  /** [entries] 1 for the keys of the R² of logarithms. */
  readonly isCommon: Uint8Array;
  /** Half an occurrence among the real records, and among the synthetic ones. */
  readonly halves: readonly [real: number, synthetic: number];
}

/** A key of a pair, whose slopes are asked for. */
export interface SlopedKey {
  /** Whether it is the one key that decides the largest gap. */
  readonly isLargest: boolean;
  /** Its real probability. */
  readonly real: number;
  /** Its synthetic probability. */
  readonly synthetic: number;
  /** Whether it is in the R² of logarithms. */
  readonly isCommon: boolean;
}

/** Real occurrences from which a key is in the R² of logarithms. */
export const commonFrom = 5;

/** Figures that have slopes: R², then those of `agreementNames`. */
export const slopedFigures = 7;

/** The sign of p − q; 0 where they differ by no more than rounding. */
function signOf(p: number, q: number): number {
  return Math.abs(p - q) <= 1e-12 * Math.max(p, q) ? 0 : Math.sign(p - q);
}

/** x log₂(2x / (x + y)), 0 for x = 0: the part of one side in the Jensen–Shannon divergence. */
function divergence(own: number, other: number): number {
  return own === 0 ? 0 : own * Math.log2(2 * own / (own + other));
}

/** Of logarithms of common keys: the figure, and what its slopes need. */
function logMoments({ real, synthetic, times, isCommon, halves }: ProbabilityPair) {
  const entries = isCommon.reduce((sum, each) => sum + each, 0);
  const [ofReal, ofSynthetic, keys] = [0, 0, 0].map(() => new Float64Array(entries));
  let [next, sum, common] = [0, 0, 0];
  for (let i = 0; i < real.length; i++) {
    if (isCommon[i] === 0) continue;
    ofReal[next] = Math.log10(Math.max(halves[0], real[i]));
    ofSynthetic[next] = Math.log10(Math.max(halves[1], synthetic[i]));
    keys[next] = times[i];
    common += times[i];
    sum += times[i] * ofReal[next++];
  }
  const mean = sum / common;
  let [residual, total] = [0, 0];
  for (let i = 0; i < entries; i++) {
    residual += keys[i] * (ofReal[i] - ofSynthetic[i]) ** 2;
    total += keys[i] * (ofReal[i] - mean) ** 2;
  }
  return { mean, residual, total, r2: common < 2 ? NaN : r2(ofReal, ofSynthetic, keys) };
}

/** All figures of two lists of probabilities, with their slopes. */
export class Moments {
  readonly #keys: number;
  readonly #halves: ProbabilityPair["halves"];
  /** Real sum and mean, synthetic sum and mean. */
  readonly #sums: readonly [realSum: number, realMean: number, sum: number, mean: number];
  #residual = 0;
  #realSquares = 0;
  #squares = 0;
  #products = 0;
  #largest = -1;
  readonly #log: ReturnType<typeof logMoments>;
  /** Sums of p times the slope of p, for distributions that are divided by their sums. */
  readonly #pulls = { variation: [0, 0], divergence: [0, 0] };
  /** [7] R², then the figures of `agreementNames`; NaN where a figure has no value. */
  readonly values: Float64Array;

  /** @param exactR2 R² of the same lists, from {@link r2} */
  constructor(pair: ProbabilityPair, exactR2: number = r2(pair.real, pair.synthetic, pair.times)) {
    const { real, synthetic, times } = pair;
    this.#halves = pair.halves;
    let [keys, realSum, sum] = [0, 0, 0];
    for (let i = 0; i < times.length; i++) {
      keys += times[i];
      realSum += times[i] * real[i];
      sum += times[i] * synthetic[i];
    }
    this.#keys = keys;
    this.#sums = [realSum, realSum / keys, sum, sum / keys];
    this.#log = logMoments(pair);
    const [variation, jensenShannon] = this.#add(pair);
    this.values = Float64Array.of(
      exactR2,
      this.#products / Math.sqrt(this.#realSquares * this.#squares),
      Math.sqrt(this.#residual / keys),
      this.#log.r2,
      realSum > 0 && sum > 0 ? variation : NaN,
      realSum > 0 && sum > 0 ? jensenShannon : NaN,
      keys === 0 ? NaN : Math.abs(real[this.#largest] - synthetic[this.#largest]),
    );
  }

  /** @returns total variation and Jensen–Shannon divergence */
  #add({ real, synthetic, times }: ProbabilityPair): [number, number] {
    const [realSum, realMean, sum, mean] = this.#sums;
    const { variation, divergence: pulls } = this.#pulls;
    let [gap, distance] = [-1, 0];
    for (let i = 0; i < real.length; i++) {
      const [y, z, keys] = [real[i], synthetic[i], times[i]];
      const [p, q] = [y / realSum, z / sum];
      this.#residual += keys * (y - z) ** 2;
      this.#realSquares += keys * (y - realMean) ** 2;
      this.#squares += keys * (z - mean) ** 2;
      this.#products += keys * (y - realMean) * (z - mean);
      distance += keys * Math.abs(p - q);
      variation[0] += keys * signOf(p, q) * p / 2;
      variation[1] += keys * signOf(q, p) * q / 2;
      pulls[0] += keys * divergence(p, q) / 2;
      pulls[1] += keys * divergence(q, p) / 2;
      if (Math.abs(y - z) > gap) {
        gap = Math.abs(y - z);
        this.#largest = i;
      }
    }
    return [distance / 2, Math.max(0, pulls[0] + pulls[1])];
  }

  /**
   * By how much each figure changes with the real probability of a key, per unit of it.
   *
   * @param sloped that the real cohort has
   * @param out [figures] gets them, in the order of `values`
   */
  realSlopes({ isLargest, real: y, synthetic: z, isCommon }: SlopedKey, out: Float32Array): void {
    const [realSum, realMean, sum, mean] = this.#sums;
    const [total, residual, log] = [this.#realSquares, this.#residual, this.#log];
    out[0] = -2 * (y - z) / total + 2 * residual * (y - realMean) / total ** 2;
    out[1] = (z - mean) / Math.sqrt(total * this.#squares) -
      this.values[1] * (y - realMean) / total;
    out[2] = residual === 0 ? 0 : (y - z) / (this.#keys * this.values[2]);
    const [own, other] = this.#logs(y, z);
    const slope = -2 * (own - other) / log.total +
      2 * log.residual * (own - log.mean) / log.total ** 2;
    out[3] = isCommon ? slope / (y * Math.LN10) : 0;
    const [p, q] = [y / realSum, z / sum];
    out[4] = (signOf(p, q) / 2 - this.#pulls.variation[0]) / realSum;
    out[5] = (Math.log2(2 * p / (p + q)) / 2 - this.#pulls.divergence[0]) / realSum;
    out[6] = isLargest ? Math.sign(y - z) : 0;
  }

  /**
   * By how much each figure changes with the synthetic probability of a key, per unit of it.
   *
   * @param sloped that the synthetic cohort has
   * @param out [figures] gets them, in the order of `values`
   */
  syntheticSlopes(
    { isLargest, real: y, synthetic: z, isCommon }: SlopedKey,
    out: Float32Array,
  ): void {
    const [realSum, realMean, sum, mean] = this.#sums;
    const [total, residual, log] = [this.#realSquares, this.#residual, this.#log];
    out[0] = 2 * (y - z) / total;
    out[1] = (y - realMean) / Math.sqrt(total * this.#squares) -
      this.values[1] * (z - mean) / this.#squares;
    out[2] = residual === 0 ? 0 : (z - y) / (this.#keys * this.values[2]);
    const [own, other] = this.#logs(y, z);
    out[3] = isCommon ? 2 * (own - other) / log.total / (z * Math.LN10) : 0;
    const [p, q] = [y / realSum, z / sum];
    out[4] = (signOf(q, p) / 2 - this.#pulls.variation[1]) / sum;
    out[5] = (Math.log2(2 * q / (p + q)) / 2 - this.#pulls.divergence[1]) / sum;
    out[6] = isLargest ? Math.sign(z - y) : 0;
  }

  /** The entry with the largest gap; one key of it has slopes like those of no other key. */
  get largest(): number {
    return this.#largest;
  }

  /** Σ (y − ȳ)²: by what an error is divided in R². */
  get total(): number {
    return this.#realSquares;
  }

  #logs(real: number, synthetic: number): [real: number, synthetic: number] {
    return [
      Math.log10(Math.max(this.#halves[0], real)),
      Math.log10(Math.max(this.#halves[1], synthetic)),
    ];
  }
}
