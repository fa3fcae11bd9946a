import type { Estimate } from "./bootstrap.ts";
import { normal95 } from "./normal.ts";

/** Middle of Wilson's 95% interval of a share, and half its width. */
export function wilsonCentre(count: number, total: number): { middle: number; half: number } {
  const divisor = total + normal95 ** 2;
  return {
    middle: (count + normal95 ** 2 / 2) / divisor,
    half: normal95 / divisor * Math.sqrt(count * (total - count) / total + normal95 ** 2 / 4),
  };
}

/**
 * Wilson's 95% interval of a share (1927), within [0, 1]. It also says something of a share of 0,
 * where every resample would be 0.
 *
 * @param count of those that are counted
 * @param total of all, at least 1
 */
export function wilson(count: number, total: number): Estimate {
  const { middle, half } = wilsonCentre(count, total);
  return {
    value: count / total,
    low: count === 0 ? 0 : Math.max(0, middle - half),
    high: count === total ? 1 : Math.min(1, middle + half),
  };
}
