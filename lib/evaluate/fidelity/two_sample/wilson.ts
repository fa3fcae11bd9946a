/**
 * Wilson's 95% interval of a share (1927): of counts near none or all it is not empty, as that of
 * resamples would be.
 *
 * @module
 */
import type { Estimate } from "../../bootstrap.ts";

/** A share of so many with its interval. */
export function wilson(share: number, total: number): Estimate {
  const z = 1.959963984540054;
  const middle = share + z ** 2 / (2 * total);
  const half = z * Math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2);
  const end = (value: number) => Math.min(1, Math.max(0, value / (1 + z ** 2 / total)));
  return {
    value: share,
    low: share === 0 ? 0 : end(middle - half),
    high: share === 1 ? 1 : end(middle + half),
  };
}
