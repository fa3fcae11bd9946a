import * as tf from "@tensorflow/tfjs-core";
import { hostKernel, isOnHost } from "./host.ts";
import { bagKernel, hasKernels } from "./kernels.ts";
import { layer } from "./layer.ts";
import { isOnTensorflow, sparseSegmentSum } from "./tensorflow_ops.ts";
import { transposed } from "./linear.ts";

/** Rows of zeros and ones, stored sparsely as the columns that are on in each row. */
export interface MultiHot {
  /** Number of rows. */
  readonly rows: number;
  /** [rows + 1] Row r's columns are `columns[offsets[r]]` up to `columns[offsets[r + 1]]`. */
  readonly offsets: Int32Array;
  /** Columns that are on, ascending within a row. */
  readonly columns: Int32Array;
}

/** The row of every entry of `columns`, as a tensor of the chosen backend. */
export function rowOfEntry({ rows, offsets, columns }: MultiHot): tf.Tensor1D {
  const rowOf = new Int32Array(columns.length);
  for (let r = 0; r < rows; r++) rowOf.fill(r, offsets[r], offsets[r + 1]);
  return tf.tensor1d(rowOf, "int32");
}

/**
 * The same rows as a dense tensor [rows, width] of zeros and ones.
 *
 * @param weights [entries] values instead of ones
 */
export function dense(
  { rows, offsets, columns }: MultiHot,
  width: number,
  weights?: Float32Array,
): tf.Tensor2D {
  const numbers = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) {
    for (let i = offsets[r]; i < offsets[r + 1]; i++) {
      numbers[r * width + columns[i]] = weights === undefined ? 1 : weights[i];
    }
  }
  return tf.tensor2d(numbers, [rows, width]);
}

/** Columns `start` to `end - 1` as a dense tensor [rows, end - start] of zeros and ones. */
export function denseColumns(
  { rows, offsets, columns }: MultiHot,
  start: number,
  end: number,
): tf.Tensor2D {
  const width = end - start;
  const numbers = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) {
    for (let i = offsets[r]; i < offsets[r + 1]; i++) {
      const at = columns[i] - start;
      if (at >= 0 && at < width) numbers[r * width + at] = 1;
    }
  }
  return tf.tensor2d(numbers, [rows, width]);
}

/** Sparse rows from a list of columns for each, which rise. */
export function rowsFrom(lists: readonly ArrayLike<number>[]): MultiHot {
  const offsets = new Int32Array(lists.length + 1);
  for (let r = 0; r < lists.length; r++) offsets[r + 1] = offsets[r] + lists[r].length;
  const columns = new Int32Array(offsets[lists.length]);
  for (let r = 0; r < lists.length; r++) {
    const [list, begin] = [lists[r], offsets[r]];
    for (let i = 0; i < list.length; i++) columns[begin + i] = list[i]; // as fast as `set` can be
  }
  return { rows: lists.length, offsets, columns };
}

/** The columns that are on in one row; a view, not a copy. */
export function rowOf({ offsets, columns }: MultiHot, row: number): Int32Array {
  return columns.subarray(offsets[row], offsets[row + 1]);
}

/** The rows at the given indices, in that order. */
export function rowsAt(source: MultiHot, indices: ArrayLike<number>): MultiHot {
  const offsets = new Int32Array(indices.length + 1);
  for (let i = 0; i < indices.length; i++) {
    offsets[i + 1] = offsets[i] + source.offsets[indices[i] + 1] - source.offsets[indices[i]];
  }
  const columns = new Int32Array(offsets[indices.length]);
  for (let i = 0; i < indices.length; i++) {
    const row = source.columns.subarray(
      source.offsets[indices[i]],
      source.offsets[indices[i] + 1],
    );
    columns.set(row, offsets[i]);
  }
  return { rows: indices.length, offsets, columns };
}

/** The same entries by column: row c holds the rows in which column c is on. */
export function byColumn({ rows, offsets, columns }: MultiHot, columnCount: number): MultiHot {
  const ends = new Int32Array(columnCount + 1);
  for (const column of columns) ends[column + 1]++;
  for (let c = 0; c < columnCount; c++) ends[c + 1] += ends[c];
  const next = ends.slice();
  const rowOf = new Int32Array(columns.length);
  for (let r = 0; r < rows; r++) {
    for (let i = offsets[r]; i < offsets[r + 1]; i++) rowOf[next[columns[i]]++] = r;
  }
  return { rows: columnCount, offsets: ends, columns: rowOf };
}

/**
 * For each row the sum of the table's rows that are on; not itself on the tape.
 *
 * @param x sparse rows over the table's rows
 * @param table [columns of x, width]
 * @param firstOutput where given, table row c is known to be zero left of `firstOutput + c`, and
 * the work there is saved
 * @returns [rows, width]
 */
export function bag(x: MultiHot, table: tf.Tensor2D, firstOutput?: number): tf.Tensor2D {
  if (hasKernels()) return bagKernel(x, table, firstOutput, "table row");
  const width = table.shape[1];
  if (isOnHost()) {
    const [sums] = hostKernel([table], [[x.rows, width]], ([table], [sums]) => {
      sums.fill(0);
      for (let r = 0; r < x.rows; r++) {
        for (let i = x.offsets[r]; i < x.offsets[r + 1]; i++) {
          const start = firstOutput === undefined ? 0 : firstOutput + x.columns[i];
          const from = x.columns[i] * width;
          const to = r * width;
          for (let j = start; j < width; j++) sums[to + j] += table[from + j];
        }
      }
    });
    return sums;
  }
  if (x.columns.length === 0) return tf.zeros([x.rows, width]);
  return tf.tidy(() => {
    const columns = tf.tensor1d(x.columns, "int32");
    if (isOnTensorflow()) return sparseSegmentSum(table, columns, rowOfEntry(x), x.rows);
    const entries = tf.gather(table, columns);
    return tf.unsortedSegmentSum(entries, rowOfEntry(x), x.rows);
  });
}

/**
 * The gradient of {@link bag} with respect to the table: each table row's sum of the gradients of
 * the rows that it is on in; not itself on the tape.
 *
 * @param x sparse rows
 * @param dy [rows, width] gradient at the bags
 * @param tableRows number of rows of the table
 * @param firstOutput as in {@link bag}: what lies left of it gets no gradient in loops of our own,
 * and is for the caller to mask elsewhere
 * @returns [tableRows, width]
 */
export function bagGradient(
  x: MultiHot,
  dy: tf.Tensor2D,
  tableRows: number,
  firstOutput?: number,
): tf.Tensor2D {
  const width = dy.shape[1];
  if (isOnHost()) {
    const [sums] = hostKernel([dy], [[tableRows, width]], ([dy], [sums]) => {
      sums.fill(0);
      for (let r = 0; r < x.rows; r++) {
        for (let i = x.offsets[r]; i < x.offsets[r + 1]; i++) {
          const start = firstOutput === undefined ? 0 : firstOutput + x.columns[i];
          const from = r * width;
          const to = x.columns[i] * width;
          for (let j = start; j < width; j++) sums[to + j] += dy[from + j];
        }
      }
    });
    return sums;
  }
  if (hasKernels()) return bagKernel(byColumn(x, tableRows), dy, firstOutput, "sum");
  return bag(byColumn(x, tableRows), dy);
}

/**
 * The embedding of multi-hot rows: the sum of the embeddings of the codes that are on.
 *
 * @param x sparse rows
 * @param weight [width, columns] one embedding per column, or [columns, width] with `layout` "in-out"
 * @returns [rows, width]
 */
export function embedding(
  x: MultiHot,
  weight: tf.Tensor2D,
  layout: "in-out" | "out-in" = "out-in",
): tf.Tensor2D {
  const isOutIn = layout === "out-in";
  const columns = weight.shape[isOutIn ? 1 : 0];
  return layer(
    [],
    [weight],
    () => ({ value: bag(x, isOutIn ? transposed(weight) : weight), saved: [] }),
    {
      inputs: () => [],
      parameters(dy) {
        const gradient = bagGradient(x, dy, columns);
        return [isOutIn ? transposed(gradient) : gradient];
      },
      product(dy) {
        const seen = dense(x, columns);
        return isOutIn ? { left: dy, right: seen } : { left: seen, right: dy };
      },
      squaredNorms: () => undefined,
    },
  );
}

/** An {@link embedding} of rows that come one after another. */
export interface StepEmbedding {
  /** [rows, width]; not itself on the tape. */
  of(rows: MultiHot): tf.Tensor2D;
  /** Frees its table. */
  dispose(): void;
}

/**
 * An embedding for writing records, which turns its weight once instead of in each step.
 *
 * @param weight [width, columns]
 */
export function stepEmbedding(weight: tf.Tensor2D): StepEmbedding {
  const table = tf.tidy(() => transposed(weight));
  return { of: (rows) => bag(rows, table), dispose: () => table.dispose() };
}
