/**
 * The difference of two shares of the same patients.
 *
 * @module
 */
import type { Estimate } from "./bootstrap.ts";
import { wilson } from "./wilson.ts";

/** Correlation of two outcomes, smaller by Newcombe's correction for continuity; 0 if one is constant. */
function correlation(both: number, first: number, second: number, total: number): number {
  const [a, b, c] = [both, first - both, second - both];
  const d = total - a - b - c;
  const scale = Math.sqrt(first * (total - first) * second * (total - second));
  const product = a * d - b * c;
  const corrected = product > 0 ? Math.max(0, product - total / 2) : product;
  return scale === 0 ? 0 : corrected / scale;
}

/**
 * The first share minus the second, with the 95% interval of Newcombe (1998, paired data, method 10): made of
 * Wilson's intervals of both and of the correlation between them. It says something of shares of 0 too,
 * where every resample would be 0.
 *
 * @param first [patients] 1 where it is so
 * @param second [patients] the same of the other share; at least one patient
 */
export function pairedShareDifference(
  first: readonly boolean[],
  second: readonly boolean[],
): Estimate {
  const total = first.length;
  const [own, other] = [first, second].map((all) => all.filter((each) => each).length);
  const both = first.filter((each, i) => each && second[i]).length;
  const together = correlation(both, own, other, total);
  const [p, q] = [wilson(own, total), wilson(other, total)];
  const distance = (a: number, b: number) =>
    Math.sqrt(Math.max(0, a ** 2 - 2 * together * a * b + b ** 2));
  const value = p.value - q.value;
  return {
    value,
    low: value - distance(p.value - p.low, q.high - q.value),
    high: value + distance(p.high - p.value, q.value - q.low),
  };
}
