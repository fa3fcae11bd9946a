import { breathe } from "../breathe.ts";
import type { Writer } from "../models/interface/writing.ts";
import { rowOf } from "../nn/multi_hot.ts";
import { stream } from "../random.ts";

/** Largest number of rows drawn at the same time. */
const together = 256;

/**
 * The probability of each column of the next row, whatever the row's other columns, given that some
 * columns are on: [columns].
 *
 * Rows are drawn column by column with the given columns forced on, and weighted by the probability
 * that these had (importance sampling). After the last forced column, a row counts by its
 * probabilities instead of its draws, which vary more and have the same mean.
 *
 * @param writer has taken in one record's history
 * @param columns of a row
 * @param known columns that are on, ascending
 * @param draws number of rows
 * @throws {RangeError} If the model gives these columns together no probability
 */
export async function averagedRow(
  { draw, probabilities }: Pick<Required<Writer>, "draw" | "probabilities">,
  columns: number,
  known: readonly number[],
  { draws, seed }: { readonly draws: number; readonly seed: number },
): Promise<Float64Array> {
  const sums = new Float64Array(columns);
  const last = known.at(-1) ?? -1;
  let weights = 0;
  for (let from = 0; from < draws; from += together) {
    const size = Math.min(together, draws - from);
    const uniforms = new Float32Array(size * columns);
    for (let i = 0; i < size; i++) {
      const own = uniforms.subarray(i * columns, (i + 1) * columns);
      stream("conditionals", seed, from + i).fillUniform(own);
      for (const column of known) own[column] = 0; // below every probability: it comes on
    }
    const positions = new Int32Array(size); // all continue the one record
    const rows = await draw(positions, uniforms);
    const found = await probabilities(positions, rows);
    for (let i = 0; i < size; i++) {
      const own = found.subarray(i * columns, (i + 1) * columns);
      const weight = known.reduce((product, column) => product * own[column], 1);
      weights += weight;
      for (const column of Array.from(rowOf(rows, i))) if (column <= last) sums[column] += weight;
      for (let column = last + 1; column < columns; column++) sums[column] += weight * own[column];
    }
    await breathe();
  }
  if (weights === 0) {
    throw new RangeError("Cannot give conditionals: the model never writes these codes together");
  }
  return sums.map((sum) => sum / weights);
}
