import * as tf from "@tensorflow/tfjs-core";
import { type Forbidden, gate } from "./forbidden.ts";
import { product } from "./linear.ts";
import type { MaskedHead } from "./masked_head.ts";
import { type MultiHot, rowsFrom } from "./multi_hot.ts";

/** Columns to a block: one matrix product each, the triangle inside it in plain loops. */
const block = 128;

/**
 * Draws one row for each history, column by column in one pass's work: blocks of columns get what
 * is already decided by a matrix product, and only the few codes that come on touch the rest.
 *
 * Gives the same rows as {@link fixedPointRows} for the same uniforms.
 *
 * @param head as `samplingHead` made it
 * @param history [rows, width]
 * @param uniforms [rows × columns] in [0, 1)
 * @param forbidden [rows] what each row may not hold
 * @see docs/specs/halo.md section 8.2
 */
export async function blockOrderRows(
  head: MaskedHead,
  history: tf.Tensor2D,
  uniforms: Float32Array,
  forbidden?: readonly (Forbidden | undefined)[],
): Promise<MultiHot> {
  const { width, columns } = head;
  const size = width + columns;
  const count = history.shape[0];
  const fromHistory = head.fromHistory(history);
  const z = (await fromHistory.data()).slice(); // [rows, size] pre-activations so far
  fromHistory.dispose();
  const codeTable = await head.codeTable.data();
  const weight2 = await head.weight2.data();
  const bias2 = await head.bias2.data();
  const lists: number[][] = Array.from({ length: count }, () => []);
  const gates = forbidden?.map((own) => own && gate(own));

  for (let start = 0; start < columns; start += block) {
    const end = Math.min(columns, start + block);
    // What the hidden units before the block, final by now, give to the block's logits
    const known = width + start;
    const hidden = new Float32Array(count * known);
    for (let r = 0; r < count; r++) {
      for (let j = 0; j < known; j++) hidden[r * known + j] = Math.max(0, z[r * size + j]);
    }
    const first = width - 1 + start;
    const given = tf.tidy(() =>
      product(
        tf.tensor2d(hidden, [count, known]),
        tf.slice(head.weight2, [first, 0], [end - start, known]),
        "N",
        "T",
      )
    );
    const logits = (await given.data()).slice(); // [rows, end - start]
    given.dispose();

    for (let r = 0; r < count; r++) {
      const at = r * (end - start);
      for (let c = start; c < end; c++) {
        const logit = logits[at + c - start] + bias2[width - 1 + c];
        const unit = r * size + width + c; // becomes final with column c
        if (uniforms[r * columns + c] < 1 / (1 + Math.exp(-logit))) {
          if (gates?.[r]?.(c) === false) forbidden?.[r]?.onMasked?.(c);
          else {
            lists[r].push(c);
            const from = c * size;
            for (let j = width + c; j < size; j++) z[r * size + j] += codeTable[from + j];
          }
        }
        if (z[unit] > 0) {
          for (let later = c + 1; later < end; later++) {
            logits[at + later - start] += z[unit] *
              weight2[(width - 1 + later) * size + width + c];
          }
        }
      }
    }
  }
  return rowsFrom(lists);
}
