/**
 * The accountant by Rényi differential privacy: quick, and 8 to 19% above the true ε in usual
 * trainings. The headline is `pld.ts`; this one is an independent check.
 *
 * Mironov, Talwar & Zhang 2019, "Rényi differential privacy of the sampled Gaussian mechanism".
 *
 * @module
 */
import { checkDelta } from "./ranges.ts";
import { logRatio } from "./likelihood_ratio.ts";
import { checkStep, checkSteps, type NoisyStep, type NoisySteps } from "./noisy_steps.ts";

/** What {@link epsilonByRdp} gives. */
export interface RdpEpsilon {
  /** Upper bound of ε, at least 0. */
  readonly epsilon: number;
  /** The order of the Rényi divergence that gave it; undefined without steps. */
  readonly order: number | undefined;
  /** Whether it is the first or last order that was tried: a better one may lie beyond. */
  readonly isAtEnd: boolean;
}

/** Orders that are tried: those of Opacus (1.1 to 10.9, 12 to 63), and larger ones for small ε. */
export const orders: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => (11 + i) / 10),
  ...Array.from({ length: 52 }, (_, i) => 12 + i),
  ...[80, 96, 128, 192, 256, 384, 512, 1024],
];

/** Logarithm of the sum of numbers that are given by their logarithms. */
function logSum(logs: readonly number[]): number {
  const largest = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  if (largest === -Infinity) return largest;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
}

/** Logarithm of e^x - 1 for x above 0. */
function logExpm1(x: number): number {
  return x > 30 ? x + Math.log1p(-Math.exp(-x)) : Math.log(Math.expm1(x));
}

/** Logarithm of E[ratio^order] - 1 for a whole order: the binomial sum, all of whose terms are positive. */
function logMomentWhole({ samplingRate: q, noiseMultiplier: sigma }: NoisyStep, order: number) {
  const terms: number[] = [];
  let logChoices = 0;
  for (let i = 1; i <= order; i++) {
    logChoices += Math.log((order - i + 1) / i);
    if (i === 1) continue; // this term's part of 1 is all of it
    const growth = logExpm1((i * i - i) / (2 * sigma ** 2));
    terms.push(logChoices + (order - i) * Math.log1p(-q) + i * Math.log(q) + growth);
  }
  return logSum(terms);
}

/** Logarithm of (1 + t)^order - 1 - order t, which is never negative, where log(1 + t) is given. */
function logConvexPart(order: number, log1pt: number): number {
  const t = Math.expm1(log1pt);
  if (Math.abs(order * t) < 1e-4) { // Taylor's series, to a relative 1e-12
    const [second, third] = [(order - 2) * t / 3, (order - 3) * t / 4];
    return Math.log(order * (order - 1) / 2 * t * t * (1 + second * (1 + third)));
  }
  const power = order * log1pt;
  if (power > 30) return power + Math.log1p(-Math.exp(-power) - order * t * Math.exp(-power));
  return Math.log(Math.expm1(power) - order * t);
}

/**
 * Logarithm of E[ratio^order] - 1 for any order, by the trapezoidal rule.
 *
 * The expectation of the ratio is 1, so the part that is linear in it is left out before summing;
 * what is left is positive. The integrand has no singularity nearer than π σ² to the real line, so
 * the error falls geometrically as the points come closer, and is that of rounding here.
 */
function logMomentFractional(step: NoisyStep, order: number): number {
  const sigma = step.noiseMultiplier;
  const spacing = Math.min(0.1, 0.4 * sigma); // in standard deviations
  const terms: number[] = [];
  for (let u = -12; u < order / sigma + 12; u += spacing) {
    terms.push(logConvexPart(order, logRatio(step, u * sigma)) - u * u / 2);
  }
  return logSum(terms) + Math.log(spacing / Math.sqrt(2 * Math.PI));
}

/**
 * The Rényi divergence of one step of private training: the sum of noisy gradients with a patient,
 * from that without, whichever of the two is first.
 *
 * @example Without sampling, it is order / (2 σ²)
 * ```ts
 * import { renyiDivergence } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(renyiDivergence({ samplingRate: 1, noiseMultiplier: 2 }, 4), 0.5);
 * ```
 *
 * @param order above 1, whole or not
 * @returns in nats, above 0
 * @throws {RangeError} If the step or the order is out of range
 */
export function renyiDivergence(step: NoisyStep, order: number): number {
  checkStep(step);
  if (!(order > 1 && order < Infinity)) {
    throw new RangeError(`Cannot compute a Rényi divergence of order ${order}: it must be above 1`);
  }
  if (step.samplingRate === 1) return order / (2 * step.noiseMultiplier ** 2);
  const logMoment = Number.isInteger(order)
    ? logMomentWhole(step, order)
    : logMomentFractional(step, order);
  return (logMoment > 30 ? logMoment : Math.log1p(Math.exp(logMoment))) / (order - 1);
}

/**
 * Upper bound of ε by Rényi differential privacy.
 *
 * The divergences of all steps are added, and turned into ε at δ by Canonne, Kamath & Steinke 2020
 * (proposition 12), at the best of the {@link orders}.
 *
 * @example
 * ```ts
 * import { epsilonByRdp } from "ehrloom";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const taken = [{ samplingRate: 0.04, noiseMultiplier: 1.5, steps: 2250 }];
 * const { epsilon, order } = epsilonByRdp(taken, 1e-5);
 * assertAlmostEquals(epsilon, 7.32911117, 1e-8);
 * assertAlmostEquals(order ?? 0, 3.9);
 * ```
 *
 * @param delta in (0, 1)
 * @throws {RangeError} If a number is out of range
 */
export function epsilonByRdp(taken: readonly NoisySteps[], delta: number): RdpEpsilon {
  checkSteps(taken);
  checkDelta(delta);
  if (taken.every(({ steps }) => steps === 0)) {
    return { epsilon: 0, order: undefined, isAtEnd: false };
  }
  const epsilons = orders.map((order) => {
    const rdp = taken.reduce((sum, each) => sum + each.steps * renyiDivergence(each, order), 0);
    return rdp + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
  });
  const best = epsilons.reduce((least, value, at) => value < epsilons[least] ? at : least, 0);
  return {
    epsilon: Math.max(0, epsilons[best]),
    order: orders[best],
    isAtEnd: best === 0 || best === orders.length - 1,
  };
}
