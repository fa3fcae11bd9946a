/**
 * Bins of a number, so that a token can stand for it: fitted on what was measured, and back to a
 * number by a uniform draw. Bin i holds what lies above edge i and up to edge i + 1, the first its
 * lower edge too; what lies beyond the ends goes to the end bins. The published code lowers the
 * first edge by a thousandth of the range instead of closing the bin, and so draws numbers,
 * negative ones among them, that nobody measured.
 *
 * @see docs/specs/synehrgy.md sections 2 and 8
 * @module
 */
import { quantile } from "../../cohort/quantile.ts";

/** How {@link fittedEdges} cuts a range. */
export interface BinOptions {
  /** Most bins; there are fewer where there are fewer than five distinct values to a bin. */
  readonly most: number;
  /** Whether bins are equally wide, or equally full. */
  readonly by: "width" | "quantile";
}

/** The range that outliers are left out of: a tail three times as long as the body is one. */
function trimmedRange(sorted: Float64Array): [low: number, high: number] {
  const min = sorted[0];
  const max = sorted[sorted.length - 1];
  const [low, middle, high] = [0.025, 0.5, 0.975].map((share) => quantile(sorted, share));
  return [
    (low - min) / (middle - low) > 3 ? low : min,
    (max - high) / (high - middle) > 3 ? high : max,
  ];
}

/** Numbers with those beyond a range moved to its ends; a copy. */
export function clamped(
  numbers: ArrayLike<number>,
  [low, high]: readonly [low: number, high: number],
): Float64Array {
  return Float64Array.from(numbers, (number) => Math.min(high, Math.max(low, number)));
}

/**
 * Edges of bins that suit these numbers, ascending: one more than there are bins.
 *
 * @param values at least one finite number, in any order
 */
export function fittedEdges(values: ArrayLike<number>, { most, by }: BinOptions): number[] {
  const all = Float64Array.from(values).sort();
  const [low, high] = trimmedRange(all);
  const kept = all.filter((value) => value >= low && value <= high);
  const distinct = all.reduce((count, value, i) => count + Number(value !== all[i - 1]), 0);
  const bins = Math.max(1, Math.min(most, Math.floor(distinct / 5)));
  if (by === "quantile") {
    return quantileEdges(kept, Array.from({ length: bins + 1 }, (_, k) => k / bins));
  }
  const first = kept[0];
  const last = kept[kept.length - 1];
  const edges = Array.from({ length: bins + 1 }, (_, k) => first + k * (last - first) / bins);
  edges[bins] = last; // as it is, not rounded
  return edges;
}

/**
 * Edges of bins at quantiles; those that coincide are one, so there may be fewer bins.
 *
 * @param sorted at least one number
 * @param shares ascending from 0 to 1
 */
export function quantileEdges(sorted: Float64Array, shares: readonly number[]): number[] {
  const cuts = shares.map((share) => quantile(sorted, share));
  const edges = cuts.filter((cut, k) => k === 0 || cut > cuts[k - 1]);
  return edges.length > 1 ? edges : [cuts[0], cuts[0]];
}

/** The bin that a number falls into. */
export function binOf(edges: readonly number[], value: number): number {
  let bin = 0;
  while (bin < edges.length - 2 && value > edges[bin + 1]) bin++;
  return bin;
}

/**
 * How many decimals a quantity is given in: the fewest that all values are whole numbers of, as far
 * as float32 tells; null where that is more than six.
 */
export function decimalsOf(values: ArrayLike<number>): number | null {
  let decimals = 0;
  for (let i = 0; i < values.length; i++) {
    const isWhole = () => {
      const scaled = Math.abs(values[i]) * 10 ** decimals;
      return Math.abs(scaled - Math.round(scaled)) <= scaled * 2 ** -23;
    };
    while (!isWhole()) if (++decimals > 6) return null;
  }
  return decimals;
}

/** A float32 number of so many decimals, as the whole number that it is of 1 / 10^decimals. */
function decimal(whole: number, decimals: number): number {
  return Math.fround(whole / 10 ** decimals);
}

/** The first and the last of a bin's numbers with so many decimals, as whole numbers; the first is
 * greater if there is none. */
function wholesIn(edges: readonly number[], bin: number, decimals: number): [number, number] {
  const [low, high] = [edges[bin], edges[bin + 1]];
  const isBelow = (whole: number) =>
    bin === 0 ? decimal(whole, decimals) < low : decimal(whole, decimals) <= low;
  let first = Math.floor(low * 10 ** decimals); // float32 may have moved the edges by a little
  let last = Math.ceil(high * 10 ** decimals);
  while (first <= last && isBelow(first)) first++;
  while (last >= first && decimal(last, decimals) > high) last--;
  return [first, last];
}

/** The least and the greatest number with so many decimals in a bin; its edges if there is none. */
export function endsOfBin(
  edges: readonly number[],
  bin: number,
  decimals: number | null,
): [low: number, high: number] {
  const [first, last] = decimals === null ? [1, 0] : wholesIn(edges, bin, decimals);
  return decimals === null || first > last
    ? [edges[bin], edges[bin + 1]]
    : [decimal(first, decimals), decimal(last, decimals)];
}

/**
 * A float32 number from a bin: each of those with this number of decimals is equally likely, or any
 * number if there is none with so few.
 *
 * @param decimals as {@link decimalsOf} gave; null for any number
 * @param uniform in [0, 1)
 */
export function drawnFromBin(
  edges: readonly number[],
  bin: number,
  decimals: number | null,
  uniform: number,
): number {
  const low = edges[bin];
  const high = edges[bin + 1];
  if (decimals !== null) {
    const [first, last] = wholesIn(edges, bin, decimals);
    if (first <= last) {
      return decimal(first + Math.floor(uniform * (last - first + 1)), decimals);
    }
  }
  const drawn = Math.fround(high - uniform * (high - low));
  return drawn > low && drawn <= high ? drawn : high; // high unless rounding has left the bin
}
