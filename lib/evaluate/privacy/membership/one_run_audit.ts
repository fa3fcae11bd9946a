/**
 * An audit of differential privacy by one training run (Steinke, Nasr & Jagielski 2023): each of m
 * canaries is in training by the toss of a fair coin, and from the model one guesses of r of them whether
 * they are. Under (ε, δ)-differential privacy, for adding or removing one record, there is a bound on how
 * many guesses can be right.
 *
 * With δ = 0: before one sees the model, a coin's odds are 1 : 1, whatever the other coins are. The
 * model changes them by at most the factor e^ε, so each guess is right with a probability of at most
 * q = e^ε / (1 + e^ε), also given the guesses before it. So at least v of r guesses are right with a
 * probability of at most β = P[W ≥ v], where W is binomial with r cases of probability q.
 *
 * With δ > 0, theorem 5.2 of the paper adds 2 m δ α, where α is the largest of P[v − i ≤ W < v] / i for
 * i = 1, 2, …, v: each of the m canaries may be given away with a probability of about δ, and who is given
 * away by i canaries needs i right guesses fewer.
 *
 * Every ε at which β + 2 m δ α is at most 5% is refuted with 95% confidence. So is every smaller one,
 * since what is (ε, δ)-private is so for all larger ε. The largest refuted ε is the lower bound. It
 * says nothing about how the guesses were made, so a bad attack gives a low bound, never a wrong one.
 *
 * @see Steinke, Nasr & Jagielski 2023, theorem 5.2 and appendix D
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

/** β + 2 m δ α: the largest probability of this number of right guesses under (ε, δ)-differential privacy. */
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
 * A lower bound of epsilon from guesses about canaries. How many guesses there are must be fixed before
 * one knows which are right.
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
