/**
 * The standard normal distribution.
 *
 * @module
 */

/** 97.5th percentile: half the width of a 95% interval, in standard errors. */
export const normal95 = 1.959963984540054;

/**
 * The probability that a standard normal variable is at least z.
 *
 * Near 0 by the series of the error function, beyond by Laplace's continued fraction (Abramowitz &
 * Stegun 7.1.6 and 7.1.14); relative error below 1e-12.
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let [term, sum] = [z, z];
    for (let k = 3; term > 1e-17; k += 2) sum += term *= z * z / k;
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let k = 100; k > 0; k--) fraction = z + k / fraction;
  return density / fraction;
}

/**
 * The number below which a share of the standard normal distribution is, to 1e-9.
 *
 * @param share between 1e-9 and 1 - 1e-9
 */
export function normalQuantile(share: number): number {
  let [low, high] = [-8, 8];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalTail(-middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
