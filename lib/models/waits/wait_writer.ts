/**
 * Writes rows with a wait before each visit but the first: the wait is drawn first, the row then.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { Memory } from "../../nn/memory.ts";
import { type Draw, writer } from "../interface/writer.ts";
import type { Steps, Writer } from "../interface/writing.ts";
import { drawnWait, waitUniforms } from "./wait_density.ts";
import type { WaitHead } from "./wait_head.ts";

/** Rows of a record before the first one with a wait: start, labels, first visit. */
const rowsWithout = 3;

/** [rows] waits drawn from the histories before them. */
async function drawnWaits(
  head: WaitHead,
  histories: tf.Tensor2D,
  uniformsOf: (row: number) => Float32Array,
): Promise<Float64Array> {
  const outputs = head.outputs(histories);
  const [rows, size] = outputs.shape;
  const numbers = await outputs.data<"float32">();
  outputs.dispose();
  return Float64Array.from(
    { length: rows },
    (_, row) =>
      drawnWait(numbers.subarray(row * size, (row + 1) * size), uniformsOf(row), head.start),
  );
}

/**
 * A writer of rows and waits.
 *
 * @param memory that sees the waits of the steps that it takes in
 * @param draw draws rows from histories
 * @param columns uniform numbers behind a row; those behind its wait follow them
 */
export function waitWriter(
  head: WaitHead,
  memory: Memory<Steps>,
  draw: Draw,
  columns: number,
): Writer {
  let rows = 0; // taken in
  const each = columns + waitUniforms;
  const drawBoth: Draw = async (histories, uniforms, forbidden) => {
    const [count] = histories.shape;
    const ofRows = new Float32Array(count * columns);
    for (let row = 0; row < count; row++) {
      ofRows.set(uniforms.subarray(row * each, row * each + columns), row * columns);
    }
    if (rows < rowsWithout) return await draw(histories, ofRows, forbidden);
    const ofWait = (row: number) => uniforms.subarray(row * each + columns, (row + 1) * each);
    const waits = await drawnWaits(head, histories, ofWait);
    const after = head.afterWaits(histories, waits);
    try {
      return { ...await draw(after, ofRows, forbidden), waits };
    } finally {
      after.dispose();
    }
  };
  const whole = writer(memory, drawBoth);
  return {
    ...whole,
    advance(steps) {
      rows++;
      whole.advance(steps);
    },
  };
}
