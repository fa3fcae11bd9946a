/**
 * Soft targets: where the next token is a number's bin, its neighbours count too, the less the further
 * they are, as a Gaussian of one bin's width says.
 *
 * @see docs/specs/synehrgy.md section 5
 * @module
 */
import type { MultiHot } from "../../nn/multi_hot.ts";

/** Bins on either side that count. */
const reach = 3;

/** [bins] What each bin counts where a number is in one of them; they add up to 1. */
export function softLabels(bins: number, bin: number): Float64Array {
  const weights = Float64Array.from({ length: bins }, (_, i) => {
    const away = Math.abs(i - bin);
    return away > reach ? 0 : Math.exp(-0.5 * away ** 2);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Targets with the weights that {@link softLabels} gives to neighbours.
 *
 * @param targets at most one token a row
 * @param blockOf the bins that a token is one of; undefined for tokens that stand alone
 */
export function softTargets(
  { rows, offsets, columns }: MultiHot,
  blockOf: (token: number) => { readonly from: number; readonly count: number } | undefined,
): { targets: MultiHot; weights: Float32Array } {
  const soft: number[] = [];
  const weights: number[] = [];
  const softOffsets = new Int32Array(rows + 1);
  for (let r = 0; r < rows; r++) {
    for (let i = offsets[r]; i < offsets[r + 1]; i++) {
      const { from, count } = blockOf(columns[i]) ?? { from: columns[i], count: 1 };
      softLabels(count, columns[i] - from).forEach((weight, bin) => {
        if (weight === 0) return;
        soft.push(from + bin);
        weights.push(weight);
      });
    }
    softOffsets[r + 1] = soft.length;
  }
  return {
    targets: { rows, offsets: softOffsets, columns: Int32Array.from(soft) },
    weights: Float32Array.from(weights),
  };
}
