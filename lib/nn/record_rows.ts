/**
 * Rows of records in one tensor: those of a record follow one another, and records follow one another
 * without rows between them. Layers work on rows whatever record they are of; attention and positions
 * need to know where records begin, and operations of equally long records want them padded.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";

/**
 * [records + 1] Record b has the rows `offsets[b]` up to `offsets[b + 1]`, from row 0 on. A tensor may have
 * more rows after the last record, which are padding: of no record.
 */
export type RecordOffsets = Int32Array;

/** The offsets of equally long records. */
export function equalOffsets(records: number, rows: number): RecordOffsets {
  return Int32Array.from({ length: records + 1 }, (_, record) => record * rows);
}

/** The rows of each record. */
export function lengthsOf(offsets: RecordOffsets): Int32Array {
  return Int32Array.from(offsets.subarray(1), (end, record) => end - offsets[record]);
}

/** The rows of the longest record; 0 where there is none. */
export function longestOf(offsets: RecordOffsets): number {
  return lengthsOf(offsets).reduce((most, length) => Math.max(most, length), 0);
}

/**
 * Records padded with zeros to the length of the longest; not itself on the tape.
 *
 * @param x [rows, columns]
 * @returns [records, rows of the longest, columns]
 */
export function padded(x: tf.Tensor2D, offsets: RecordOffsets): tf.Tensor3D {
  const [total, columns] = x.shape;
  const [records, longest] = [offsets.length - 1, longestOf(offsets)];
  const rows = new Int32Array(records * longest).fill(total);
  lengthsOf(offsets).forEach((length, record) => {
    for (let row = 0; row < length; row++) rows[record * longest + row] = offsets[record] + row;
  });
  return tf.tidy(() => tf.reshape(rowsOrZeros(x, rows), [records, longest, columns]));
}

/**
 * The way back from {@link padded}: zeros in rows of no record; not itself on the tape.
 *
 * @param x [records, rows of the longest, columns]
 * @param total rows of the result
 * @returns [total, columns]
 */
export function packed(x: tf.Tensor3D, offsets: RecordOffsets, total: number): tf.Tensor2D {
  const [records, longest, columns] = x.shape;
  const rows = new Int32Array(total).fill(records * longest);
  lengthsOf(offsets).forEach((length, record) => {
    for (let row = 0; row < length; row++) rows[offsets[record] + row] = record * longest + row;
  });
  return tf.tidy(() => rowsOrZeros(tf.reshape(x, [records * longest, columns]), rows));
}

/** The given rows of x; zeros where the row is that after the last. */
function rowsOrZeros(x: tf.Tensor2D, rows: Int32Array): tf.Tensor2D {
  const [total, columns] = x.shape;
  if (rows.length === total && rows.every((row, at) => row === at)) return tf.clone(x);
  const found = rows.includes(total) ? tf.concat([x, tf.zeros<tf.Rank.R2>([1, columns])]) : x;
  return tf.gather(found, tf.tensor1d(rows, "int32"));
}
