/**
 * The privacy budget of a training.
 *
 * @module
 */
export function checkEpsilon(epsilon: number): void {
  if (epsilon >= 0 && epsilon < Infinity) return;
  throw new RangeError(`Cannot account for an epsilon of ${epsilon}: it must be a number of at least 0`);
}
export function checkDelta(delta: number): void {
  if (delta > 0 && delta < 1) return;
  throw new RangeError(`Cannot account for a delta of ${delta}: it must be above 0 and below 1`);
}
