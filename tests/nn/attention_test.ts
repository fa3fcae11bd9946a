import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  attendNext,
  type AttentionCache,
  causalAttention,
  setAttention,
} from "ehrloom/nn/attention.ts";
import { equalOffsets } from "ehrloom/nn/record_rows.ts";
import { testOnBackends } from "../golden.ts";
import { assertClose, numbers, testLayer } from "./layer.ts";

/**
 * Softmax attention of row i over the rows of its record that it sees, head by head, record by record; zeros
 * in rows of no record.
 */
function literal(
  qkv: Float64Array,
  offsets: Int32Array,
  width: number,
  heads: number,
  isSeen: (record: number, from: number, row: number) => boolean,
): Float64Array {
  const head = width / heads;
  const y = new Float64Array(qkv.length / 3);
  for (const [record, first] of offsets.subarray(0, -1).entries()) {
    const rows = offsets[record + 1] - first;
    const at = (row: number, part: number, column: number) =>
      qkv[(first + row) * 3 * width + part * width + column];
    for (let h = 0; h < heads; h++) {
      const columns = Array.from({ length: head }, (_, k) => h * head + k);
      for (let i = 0; i < rows; i++) {
        const weights = Array.from({ length: rows }, (_, j) => {
          if (!isSeen(record, i, j)) return 0;
          const dot = columns.reduce((s, c) => s + at(i, 0, c) * at(j, 1, c), 0);
          return Math.exp(dot / Math.sqrt(head));
        });
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (const c of columns) {
          y[(first + i) * width + c] = weights.reduce(
            (sum, weight, j) => sum + weight / total * at(j, 2, c),
            0,
          );
        }
      }
    }
  }
  return y;
}

for (
  const [offsets, padding, width, heads] of [
    [[0, 4, 8], 0, 6, 2],
    [[0, 1], 0, 4, 4],
    [[0, 3, 6, 9], 0, 2, 1],
    [[0, 2, 7, 8], 0, 4, 2],
    [[0, 1, 4], 2, 2, 1],
  ] as const
) {
  const records = Int32Array.from(offsets);
  const rows = records[records.length - 1] + padding;
  const which = `${offsets.length - 1} records from rows ${offsets} on, ${padding} rows of none`;
  testLayer(`causalAttention() of ${which}, ${heads} heads`, {
    shapes: [[rows, 3 * width]],
    layer: (qkv) => causalAttention(qkv as tf.Tensor2D, records, heads),
    literal: (qkv) => literal(qkv, records, width, heads, (_, from, row) => row <= from),
  });
}

for (const isDropping of [false, true]) {
  const which = isDropping ? ", with a dropout that drops none," : "";
  testLayer(`setAttention() of sets of 3 and 1 members, padded to 3,${which}`, {
    shapes: [[2 * 3, 3 * 4]],
    layer: (qkv) => {
      const bias = tf.tensor2d([[0, 0, 0], [0, -1e10, -1e10]]);
      const factors = isDropping ? tf.ones<tf.Rank.R4>([2, 2, 3, 3]) : undefined;
      return setAttention(qkv as tf.Tensor2D, bias, 2, factors);
    },
    literal: (qkv) =>
      literal(qkv, Int32Array.of(0, 3, 6), 4, 2, (set, _, member) => set === 0 || member === 0),
  });
}

testOnBackends("attendNext() row by row equals causalAttention() of the whole", async () => {
  const [records, rows, width, heads] = [3, 35, 8, 2]; // a cache is extended after 16 rows and 32
  const given = Float32Array.from(numbers([records, rows, 3 * width]));
  const whole = tf.tidy(() =>
    causalAttention(
      tf.tensor2d(given, [records * rows, 3 * width]),
      equalOffsets(records, rows),
      heads,
    )
  );
  const expected = await whole.data();
  let cache: AttentionCache | undefined;
  for (let row = 0; row < rows; row++) {
    const step = Float32Array.from({ length: records * 3 * width }, (_, i) => {
      const [record, column] = [Math.floor(i / (3 * width)), i % (3 * width)];
      return given[(record * rows + row) * 3 * width + column];
    });
    const next = tf.tidy(() => {
      const { y, cache: grown } = attendNext(
        tf.tensor2d(step, [records, 3 * width]),
        heads,
        cache,
      );
      tf.keep(grown.keys);
      tf.keep(grown.values);
      return { y, cache: { ...grown } };
    });
    cache = next.cache;
    assertEquals(cache.rows, row + 1);
    assert(cache.keys.shape[2] > row && cache.keys.shape[2] <= row + 16);
    const wanted = Array.from({ length: records }, (_, record) => {
      const from = (record * rows + row) * width;
      return [...expected.subarray(from, from + width)];
    }).flat();
    assertClose(await next.y.data(), wanted, `row ${row}`);
    next.y.dispose();
  }
  tf.dispose({ whole, ...cache });
});

testOnBackends(
  "setAttention() holds at most nine tensors of its weights' size at once",
  async () => {
    const [members, heads, width] = [96, 4, 8];
    const qkv = tf.randomNormal<tf.Rank.R2>([members, 3 * width]);
    const factors = tf.ones<tf.Rank.R4>([1, heads, members, members]); // one of the nine
    const attended = (x: tf.Tensor) =>
      tf.sum(setAttention(x as tf.Tensor2D, tf.zeros([1, members]), heads, factors));
    const before = tf.memory().numBytes;
    const { peakBytes, result } = await tf.profile(() => tf.tidy(() => tf.grad(attended)(qkv)));
    const ownBytes = peakBytes - before + factors.size * 4;
    assert(ownBytes < 9 * factors.size * 4, `${ownBytes / factors.size / 4} of them`);
    tf.dispose({ qkv, factors, result });
  },
);
