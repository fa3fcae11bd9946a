import type { Estimate } from "./bootstrap.ts";

/**
 * Wilson's 95% interval of a share (1927), within [0, 1]. It also says something of a share of 0,
 * where every resample would be 0.
 *
 * @param count of those that are counted
 * @param total of all, at least 1
 */
export function wilson(count: number, total: number): Estimate {
  const z = 1.959963984540054;
  const share = count / total;
  const middle = share + z ** 2 / (2 * total);
  const half = z * Math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2);
  const end = (value: number) => Math.min(1, Math.max(0, value / (1 + z ** 2 / total)));
  return {
    value: share,
    low: count === 0 ? 0 : end(middle - half),
    high: count === total ? 1 : end(middle + half),
  };
}
