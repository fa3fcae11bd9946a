/**
 * The privacy budget of a training: what it may disclose, and how many steps that allows.
 *
 * @module
 */
import { lastWhole } from "./last_whole.ts";
import { checkSteps, type NoisySteps, withSteps } from "./noisy_steps.ts";
import { epsilonSpent } from "./pld.ts";
import { checkDelta, checkEpsilon } from "./ranges.ts";

/** What a training may disclose of any one patient. */
export interface PrivacyBudget {
  /** The ε of differential privacy, above 0. */
  readonly epsilon: number;
  /** The δ of differential privacy: below 1 / N for N patients, at least 1e-30. */
  readonly delta: number;
}

/**
 * Checks a privacy budget.
 *
 * With a δ of 1 / N, a method that publishes the whole record of a patient drawn at random would
 * count as private; so δ must be lower.
 *
 * @example
 * ```ts
 * import { checkPrivacyBudget } from "ehrloom";
 * import { assertThrows } from "@std/assert";
 *
 * checkPrivacyBudget({ epsilon: 8, delta: 1e-5 }, 10_000);
 * assertThrows(() => checkPrivacyBudget({ epsilon: 8, delta: 1e-3 }, 1_000), RangeError, "1 / 1000");
 * ```
 *
 * @param patients how many patients it protects, at least 1; δ is compared with it where it is given
 * @throws {RangeError} If ε or δ is out of range, or δ is not below 1 / N
 */
export function checkPrivacyBudget({ epsilon, delta }: PrivacyBudget, patients?: number): void {
  checkEpsilon(epsilon);
  if (epsilon === 0) {
    throw new RangeError(
      "Cannot use an epsilon of 0: must be above 0, since what is learned always discloses something",
    );
  }
  checkDelta(delta);
  if (patients === undefined) return;
  if (!(Number.isInteger(patients) && patients >= 1)) {
    throw new RangeError(
      `Cannot protect ${patients} patients: the number must be whole, at least 1`,
    );
  }
  if (delta < 1 / patients) return;
  throw new RangeError(
    `Cannot protect ${patients} patients with a delta of ${delta}: it must be below ` +
      `1 / ${patients}, since otherwise one whole record could be published`,
  );
}

/**
 * How many of the planned steps a training can take before its privacy budget is spent.
 *
 * It depends only on the steps taken and planned, so a training that is killed and resumed ends
 * after the same step. A single step would overspend the budget if none of one is left.
 *
 * @example
 * ```ts
 * import { epsilonSpent, stepsLeft, withSteps } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const budget = { epsilon: 2, delta: 1e-5 };
 * const planned = { samplingRate: 0.1, noiseMultiplier: 2, steps: 1000 };
 * const steps = stepsLeft([], planned, budget);
 * const taken = withSteps([], { ...planned, steps });
 * assert(epsilonSpent(taken, budget.delta) <= budget.epsilon);
 * assert(stepsLeft(taken, { ...planned, steps: 1 }, budget) === 0);
 * ```
 *
 * @returns from 0 to the number of planned steps
 * @throws {RangeError} If a number is out of range
 */
export function stepsLeft(
  taken: readonly NoisySteps[],
  planned: NoisySteps,
  { epsilon, delta }: PrivacyBudget,
): number {
  checkPrivacyBudget({ epsilon, delta });
  checkSteps([planned]);
  const excess = (steps: number) =>
    epsilonSpent(withSteps(taken, { ...planned, steps }), delta) - epsilon;
  if (excess(planned.steps) <= 0) return planned.steps;
  if (excess(0) > 0) return 0;
  return lastWhole(excess, 0, planned.steps);
}
