/**
 * Log odds ratios of two-by-two tables, and how well two of them agree.
 *
 * @module
 */
import type { Estimate } from "../../bootstrap.ts";
import { normal95 } from "../../normal.ts";

/** Counts of patients by an exposure and an outcome: a two-by-two table. */
export interface Table {
  /** With the exposure and the outcome. */
  readonly both: number;
  /** With the exposure only. */
  readonly exposed: number;
  /** With the outcome only. */
  readonly outcome: number;
  /** With neither. */
  readonly neither: number;
}

/** A log odds ratio and its standard error. */
export interface LogOddsRatio {
  /** 0 for no association. */
  readonly value: number;
  /** Above 0. */
  readonly error: number;
}

/**
 * The log odds ratio, with half a patient added to each cell, so that it is finite where a cell is empty
 * (Haldane 1956, Anscombe 1956). Its standard error is Woolf's (1955).
 *
 * @example No association
 * ```ts
 * import { logOddsRatio } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logOddsRatio({ both: 5, exposed: 5, outcome: 5, neither: 5 }).value, 0);
 * ```
 */
export function logOddsRatio({ both, exposed, outcome, neither }: Table): LogOddsRatio {
  const cells = [both, neither, exposed, outcome].map((each) => each + 0.5);
  const [a, d, b, c] = cells;
  return {
    value: Math.log(a * d / (b * c)),
    error: Math.sqrt(cells.reduce((sum, each) => sum + 1 / each, 0)),
  };
}

/** With Woolf's 95% interval. */
export function intervalOf({ value, error }: LogOddsRatio): Estimate {
  return { value, low: value - normal95 * error, high: value + normal95 * error };
}

/** Whether the 95% interval excludes 0. */
export function isSignificant({ value, error }: LogOddsRatio): boolean {
  return Math.abs(value) > normal95 * error;
}

/**
 * How far two intervals overlap: the mean of the shares of each that the other covers
 * (Karr et al. 2006). 1 if they are equal; below 0, by the gap between them, if they do not meet.
 */
export function intervalOverlap(a: LogOddsRatio, b: LogOddsRatio): number {
  const [of, other] = [intervalOf(a), intervalOf(b)];
  const shared = Math.min(of.high, other.high) - Math.max(of.low, other.low);
  return (shared / (of.high - of.low) + shared / (other.high - other.low)) / 2;
}
