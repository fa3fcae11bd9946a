/**
 * Kaplan and Meier's estimate (1958) of the share of patients without an event, over equally long
 * intervals of time.
 *
 * @module
 */
import { normal95 } from "../../normal.ts";

/**
 * The share of patients without the event, from the beginning of each interval to that of the next.
 * Events of an interval are put at its beginning, and censored patients leave at its end. If the last
 * patients are censored, the curve stays where it is.
 *
 * @example Four patients: one event in the first year, one in the second, two observed longer
 * ```ts
 * import { kaplanMeier } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...kaplanMeier([1, 1], [0, 0], 2)], [3 / 4, 3 / 4 * (1 - 1 / 3)]);
 * ```
 *
 * @param events [intervals] patients with the event
 * @param censored [intervals] patients who were observed up to here without it
 * @param beyond patients who are observed longer than all intervals
 * @returns [intervals] in [0, 1]; all 1 without patients
 * @see Kaplan & Meier 1958, "Nonparametric Estimation from Incomplete Observations"
 */
export function kaplanMeier(
  events: ArrayLike<number>,
  censored: ArrayLike<number>,
  beyond: number,
): Float64Array {
  let atRisk = beyond;
  for (let i = 0; i < events.length; i++) atRisk += events[i] + censored[i];
  let survival = 1;
  return Float64Array.from(events, (count, i) => {
    if (atRisk > 0) survival *= 1 - count / atRisk;
    atRisk -= count + censored[i];
    return survival;
  });
}

/**
 * Pointwise 95% intervals of the same curve, from Greenwood's variance (1926) of log(−log survival),
 * which keeps them within [0, 1] (Kalbfleisch and Prentice 2002). Where the curve is 1 or 0 the variance
 * says nothing; the band is then the curve.
 *
 * @param events as in {@link kaplanMeier}
 * @param censored as in {@link kaplanMeier}
 * @param beyond as in {@link kaplanMeier}
 */
export function greenwoodBand(
  events: ArrayLike<number>,
  censored: ArrayLike<number>,
  beyond: number,
): { low: Float64Array; high: Float64Array } {
  const curve = kaplanMeier(events, censored, beyond);
  const [low, high] = [curve.slice(), curve.slice()];
  let atRisk = beyond;
  for (let i = 0; i < events.length; i++) atRisk += events[i] + censored[i];
  let sum = 0;
  for (const [i, survival] of curve.entries()) {
    if (atRisk > 0) sum += events[i] / (atRisk * (atRisk - events[i]));
    atRisk -= events[i] + censored[i];
    if (survival === 0 || survival === 1) continue;
    const half = normal95 * Math.sqrt(sum) / Math.abs(Math.log(survival));
    low[i] = survival ** Math.exp(half);
    high[i] = survival ** Math.exp(-half);
  }
  return { low, high };
}

/** How far apart two curves are, as shares of the time that they cover. */
export interface CurveGap {
  /** Mean of |synthetic − real| over time, in [0, 1]; 0 is best. */
  readonly distance: number;
  /** Mean of synthetic − real, in [−1, 1]; above 0 events come too late or too seldom. */
  readonly optimism: number;
}

/** The gap between two curves over the same intervals (Norcliffe et al. 2023). */
export function curveGap(real: Float64Array, synthetic: Float64Array): CurveGap {
  let [distance, optimism] = [0, 0];
  for (let i = 0; i < real.length; i++) {
    distance += Math.abs(synthetic[i] - real[i]) / real.length;
    optimism += (synthetic[i] - real[i]) / real.length;
  }
  return { distance, optimism };
}
