/**
 * Numbers and texts as the summary writes them.
 *
 * @module
 */
import type { Estimate } from "../bootstrap.ts";

/** A number with a minus sign instead of a hyphen. */
export const fixed = (value: number, digits: number) => value.toFixed(digits).replace("-", "−");

/** A difference with its sign. */
export const signed = (value: number, digits: number) =>
  (value >= 0 ? "+" : "") + fixed(value, digits);

/** A share as a percentage. */
export const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

/** A mean: one digit behind the point, two if it is below 10. */
export const mean = (value: number) => value.toFixed(Math.abs(value) < 10 ? 2 : 1);

/** A text that begins a sentence. */
export const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The same within a sentence. */
export const small = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);

/** Whether an interval does not hold 0. */
export const excludesZero = ({ low, high }: Estimate) => low > 0 || high < 0;
