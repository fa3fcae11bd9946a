/**
 * The standard normal distribution.
 *
 * @module
 */

/**
 * The probability of a number below x.
 *
 * @see Marsaglia 2004, "Evaluating the Normal Distribution": a series that converges everywhere
 */
export function normalCdf(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  let [term, sum] = [x, x];
  for (let i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
    term *= x * x / i;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * The number below which a share of the distribution is, to 1e-9.
 *
 * @param share between 1e-9 and 1 - 1e-9
 */
export function normalQuantile(share: number): number {
  let [low, high] = [-8, 8];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
