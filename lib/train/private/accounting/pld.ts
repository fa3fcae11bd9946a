/**
 * The accountant by privacy loss distributions: the headline. It gives upper bounds that are at most
 * 0.1% above the true ε.
 *
 * The loss of each kind of step is put on a grid (`loss_on_grid.ts`), the losses of all steps are
 * added (`composition.ts`), and ε or δ is read from their distribution, for a patient who is left
 * out and for one who is added; the worse counts. The grid is refined until that changes little.
 *
 * @module
 */
import { logMomentOfSum, type Part, pointsOf, summed, type Window } from "./composition.ts";
import { type Direction, type GridLosses, lossOnGrid } from "./loss_on_grid.ts";
import { checkSteps, type NoisySteps, withSteps } from "./noisy_steps.ts";
import { checkDelta, checkEpsilon } from "./ranges.ts";

/** Most points of a grid. Where a finer grid would need more, the bound stays looser. */
const mostPoints = 2 ** 21;

/** The first spacing of the grid, in deviations of the loss of a step. */
const firstSpacing = 0.04;

/** The probability outside the window, as a share of the δ in question. */
const negligible = 1e-8;

/** By how much δ is raised, as a share: rounding has changed it by 2e-7 at most. */
const rounding = 1e-6;

/** The variance of the loss of one step, roughly; exact without sampling. */
function variance({ samplingRate: q, noiseMultiplier: sigma }: NoisySteps): number {
  const growth = 1 / sigma ** 2;
  return growth > 600 ? growth + 2 * Math.log(q) : Math.log1p(q ** 2 * Math.expm1(growth));
}

/** What is asked of the losses. */
interface Question {
  /** The δ in question, roughly; much smaller probabilities are neglected. */
  readonly delta: number;
  /** How far a Chernoff bound is from the answer; the rate with the least decides. */
  readonly badness: (rate: number, logMoment: number) => number;
  /** What does not matter in the answer. */
  readonly smallest: number;
  /** The answer; an upper bound. */
  readonly answer: (losses: GridLosses) => number;
}

/** The window that a question needs, by Chernoff's bound. */
function windowFor(question: Question, parts: readonly Part[], deviation: number): Window {
  const [least, most] = [Math.min(0.1, 1 / (64 * deviation)), Math.max(100, 128 / deviation)];
  const count = Math.ceil(Math.log2(most / least));
  const moments = Array.from({ length: count }, (_, i) => {
    const rate = least * 2 ** i;
    return [rate, logMomentOfSum(parts, rate)] as const;
  });
  const [tilt, log] = moments.reduce((best, each) =>
    question.badness(...each) < question.badness(...best) ? each : best
  );
  const above = negligible * question.delta;
  const high = Math.min(...moments.map(([rate, log]) => (log - Math.log(above)) / rate));
  // both ends of the tilted losses, which are also probabilities
  const end = (sign: 1 | -1) =>
    Math.min(
      ...moments.map(([rate]) =>
        (logMomentOfSum(parts, tilt + sign * rate) - log - Math.log(negligible)) / rate
      ),
    );
  return { tilt, low: Math.min(0, -end(-1)), high: Math.max(0, high, end(1)), above };
}

/** The answer in one direction, on a grid that is fine enough. */
function answerIn(direction: Direction, taken: readonly NoisySteps[], question: Question): number {
  const total = taken.reduce((sum, each) => sum + each.steps * variance(each), 0);
  const count = taken.reduce((sum, { steps }) => sum + steps, 0);
  const cut = negligible * question.delta / count;
  let before = Infinity;
  for (let spacing = firstSpacing * Math.sqrt(total / count);; spacing /= 2) {
    const parts = taken.map((each) => {
      const losses = lossOnGrid(each, direction, spacing, cut);
      return { losses, logs: losses.masses.map(Math.log), steps: each.steps };
    });
    const finest = Math.max(...parts.map(({ logs }) => logs.length));
    if (before < Infinity && finest > mostPoints) return before;
    const window = windowFor(question, parts, Math.sqrt(total));
    if (before < Infinity && pointsOf(window, spacing) > mostPoints) return before;
    const answer = question.answer(summed(parts, window));
    if (before - answer <= 3e-4 * answer + question.smallest) return Math.min(before, answer);
    before = answer;
  }
}

/** The answer for the worse of both directions; 0 without steps. */
function worse(taken: readonly NoisySteps[], question: Question): number {
  const shortest = withSteps(taken);
  if (shortest.length === 0) return 0;
  return Math.max(answerIn("remove", shortest, question), answerIn("add", shortest, question));
}

/** Least ε, at least 0, at which losses have at most this δ. */
function epsilonAt({ spacing, first, masses, lost }: GridLosses, given: number): number {
  const delta = given / (1 + rounding);
  // sums over the losses above: of P, and of Q in units of its value at the loss
  let [above, aboveQ] = [lost, 0];
  for (let i = masses.length - 1; i >= 0 && first + i > 0; i--) {
    above += masses[i];
    aboveQ = (aboveQ + masses[i]) * Math.exp(-spacing);
    if (above - aboveQ > delta) {
      return (first + i - 1) * spacing + Math.max(0, Math.log((above - delta) / aboveQ));
    }
  }
  return 0;
}

/** The δ of losses at an ε. */
function deltaAt({ spacing, first, masses, lost }: GridLosses, epsilon: number): number {
  let delta = lost;
  for (let i = masses.length - 1; i >= 0; i--) {
    const excess = (first + i) * spacing - epsilon;
    if (excess <= 0) break;
    delta -= masses[i] * Math.expm1(-excess);
  }
  return Math.min(1, delta * (1 + rounding));
}

/**
 * The ε that private training has spent: what its steps disclose of any one patient is bounded by
 * (ε, δ) differential privacy.
 *
 * It holds for Poisson sampling, in which each patient is in a batch independently of all others. It
 * does not hold for shuffled epochs.
 *
 * @example 2,250 steps, each with 4% of the patients
 * ```ts
 * import { epsilonSpent } from "ehrloom";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const taken = [{ samplingRate: 0.04, noiseMultiplier: 1.5, steps: 2250 }];
 * assertAlmostEquals(epsilonSpent(taken, 1e-5), 6.769, 0.001);
 * ```
 *
 * @param delta at least 1e-30 and below 1; below 1 / N to protect N patients
 * @returns at least 0, and 0 without steps; at most 0.1% above the least ε
 * @throws {RangeError} If a number is out of range
 * @see Zhu, Dong & Wang 2022, "Optimal accounting of differential privacy via characteristic function"
 */
export function epsilonSpent(taken: readonly NoisySteps[], delta: number): number {
  checkSteps(taken);
  checkDelta(delta);
  return worse(taken, {
    delta,
    badness: (rate, logMoment) => (logMoment - Math.log(delta)) / rate,
    smallest: 1e-9,
    answer: (losses) => epsilonAt(losses, delta),
  });
}

/**
 * The δ at which private training has spent this ε.
 *
 * @example The inverse of `epsilonSpent`
 * ```ts
 * import { deltaSpent, epsilonSpent } from "ehrloom";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const taken = [{ samplingRate: 0.1, noiseMultiplier: 2, steps: 100 }];
 * const epsilon = epsilonSpent(taken, 1e-5);
 * assertAlmostEquals(deltaSpent(taken, epsilon) / 1e-5, 1, 0.005);
 * ```
 *
 * @param epsilon at least 0
 * @returns in [0, 1], and 0 without steps; an upper bound
 * @throws {RangeError} If a number is out of range
 */
export function deltaSpent(taken: readonly NoisySteps[], epsilon: number): number {
  checkSteps(taken);
  checkEpsilon(epsilon);
  for (let rough = 1e-12;; rough *= 1e-6) {
    const delta = worse(taken, {
      delta: rough,
      badness: (rate, logMoment) => logMoment - rate * epsilon,
      smallest: 0,
      answer: (losses) => deltaAt(losses, epsilon),
    });
    if (delta >= rough || delta === 0 || rough < 1e-29) return delta;
  }
}
