/**
 * Numbers of successes in independent cases: exact probabilities and intervals.
 *
 * @module
 */
import type { Estimate } from "./bootstrap.ts";

/** Natural logarithm of the number of ways to choose k of n. */
function logChoices(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log((n - Math.min(k, n - k) + i) / i);
  return sum;
}

/**
 * Natural logarithm of the probability of exactly k successes.
 *
 * @param p above 0 and below 1
 */
export function logBinomial(k: number, n: number, p: number): number {
  return logChoices(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p);
}

/**
 * The probability of at least k successes in n independent cases.
 *
 * @param p probability of a success, in [0, 1]
 */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n || p <= 0) return 0;
  if (p >= 1) return 1;
  // from the largest term on, so that small terms are lost at most
  const isUpper = k > n * p;
  let term = Math.exp(logBinomial(isUpper ? k : k - 1, n, p));
  let sum = 0;
  if (isUpper) {
    for (let i = k; i <= n && term > 0; i++) {
      sum += term;
      term *= (n - i) / (i + 1) * p / (1 - p);
    }
    return Math.min(1, sum);
  }
  for (let i = k - 1; i >= 0 && term > 0; i--) {
    sum += term;
    term *= i / (n - i + 1) * (1 - p) / p;
  }
  return Math.max(0, 1 - sum);
}

/** Lower end of the exact interval, whose tail above has the given probability. */
function exactLow(count: number, total: number, tail: number): number {
  if (count === 0) return 0;
  let [low, high] = [0, count / total];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (binomialTail(count, total, middle) < tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The exact interval of a share (Clopper & Pearson 1934).
 *
 * @param confidence default 0.95
 */
export function clopperPearson(count: number, total: number, confidence = 0.95): Estimate {
  const tail = (1 - confidence) / 2;
  return {
    value: count / total,
    low: exactLow(count, total, tail),
    high: 1 - exactLow(total - count, total, tail),
  };
}
