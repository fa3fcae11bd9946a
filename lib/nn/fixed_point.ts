import * as tf from "@tensorflow/tfjs-core";
import { finishedRow, type Forbidden, permitted } from "./forbidden.ts";
import { type MultiHot, rowsFrom } from "./multi_hot.ts";
import type { RowHead } from "./row_head.ts";

/** Passes have a multiple of this many rows: every new shape costs TensorFlow a kernel. */
const step = 32;

/**
 * Draws one row for each history, exactly as code by code: one uniform number per column stands for
 * all draws of that column, and `row ← [u < σ(logits(row))]` is repeated until nothing changes.
 *
 * Why it is the sequential draw: column c's logit depends on columns before c only, so after k
 * rounds at least the first k columns are final, and a row that maps to itself agrees with the
 * sequential draw at column 0, hence at column 1, and so on. Trained models take 3 to 4 rounds.
 * A row leaves the batch once it is final. Columns that are forbidden given the earlier ones are left
 * out in every round; they too depend on earlier columns only.
 *
 * @param head prepared for sampling
 * @param history [rows, width]
 * @param uniforms [rows × columns] in [0, 1)
 * @param forbidden [rows] what each row may not hold
 * @returns the rows, and how many dense passes they took
 * @see docs/specs/halo.md section 8
 */
export async function fixedPointRows(
  head: RowHead,
  history: tf.Tensor2D,
  uniforms: Float32Array,
  forbidden?: readonly (Forbidden | undefined)[],
): Promise<{ rows: MultiHot; passes: number }> {
  const { columns } = head;
  const base = head.fromHistory(history);
  const count = history.shape[0];
  let active = Int32Array.from({ length: count }, (_, row) => row);
  const lists: Int32Array[] = Array.from(active, () => new Int32Array(0));
  let passes = 0;
  while (active.length > 0) {
    // Rounding might differ between batches of different size, and flip a column for ever
    if (passes > columns) throw new Error(`No fixed point after ${passes} passes`);
    const size = Math.min(count, step * Math.ceil(active.length / step));
    const passing = Int32Array.from({ length: size }, (_, i) => active[i] ?? active[0]);
    const rows = rowsFrom(Array.from(passing, (row) => lists[row]));
    const output = tf.tidy(() => {
      const bases = active.length === count ? base : tf.gather(base, tf.tensor1d(passing, "int32"));
      return tf.sigmoid(head.logits(bases, rows));
    });
    const probabilities = await output.data();
    output.dispose();
    passes++;
    active = active.filter((row, i) => {
      const drawn: number[] = [];
      const required = forbidden?.[row]?.required;
      for (let c = 0; c < columns; c++) {
        const isDrawn = uniforms[row * columns + c] < probabilities[i * columns + c];
        if (isDrawn || required?.[c] === 1) drawn.push(c);
      }
      const on = permitted(drawn, forbidden?.[row]);
      const isFinal = on.length === lists[row].length && on.every((c, j) => c === lists[row][j]);
      if (isFinal) finishedRow(drawn, forbidden?.[row]); // which tells what was kept off
      else lists[row] = Int32Array.from(on);
      return !isFinal;
    });
  }
  base.dispose();
  return { rows: rowsFrom(lists), passes };
}
