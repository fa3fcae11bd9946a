/**
 * Where a function over whole numbers crosses zero, in few evaluations.
 *
 * @module
 */

/**
 * The largest whole number at which an increasing function is at most 0.
 *
 * By the Illinois form of regula falsi: each guess is where the line through both ends crosses
 * zero, and an end that stays counts half.
 *
 * @param low where it is at most 0
 * @param high where it is above 0
 */
export function lastWhole(increasing: (at: number) => number, low: number, high: number): number {
  let [below, above] = [increasing(low), increasing(high)];
  let stayed: "low" | "high" | undefined;
  while (high - low > 1) {
    const guess = Math.round(low - below * (high - low) / (above - below));
    const at = Math.min(high - 1, Math.max(low + 1, guess));
    const value = increasing(at);
    if (value <= 0) {
      [low, below] = [at, value];
      if (stayed === "high") above /= 2;
      stayed = "high";
    } else {
      [high, above] = [at, value];
      if (stayed === "low") below /= 2;
      stayed = "low";
    }
  }
  return low;
}
