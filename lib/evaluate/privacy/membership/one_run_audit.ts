/**
 * An audit of differential privacy by one training run (Steinke, Nasr & Jagielski 2023): each of many
 * canaries is in training by the toss of a coin, and from the result one guesses which are. Under
 * (ε, δ)-differential privacy only so many guesses can be right.
 *
 * @module
 */
import { binomialTail, logBinomial } from "../../binomial.ts";

/** Guesses about canaries. */
export interface AuditedGuesses {
  /** Canaries, each of which was in training by a fair coin. */
  readonly canaries: number;
  /** Guesses that were made; one may abstain on the other canaries. */
  readonly guesses: number;
  /** How many of them were right. */
  readonly right: number;
}

/** How certain a bound shall be. */
export interface AuditOptions {
  /** The δ of (ε, δ); default 0. */
  readonly delta?: number | undefined;
  /** Probability that the bound holds; default 0.95. */
  readonly confidence?: number | undefined;
}

/** The probability of so many right guesses or more, at most, under (ε, δ)-differential privacy. */
function auditTail(
  { canaries, guesses, right }: AuditedGuesses,
  epsilon: number,
  delta: number,
): number {
  const share = 1 / (1 + Math.exp(-epsilon));
  const tail = binomialTail(right, guesses, share);
  if (delta === 0) return tail;
  if (right === 0) return 1;
  let [most, sum] = [0, 0]; // of (probability of `right` - i up to `right` - 1) / i
  let log = logBinomial(right - 1, guesses, share);
  for (let i = 1; i <= right; i++) {
    sum += Math.exp(log);
    most = Math.max(most, sum / i);
    const k = right - i;
    if (k > 0) log += Math.log(k / (guesses - k + 1)) - epsilon; // (1 - share) / share is e^-epsilon
  }
  return Math.min(1, tail + 2 * canaries * delta * most);
}

/**
 * A lower bound of epsilon from guesses about canaries.
 *
 * @example 100 of 100 right
 * ```ts
 * import { oneRunAudit } from "ehrloom";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const epsilon = oneRunAudit({ canaries: 100, guesses: 100, right: 100 });
 * const share = 0.05 ** (1 / 100); // whose 100th power is 5%
 * assertAlmostEquals(epsilon, Math.log(share / (1 - share)), 1e-6);
 * ```
 *
 * @returns at least 0; 0 says only that the guesses show nothing
 * @throws {RangeError} If there are more right guesses than guesses, or more guesses than canaries
 * @see Steinke, Nasr & Jagielski 2023, theorem 5.2
 */
export function oneRunAudit(
  audited: AuditedGuesses,
  { delta = 0, confidence = 0.95 }: AuditOptions = {},
): number {
  const { canaries, guesses, right } = audited;
  if (!(right >= 0 && right <= guesses && guesses <= canaries)) {
    throw new RangeError(
      `Cannot audit ${right} right of ${guesses} guesses about ${canaries} canaries`,
    );
  }
  const level = 1 - confidence;
  if (auditTail(audited, 0, delta) > level) return 0;
  let [low, high] = [0, 50];
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (auditTail(audited, middle, delta) <= level) low = middle;
    else high = middle;
  }
  return low;
}
