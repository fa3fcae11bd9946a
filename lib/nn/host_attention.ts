/**
 * Attention in loops over typed arrays, for cpu and wasm: without the transposes that take half the
 * time there.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import { hostKernel } from "./host.ts";
import { lengthsOf, longestOf, type RecordOffsets } from "./record_rows.ts";
import {
  type AttentionSizes,
  hasWasmKernels,
  linkWasmKernels,
  wasmAttention,
  wasmAttentionGradient,
  wasmAttentionRoom,
} from "./wasm_kernels.ts";

/** One softmax row over the first `count` scores, in place. */
function softmax(scores: Float32Array, from: number, count: number): void {
  let max = -Infinity;
  for (let j = from; j < from + count; j++) if (scores[j] > max) max = scores[j];
  let sum = 0;
  for (let j = from; j < from + count; j++) sum += scores[j] = Math.exp(scores[j] - max);
  for (let j = from; j < from + count; j++) scores[j] /= sum;
}

/**
 * Fills in the weights [heads, rows, rows] and the outputs [rows, width] of one record.
 *
 * @param bias [rows] added to the scores of each row, or undefined for none
 */
function forward(
  { rows, heads, head, isCausal }: AttentionSizes,
  qkv: Float32Array,
  bias: Float32Array | undefined,
  y: Float32Array,
  weights: Float32Array,
): void {
  const width = heads * head;
  const stride = 3 * width;
  const scale = 1 / Math.sqrt(head);
  y.fill(0);
  weights.fill(0);
  for (let at = 0; at < heads; at++) {
    const q = at * head;
    for (let i = 0; i < rows; i++) {
      const w = (at * rows + i) * rows;
      const seen = isCausal ? i + 1 : rows;
      for (let j = 0; j < seen; j++) {
        const a = q + i * stride;
        const b = q + width + j * stride;
        let dot = 0;
        for (let k = 0; k < head; k++) dot += qkv[a + k] * qkv[b + k];
        weights[w + j] = dot * scale + (bias === undefined ? 0 : bias[j]);
      }
      softmax(weights, w, seen);
      for (let j = 0; j < seen; j++) {
        const p = weights[w + j];
        const v = q + 2 * width + j * stride;
        for (let k = 0; k < head; k++) y[q + i * width + k] += p * qkv[v + k];
      }
    }
  }
}

/** Fills in the gradient at queries, keys and values of one record. */
function backward(
  { rows, heads, head, isCausal }: AttentionSizes,
  dy: Float32Array,
  qkv: Float32Array,
  weights: Float32Array,
  dqkv: Float32Array,
): void {
  const width = heads * head;
  const stride = 3 * width;
  const scale = 1 / Math.sqrt(head);
  const dp = new Float32Array(rows);
  dqkv.fill(0);
  for (let at = 0; at < heads; at++) {
    const q = at * head;
    for (let i = 0; i < rows; i++) {
      const w = (at * rows + i) * rows;
      const d = q + i * width;
      const seen = isCausal ? i + 1 : rows;
      let expected = 0;
      for (let j = 0; j < seen; j++) {
        const p = weights[w + j];
        const v = q + 2 * width + j * stride;
        let dot = 0;
        for (let k = 0; k < head; k++) {
          dot += dy[d + k] * qkv[v + k];
          dqkv[v + k] += p * dy[d + k];
        }
        dp[j] = dot;
        expected += p * dot;
      }
      const a = q + i * stride;
      for (let j = 0; j < seen; j++) {
        const ds = weights[w + j] * (dp[j] - expected) * scale;
        const b = q + width + j * stride;
        for (let k = 0; k < head; k++) {
          dqkv[a + k] += ds * qkv[b + k];
          dqkv[b + k] += ds * qkv[a + k];
        }
      }
    }
  }
}

/** A record's part of what attention computes. */
interface RecordPart {
  readonly sizes: AttentionSizes;
  /** Its part of numbers of which each row has equally many. */
  rows(numbers: Float32Array): Float32Array;
  /** Its part of the weights. */
  weights(numbers: Float32Array): Float32Array;
}

/** The parts of all records, and the number of all weights. */
function recordParts(
  offsets: RecordOffsets,
  total: number,
  sizes: Omit<AttentionSizes, "rows">,
): { readonly parts: readonly RecordPart[]; readonly weightCount: number } {
  let weightCount = 0;
  const parts = Array.from(lengthsOf(offsets), (rows, record): RecordPart => {
    const [from, to] = [offsets[record], offsets[record + 1]];
    const ownWeights = [weightCount, weightCount += sizes.heads * rows ** 2] as const;
    return {
      sizes: { ...sizes, rows },
      rows: (numbers) => numbers.subarray(...[from, to].map((row) => row * numbers.length / total)),
      weights: (numbers) => numbers.subarray(...ownWeights),
    };
  });
  return { parts, weightCount };
}

/**
 * Self-attention of many heads within records. Keeps the weights: [heads, rows, rows] of each record.
 *
 * @param qkv [rows, 3 × width] queries, keys and values beside each other
 * @param offsets [records + 1] which rows are whose
 * @param bias [rows] added to the scores of each row; causal when left out
 * @returns [rows, width]; zeros in rows of no record
 */
export function hostAttention(
  qkv: tf.Tensor2D,
  offsets: RecordOffsets,
  heads: number,
  bias?: tf.Tensor,
): tf.Tensor2D {
  const [total, columns] = qkv.shape;
  const width = columns / 3;
  const sizes = { heads, head: width / heads, isCausal: bias === undefined };
  const { parts, weightCount } = recordParts(offsets, total, sizes);
  const end = offsets[offsets.length - 1];
  const hasOwn = hasWasmKernels();
  if (hasOwn) linkWasmKernels();
  return differentiable(
    [qkv],
    () => {
      const run = hasOwn ? wasmAttention : forward;
      const inputs = bias === undefined ? [qkv] : [qkv, bias];
      const shapes = [[total, width], [weightCount]] as const;
      const [value, weights] = hostKernel(inputs, shapes, ([qkv, bias], [y, weights]) => {
        y.fill(0, end * width);
        for (const part of parts) {
          const ownBias = bias === undefined ? undefined : part.rows(bias);
          run(part.sizes, part.rows(qkv), ownBias, part.rows(y), part.weights(weights));
        }
      });
      return { value, saved: [qkv, weights] };
    },
    (dy, saved) => {
      const run = hasOwn ? wasmAttentionGradient : backward;
      const shapes = [qkv.shape, [hasOwn ? wasmAttentionRoom(longestOf(offsets)) : 1]] as const;
      const [dqkv] = hostKernel([dy, ...saved], shapes, ([dy, qkv, weights], [dqkv, room]) => {
        dqkv.fill(0, end * columns);
        for (const part of parts) {
          const given = [part.rows(dy), part.rows(qkv), part.weights(weights)] as const;
          run(part.sizes, ...given, part.rows(dqkv), room);
        }
      });
      return [dqkv];
    },
  );
}
