/**
 * The privacy loss of one step, on a grid: a distribution that is never better than the true one.
 *
 * The privacy loss is the logarithm of how much likelier an outcome is under P than under Q, where
 * the outcome comes from P. A loss between two points of the grid is shared out to both so that its
 * probabilities under P and under Q stay what they are ("connect the dots", Doroshenko, Ghazi,
 * Kamath, Kumar & Manurangsi 2022). Then δ is exact at the grid's points and too large between
 * them, by the square of the grid's spacing.
 *
 * @module
 */
import { logRatio, whereLogRatio } from "./likelihood_ratio.ts";
import type { NoisyStep } from "./noisy_steps.ts";

/** Whether P is the training with the patient, and Q without (`remove`), or P without (`add`). */
export type Direction = "remove" | "add";

/** Probabilities of losses on a grid. */
export interface GridLosses {
  /** Distance of the grid's points. */
  readonly spacing: number;
  /** The first loss, in spacings. */
  readonly first: number;
  /** [points] probability of each loss. */
  readonly masses: Float64Array;
  /** Upper bound of the probability of all other outcomes, which count as an infinite loss. */
  readonly lost: number;
}

/** Nodes in [-1, 1] and weights of a rule of Gauss and Legendre. */
type Rule = readonly (readonly [node: number, weight: number])[];
const fivePoints: Rule = [
  [-0.906179845938664, 0.23692688505618908],
  [-0.5384693101056831, 0.47862867049936647],
  [0, 0.5688888888888889],
  [0.5384693101056831, 0.47862867049936647],
  [0.906179845938664, 0.23692688505618908],
];
const twoPoints: Rule = [[-Math.sqrt(1 / 3), 1], [Math.sqrt(1 / 3), 1]];

/** The density of an outcome z under P. */
function density(step: NoisyStep, direction: Direction, z: number): number {
  const { samplingRate: q, noiseMultiplier: sigma } = step;
  const normal = (mean: number) =>
    Math.exp(-(((z - mean) / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI));
  return direction === "add" ? normal(0) : (1 - q) * normal(0) + q * normal(1);
}

/**
 * The privacy loss of one step.
 *
 * Outcomes are summed interval by interval, between which the loss crosses a point of the grid, so
 * that no number is a difference of larger ones.
 *
 * @param negligible probability of outcomes that may count as an infinite loss, below 0.1
 */
export function lossOnGrid(
  step: NoisyStep,
  direction: Direction,
  spacing: number,
  negligible: number,
): GridLosses {
  const sigma = step.noiseMultiplier;
  // each side has at most exp(-reach² / 2) / 2 beyond
  const reach = Math.sqrt(-2 * Math.log(negligible));
  const [low, high] = [-reach * sigma, (direction === "add" ? 0 : 1) + reach * sigma];
  const widest = Math.min(0.1 * sigma, 0.25 * sigma ** 2);
  const bottom = Math.floor(logRatio(step, low) / spacing);
  const top = Math.max(bottom + 1, Math.ceil(logRatio(step, high) / spacing));
  const first = direction === "add" ? -top : bottom;
  const masses = new Float64Array(top - bottom + 1);
  const whole = -Math.expm1(-spacing);
  for (let at = bottom; at < top; at++) { // log ratios from at · spacing to (at + 1) · spacing
    const start = at === bottom ? low : Math.max(low, whereLogRatio(step, at * spacing));
    const end = at === top - 1 ? high : Math.min(high, whereLogRatio(step, (at + 1) * spacing));
    if (!(end > start)) continue;
    const floor = direction === "add" ? -(at + 1) : at; // the lower of both losses
    const pieces = Math.ceil((end - start) / widest);
    const half = (end - start) / pieces / 2;
    const rule = half < widest / 100 ? twoPoints : fivePoints; // both to rounding
    for (let piece = 0; piece < pieces; piece++) {
      for (const [node, weight] of rule) {
        const z = start + half * (2 * piece + 1 + node);
        const mass = half * weight * density(step, direction, z);
        const loss = direction === "add" ? -logRatio(step, z) : logRatio(step, z);
        const upper = -Math.expm1(floor * spacing - loss) / whole;
        const share = Math.min(1, Math.max(0, upper));
        masses[floor - first] += mass * (1 - share);
        masses[floor + 1 - first] += mass * share;
      }
    }
  }
  return { spacing, first, masses, lost: negligible };
}
