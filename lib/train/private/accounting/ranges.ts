/**
 * The ranges of ε and δ.
 *
 * @module
 */

/** @throws {RangeError} If ε is negative, infinite or no number */
export function checkEpsilon(epsilon: number): void {
  if (epsilon >= 0 && epsilon < Infinity) return;
  throw new RangeError(`Cannot use an epsilon of ${epsilon}: it must be a number of at least 0`);
}

/** @throws {RangeError} If δ is out of range */
export function checkDelta(delta: number): void {
  if (delta >= 1e-30 && delta < 1) return;
  throw new RangeError(
    `Cannot use a delta of ${delta}: it must be above 0, at least 1e-30, and below 1`,
  );
}
