import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import { isOnHost } from "./host.ts";
import { hostAttention } from "./host_attention.ts";
import {
  attendNextKernel,
  attentionGradientKernel,
  attentionKernel,
  hasKernels,
} from "./kernels.ts";
import { equalOffsets, longestOf, packed, padded, type RecordOffsets } from "./record_rows.ts";

/**
 * Causal self-attention of many heads: row i of a record sees its rows 0..i.
 *
 * @param qkv [rows, 3 × width] queries, keys and values beside each other, each of them cut into
 * `heads` runs of width / heads columns
 * @param offsets [records + 1] which rows are whose
 * @param heads a divisor of width
 * @returns [rows, width] the heads' outputs beside each other; zeros in rows of no record
 * @see Vaswani et al. 2017; Radford et al. 2019
 */
export function causalAttention(
  qkv: tf.Tensor2D,
  offsets: RecordOffsets,
  heads: number,
): tf.Tensor2D {
  if (isOnHost()) return hostAttention(qkv, offsets, heads);
  if (hasKernels()) return kernelAttention(qkv, tf.tensor1d([]), offsets, heads);
  const rows = longestOf(offsets);
  const future = () =>
    tf.tidy(() => tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([rows, rows]), -1, 0)), -1e10));
  return biasedAttention(qkv, offsets, heads, future);
}

/**
 * Self-attention of many heads within sets of equally many members: every member sees every other.
 *
 * @param qkv [sets × members, 3 × width] as in {@link causalAttention}
 * @param bias [sets, members] added to the scores of each key: 0, or -1e10 for one that is padding
 * @param heads a divisor of width
 * @param factors [sets, heads, members, members] on the weights, where some are dropped
 * @returns [sets × members, width]
 */
export function setAttention(
  qkv: tf.Tensor2D,
  bias: tf.Tensor2D,
  heads: number,
  factors?: tf.Tensor4D,
): tf.Tensor2D {
  const [sets, members] = bias.shape;
  const offsets = equalOffsets(sets, members);
  if (factors === undefined) {
    if (isOnHost()) return hostAttention(qkv, offsets, heads, bias);
    if (hasKernels()) return kernelAttention(qkv, bias, offsets, heads);
  }
  return biasedAttention(
    qkv,
    offsets,
    heads,
    () => tf.reshape(bias, [sets, 1, 1, members]),
    factors,
  );
}

function kernelAttention(
  qkv: tf.Tensor2D,
  bias: tf.Tensor,
  offsets: RecordOffsets,
  heads: number,
): tf.Tensor2D {
  return differentiable(
    [qkv],
    () => {
      const [value, logSums] = attentionKernel(qkv, bias, offsets, heads);
      return { value, saved: [qkv, bias, logSums] };
    },
    (dy, [qkv, bias, logSums]) => [attentionGradientKernel(dy, qkv, bias, logSums, offsets, heads)],
  );
}

/**
 * Attention in operations that every engine has, on padded records: what no row sees of them, nor gives
 * a gradient to, are zeros.
 *
 * @param bias what to add to the scores, of a shape that spreads over [records, heads, rows, rows]
 * @param factors [records, heads, rows, rows] on the weights, where some are dropped
 */
function biasedAttention(
  qkv: tf.Tensor2D,
  offsets: RecordOffsets,
  heads: number,
  bias: () => tf.Tensor,
  factors?: tf.Tensor4D,
): tf.Tensor2D {
  const [total, columns] = qkv.shape;
  const scale = 1 / Math.sqrt(columns / 3 / heads);
  return differentiable(
    [qkv],
    () => {
      const [q, k, v] = splitHeads(qkv, offsets, heads, 3);
      const scores = replaced(products(q, k, "N", "T"), (x) => tf.mul(x, scale));
      const weights = replaced(replaced(scores, (x) => tf.add(x, bias())), (x) => tf.softmax(x));
      const kept = factors === undefined ? [] : [factors];
      const value = joinHeads([products(thinned(weights, kept), v)], offsets, total);
      return { value, saved: [q, k, v, weights, ...kept] };
    },
    (dy, [q, k, v, weights, ...kept]) => {
      const [d] = splitHeads(dy, offsets, heads, 1);
      const used = thinned(weights, kept);
      const dWeights = thinned(products(d, v, "N", "T"), kept);
      const expected = tf.tidy(() => tf.sum(tf.mul(dWeights, weights), 3, true));
      const centred = replaced(dWeights, (x) => tf.sub(x, expected));
      const dSoftmax = replaced(centred, (x) => tf.mul(weights, x));
      const dScores = replaced(dSoftmax, (x) => tf.mul(x, scale));
      return [joinHeads(
        [
          products(dScores, k),
          products(dScores, q, "T"),
          products(used, d, "T"),
        ],
        offsets,
        total,
      )];
    },
  );
}

/**
 * What takes a tensor's place, which is freed at once: attention over a record of 14,000 rows has
 * 3 GB in each of these.
 */
function replaced(x: tf.Tensor4D, next: (x: tf.Tensor4D) => tf.Tensor4D): tf.Tensor4D {
  const y = next(x);
  x.dispose();
  return y;
}

/** Weights with those left out that dropout does not keep, where there is one. */
function thinned(weights: tf.Tensor4D, [kept]: readonly tf.Tensor[]): tf.Tensor4D {
  return kept === undefined ? weights : tf.mul(weights, kept);
}

/** Products of a or aᵀ and b or bᵀ; wasm multiplies slower by flags than by transposed tensors. */
function products(
  a: tf.Tensor4D,
  b: tf.Tensor4D,
  transposeA: "N" | "T" = "N",
  transposeB: "N" | "T" = "N",
): tf.Tensor4D {
  if (!isOnHost()) return tf.matMul(a, b, transposeA === "T", transposeB === "T");
  const turned = (x: tf.Tensor4D) => tf.transpose(x, [0, 1, 3, 2]);
  return tf.matMul(transposeA === "T" ? turned(a) : a, transposeB === "T" ? turned(b) : b);
}

/** [rows, parts × width] → parts tensors [records, heads, rows of the longest, head]. */
function splitHeads(x: tf.Tensor2D, offsets: RecordOffsets, heads: number, parts: number) {
  const apart = padded(x, offsets);
  const [records, rows, columns] = apart.shape;
  const split = tf.reshape(apart, [records, rows, parts, heads, columns / parts / heads]);
  return tf.unstack(tf.transpose(split, [2, 0, 3, 1, 4])) as tf.Tensor4D[];
}

/** The way back from {@link splitHeads}: parts beside each other. */
function joinHeads(parts: tf.Tensor[], offsets: RecordOffsets, total: number): tf.Tensor2D {
  const [records, heads, rows, head] = parts[0].shape;
  const joined = tf.transpose(tf.stack(parts), [1, 3, 0, 2, 4]);
  return packed(tf.reshape(joined, [records, rows, parts.length * heads * head]), offsets, total);
}

/** Keys and values of the rows that a record's next row may look at, for sampling. */
export interface AttentionCache {
  /** Rows so far. */
  readonly rows: number;
  /** [records, heads, rows so far or more, head width] */
  keys: tf.Tensor4D;
  /** As keys. */
  values: tf.Tensor4D;
}

/** Rows by which own operations extend a cache, so that it is seldom copied. */
const spareRows = 16;

/** A cache with room for one more row; disposes of one that had none. */
function withRoom(
  cache: AttentionCache | undefined,
  [records, heads, head]: readonly [number, number, number],
): AttentionCache {
  if (cache === undefined) {
    const make = () => tf.zeros<tf.Rank.R4>([records, heads, spareRows, head]);
    return { rows: 0, keys: make(), values: make() };
  }
  const { rows, keys, values } = cache;
  if (rows < keys.shape[2]) return cache;
  const extended = (x: tf.Tensor4D) => tf.pad(x, [[0, 0], [0, 0], [0, spareRows], [0, 0]]);
  const roomy = { rows, keys: extended(keys), values: extended(values) };
  tf.dispose([keys, values]);
  return roomy;
}

/**
 * {@link causalAttention} for one new row per record, given the keys and values of earlier rows.
 *
 * @param qkv [records, 3 × width] of the new row
 * @param heads a divisor of width
 * @param cache of the earlier rows, or undefined for a first row; disposed
 * @returns [records, width] and the cache with the new row
 */
export function attendNext(
  qkv: tf.Tensor2D,
  heads: number,
  cache: AttentionCache | undefined,
): { y: tf.Tensor2D; cache: AttentionCache } {
  const [records, columns] = qkv.shape;
  const width = columns / 3;
  const head = width / heads;
  if (hasKernels()) {
    const { rows, keys, values } = withRoom(cache, [records, heads, head]);
    const y = attendNextKernel(qkv, keys, values, rows);
    return { y, cache: { rows: rows + 1, keys, values } };
  }
  const [q, newKeys, newValues] = tf.split(qkv, 3, 1).map((part) =>
    tf.reshape<tf.Rank.R4>(part, [records, heads, 1, head])
  );
  const keys = cache === undefined ? newKeys : tf.concat([cache.keys, newKeys], 2);
  const values = cache === undefined ? newValues : tf.concat([cache.values, newValues], 2);
  const y = tf.tidy(() => {
    const scores = tf.mul(tf.matMul(q, keys, false, true), 1 / Math.sqrt(head));
    return tf.reshape<tf.Rank.R2>(tf.matMul(tf.softmax(scores), values), [records, width]);
  });
  if (cache !== undefined) tf.dispose([cache.keys, cache.values, newKeys, newValues]);
  q.dispose();
  return { y, cache: { rows: (cache?.rows ?? 0) + 1, keys, values } };
}
