/**
 * What an accountant must know of private training: a list of steps with their sampling rates and
 * noise multipliers. It is plain JSON, so a run can store it; JSON keeps each number exactly.
 *
 * @module
 */

/** One step of private training: Gaussian noise on the gradients of a Poisson sample of patients. */
export interface NoisyStep {
  /** Sampling rate: the probability of each patient to be in the step's batch, in (0, 1]. */
  readonly samplingRate: number;
  /** Noise multiplier: the noise's standard deviation as a multiple of the clipping bound, from 0.01 to a million. */
  readonly noiseMultiplier: number;
}

/** A number of equal steps of private training. */
export interface NoisySteps extends NoisyStep {
  /** How many steps, a whole number from 0 to 100 million. */
  readonly steps: number;
}

/** With less noise, ε is in the thousands. */
const leastNoise = 0.01;
/** With more noise, the differences of both distributions are lost in rounding. */
const mostNoise = 1e6;
/** With more steps, the sum of losses needs more points than fit into memory. */
const mostSteps = 1e8;

/**
 * Checks a step.
 *
 * @throws {RangeError} If the sampling rate or the noise multiplier is out of range
 */
export function checkStep({ samplingRate, noiseMultiplier }: NoisyStep): void {
  if (!(samplingRate > 0 && samplingRate <= 1)) {
    throw new RangeError(
      `Cannot account for a sampling rate of ${samplingRate}: it must be above 0 and at most 1`,
    );
  }
  if (!(noiseMultiplier >= leastNoise && noiseMultiplier <= mostNoise)) {
    throw new RangeError(
      `Cannot account for a noise multiplier of ${noiseMultiplier}: it must be above 0, ` +
        `between ${leastNoise} and ${mostNoise}`,
    );
  }
}

/**
 * Checks a list of steps.
 *
 * @throws {RangeError} If a number is out of range
 */
export function checkSteps(taken: readonly NoisySteps[]): void {
  for (const each of taken) {
    checkStep(each);
    if (Number.isInteger(each.steps) && each.steps >= 0 && each.steps <= mostSteps) continue;
    throw new RangeError(
      `Cannot account for ${each.steps} steps: the number must be whole, from 0 to ${mostSteps}`,
    );
  }
}

/**
 * The steps taken so far and further ones, as a list that is as short as possible.
 *
 * The order of steps changes nothing in what they disclose, so steps with the same sampling rate and
 * noise multiplier become one entry.
 *
 * @example A training whose noise changes, and what a checkpoint keeps of it
 * ```ts
 * import { type NoisySteps, withSteps } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * let taken: readonly NoisySteps[] = [];
 * for (const noiseMultiplier of [1, 1, 0.8, 1]) {
 *   taken = withSteps(taken, { samplingRate: 0.1, noiseMultiplier, steps: 1 });
 * }
 * assertEquals(taken, [
 *   { samplingRate: 0.1, noiseMultiplier: 1, steps: 3 },
 *   { samplingRate: 0.1, noiseMultiplier: 0.8, steps: 1 },
 * ]);
 * assertEquals(JSON.parse(JSON.stringify(taken)), taken);
 * ```
 *
 * @throws {RangeError} If a number is out of range
 */
export function withSteps(
  taken: readonly NoisySteps[],
  ...further: readonly NoisySteps[]
): NoisySteps[] {
  checkSteps(taken);
  checkSteps(further);
  const shortest: NoisySteps[] = [];
  for (const { samplingRate, noiseMultiplier, steps } of [...taken, ...further]) {
    if (steps === 0) continue;
    const at = shortest.findIndex((other) =>
      other.samplingRate === samplingRate && other.noiseMultiplier === noiseMultiplier
    );
    if (at < 0) shortest.push({ samplingRate, noiseMultiplier, steps });
    else shortest[at] = { samplingRate, noiseMultiplier, steps: shortest[at].steps + steps };
  }
  return shortest;
}
