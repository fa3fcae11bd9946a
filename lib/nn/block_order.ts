import * as tf from "@tensorflow/tfjs-core";
import { type Forbidden, gate } from "./forbidden.ts";
import { drawRowsKernel, hasKernels } from "./kernels.ts";
import { product } from "./linear.ts";
import type { MaskedHead } from "./masked_head.ts";
import { type MultiHot, rowsFrom } from "./multi_hot.ts";

/** Columns to a block: one matrix product each, the triangle inside it in plain loops. */
const block = 128;

/** The head's numbers in memory. */
interface HeadNumbers {
  readonly width: number;
  /** Units of the first layer. */
  readonly size: number;
  /** [columns × size] */
  readonly codeTable: Float32Array;
  /** [size × size] */
  readonly weight2: Float32Array;
  /** [size] */
  readonly bias2: Float32Array;
}

/** What one row is drawn by. */
interface RowDraws {
  /** [columns] in [0, 1) */
  readonly uniforms: Float32Array;
  /** As in {@link Forbidden}. */
  readonly required?: Uint8Array | undefined;
  /** Whether a column may come on, asked for ascending columns. */
  readonly isPermitted?: (column: number) => boolean;
  /** Columns that are on so far. */
  readonly on: number[];
}

/**
 * What the hidden units before a block, final by now, give to its logits: [rows, end - start].
 *
 * @param z [rows, size] pre-activations so far
 */
async function knownLogits(
  head: MaskedHead,
  z: Float32Array,
  start: number,
  end: number,
): Promise<Float32Array> {
  const size = head.width + head.columns;
  const rows = z.length / size;
  const known = head.width + start;
  const hidden = new Float32Array(rows * known);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < known; j++) hidden[r * known + j] = Math.max(0, z[r * size + j]);
  }
  const logits = tf.tidy(() =>
    product(
      tf.tensor2d(hidden, [rows, known]),
      tf.slice(head.weight2, [head.width - 1 + start, 0], [end - start, known]),
      "N",
      "T",
    )
  );
  const numbers = (await logits.data<"float32">()).slice();
  logits.dispose();
  return numbers;
}

/**
 * Draws the columns of a block for one row. A column that comes on adds to the row's
 * pre-activations, and each hidden unit, final with its column, to the block's later logits.
 *
 * @param start first column of the block
 * @param z [size] the row's pre-activations so far
 * @param logits [columns of the block] of {@link knownLogits}
 */
function drawBlock(
  { width, size, codeTable, weight2, bias2 }: HeadNumbers,
  start: number,
  z: Float32Array,
  logits: Float32Array,
  { uniforms, required, isPermitted, on }: RowDraws,
): void {
  const end = start + logits.length;
  for (let c = start; c < end; c++) {
    const logit = logits[c - start] + bias2[width - 1 + c];
    const isDrawn = uniforms[c] < 1 / (1 + Math.exp(-logit)) || required?.[c] === 1;
    if (isDrawn && isPermitted?.(c) !== false) {
      on.push(c);
      const from = c * size;
      for (let j = width + c; j < size; j++) z[j] += codeTable[from + j];
    }
    const unit = z[width + c];
    if (unit > 0) {
      for (let later = c + 1; later < end; later++) {
        logits[later - start] += unit * weight2[(width - 1 + later) * size + width + c];
      }
    }
  }
}

/**
 * Whether {@link blockOrderRows} has an operation of its own for these rows. It knows columns that are
 * forbidden or required and bins of one set of quantities, but calls no functions.
 */
export function isDrawnByKernel(forbidden: readonly (Forbidden | undefined)[] = []): boolean {
  if (!hasKernels()) return false;
  const known = forbidden.filter((own) => own !== undefined);
  const quantities = known.find((own) => own.quantities !== undefined)?.quantities;
  return known.every((own) =>
    own.excludes === undefined && own.onMasked === undefined &&
    (own.quantities === undefined || own.quantities === quantities)
  );
}

/** Uniform numbers that are below every probability where a column must come on, above where it may not. */
function decided(
  uniforms: Float32Array,
  columns: number,
  forbidden: readonly (Forbidden | undefined)[],
): Float32Array {
  if (forbidden.every((own) => own === undefined)) return uniforms;
  const numbers = uniforms.slice();
  for (const [r, own] of forbidden.entries()) {
    if (own === undefined) continue;
    for (let c = 0; c < columns; c++) {
      if (own.columns[c] === 1) numbers[r * columns + c] = 1;
      else if (own.required?.[c] === 1) numbers[r * columns + c] = -1;
    }
  }
  return numbers;
}

/** {@link blockOrderRows} in an operation of its own. */
async function rowsByKernel(
  head: MaskedHead,
  history: tf.Tensor2D,
  uniforms: Float32Array,
  forbidden: readonly (Forbidden | undefined)[] = [],
): Promise<MultiHot> {
  const [rows] = history.shape;
  const { columns } = head;
  const exclusive = Int32Array.from(
    { length: rows },
    (_, r) => forbidden[r]?.quantities === undefined ? 0 : 1,
  );
  const quantities = forbidden[exclusive.indexOf(1)]?.quantities ?? new Int32Array(columns);
  const drawn = tf.tidy(() => {
    const numbers = decided(uniforms, columns, forbidden);
    return drawRowsKernel(head.fromHistory(history), numbers, head, quantities, exclusive);
  });
  const [offsets, on] = await Promise.all(drawn.map((tensor) => tensor.data<"int32">()));
  tf.dispose(drawn);
  return { rows, offsets, columns: on };
}

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
  if (isDrawnByKernel(forbidden)) return await rowsByKernel(head, history, uniforms, forbidden);
  const { width, columns } = head;
  const size = width + columns;
  const fromHistory = head.fromHistory(history);
  const z = (await fromHistory.data<"float32">()).slice(); // [rows, size] pre-activations so far
  fromHistory.dispose();
  const numbers: HeadNumbers = {
    width,
    size,
    codeTable: await head.codeTable.data<"float32">(),
    weight2: await head.weight2.data<"float32">(),
    bias2: await head.bias2.data<"float32">(),
  };
  const draws = Array.from({ length: history.shape[0] }, (_, r): RowDraws => {
    const own = forbidden?.[r];
    return {
      uniforms: uniforms.subarray(r * columns, (r + 1) * columns),
      ...own !== undefined && { required: own.required, isPermitted: gate(own, own.onMasked) },
      on: [],
    };
  });
  for (let start = 0; start < columns; start += block) {
    const end = Math.min(columns, start + block);
    const logits = await knownLogits(head, z, start, end);
    draws.forEach((own, r) => {
      const ofRow = logits.subarray(r * (end - start), (r + 1) * (end - start));
      drawBlock(numbers, start, z.subarray(r * size, (r + 1) * size), ofRow, own);
    });
  }
  return rowsFrom(draws.map(({ on }) => on));
}
