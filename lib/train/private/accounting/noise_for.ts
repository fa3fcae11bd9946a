/**
 * The noise that a training needs to stay within a privacy budget.
 *
 * @module
 */
import { checkPrivacyBudget, type PrivacyBudget } from "./budget.ts";
import { lastWhole } from "./last_whole.ts";
import { checkSteps } from "./noisy_steps.ts";
import { epsilonSpent } from "./pld.ts";

/** Noise multipliers are multiples of 1 / 10,000. */
const parts = 10_000;

/**
 * The smallest noise multiplier with which a training stays within its privacy budget, rounded up
 * to 4 decimals.
 *
 * @example
 * ```ts
 * import { epsilonSpent, noiseFor } from "ehrloom";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const budget = { epsilon: 8, delta: 1e-5 };
 * const planned = { samplingRate: 0.04, steps: 2000 };
 * const noiseMultiplier = noiseFor(planned, budget);
 * assert(epsilonSpent([{ ...planned, noiseMultiplier }], budget.delta) <= budget.epsilon);
 * assertEquals(noiseMultiplier, 1.29);
 * ```
 *
 * @param planned sampling rate of the training, in (0, 1], and its number of steps, at least 1
 * @returns at least 0.01
 * @throws {RangeError} If a number is out of range, or the budget needs a multiplier above a million
 */
export function noiseFor(
  planned: { readonly samplingRate: number; readonly steps: number },
  { epsilon, delta }: PrivacyBudget,
): number {
  checkPrivacyBudget({ epsilon, delta });
  checkSteps([{ ...planned, noiseMultiplier: 1 }]);
  if (planned.steps === 0) {
    throw new RangeError("Cannot choose the noise of 0 steps: plan at least 1");
  }
  const left = (at: number) =>
    // increases with noise
    epsilon - epsilonSpent([{ ...planned, noiseMultiplier: at / parts }], delta);
  let enough = parts;
  while (left(enough) < 0) {
    if (enough * 2 > 1e6 * parts) {
      throw new RangeError(
        `Cannot keep ${planned.steps} steps within an epsilon of ${epsilon}: the noise multiplier ` +
          "would be above 500000; take fewer steps or a lower sampling rate",
      );
    }
    enough *= 2;
  }
  let tooLittle = enough / 2;
  while (left(tooLittle) >= 0) {
    if (tooLittle <= 0.01 * parts) return 0.01;
    [enough, tooLittle] = [tooLittle, Math.max(0.01 * parts, Math.floor(tooLittle / 2))];
  }
  return (lastWhole(left, tooLittle, enough) + 1) / parts;
}
