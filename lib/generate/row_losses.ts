/**
 * What each column of some rows costs a model, in nats. `code_losses.ts` names them; this file needs no
 * names, so that browsers can load it.
 *
 * @module
 */
import { rowsFrom } from "../nn/multi_hot.ts";
import type { Predicting } from "./next_probabilities.ts";

/** One predicted row. */
export interface ColumnLosses {
  /** Columns that are on, ascending. */
  readonly row: readonly number[];
  /** [columns] Probability of each to be on, given the rows before and what the model sees of this one. */
  readonly probabilities: Float32Array;
  /** [columns] −log of the probability that each is as it is. */
  readonly losses: Float64Array;
}

/**
 * How far a probability is from 0 or 1 at least, where float32 rounds to that: the smallest number above
 * 0, and half the distance from 1 to the number below.
 */
const [leastAbove0, leastBelow1] = [2 ** -149, 2 ** -25];

/** −log of the probability that a column is as it is, in nats. */
function lossOf(probability: number, isOn: boolean): number {
  return isOn
    ? -Math.log(Math.max(leastAbove0, probability))
    : -Math.log1p(-Math.min(1 - leastBelow1, probability));
}

/**
 * The loss of each column of each row, whose sum is the rows' negative log-likelihood.
 *
 * @param writer that has taken in nothing yet
 * @param first the columns of the record's first step, which is not predicted
 * @param rows of one record after that step, in order
 */
export async function rowLosses(
  writer: Predicting,
  first: readonly number[],
  rows: readonly (readonly number[])[],
): Promise<ColumnLosses[]> {
  const found: ColumnLosses[] = [];
  let before = first;
  for (const row of rows) {
    writer.advance(rowsFrom([before]));
    const probabilities = await writer.probabilities(Int32Array.of(0), rowsFrom([row]));
    const isOn = new Set(row);
    const losses = Float64Array.from(probabilities, (p, column) => lossOf(p, isOn.has(column)));
    found.push({ row, probabilities, losses });
    before = row;
  }
  return found;
}
