/**
 * Attention in loops over typed arrays, for cpu and wasm: without the transposes that take half the
 * time there.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import { hostKernel } from "./host.ts";
import { hasWasmKernels, wasmAttention, wasmAttentionGradient } from "./wasm_kernels.ts";

/** Sizes of one call, and which rows a row sees. */
interface Sizes {
  readonly records: number;
  readonly rows: number;
  readonly heads: number;
  /** Width of one head. */
  readonly head: number;
  readonly isCausal: boolean;
}

/** One softmax row over the first `count` scores, in place. */
function softmax(scores: Float32Array, from: number, count: number): void {
  let max = -Infinity;
  for (let j = from; j < from + count; j++) if (scores[j] > max) max = scores[j];
  let sum = 0;
  for (let j = from; j < from + count; j++) sum += scores[j] = Math.exp(scores[j] - max);
  for (let j = from; j < from + count; j++) scores[j] /= sum;
}

/**
 * Fills in the weights [records × heads, rows, rows] and the outputs [records × rows, width].
 *
 * @param bias [records, rows] added to the scores of each row, or undefined for none
 */
function forward(
  { records, rows, heads, head, isCausal }: Sizes,
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
  for (let at = 0; at < records * heads; at++) {
    const record = Math.floor(at / heads);
    const q = record * rows * stride + (at % heads) * head;
    const out = record * rows * width + (at % heads) * head;
    for (let i = 0; i < rows; i++) {
      const w = (at * rows + i) * rows;
      const seen = isCausal ? i + 1 : rows;
      for (let j = 0; j < seen; j++) {
        const a = q + i * stride;
        const b = q + width + j * stride;
        let dot = 0;
        for (let k = 0; k < head; k++) dot += qkv[a + k] * qkv[b + k];
        weights[w + j] = dot * scale + (bias === undefined ? 0 : bias[record * rows + j]);
      }
      softmax(weights, w, seen);
      for (let j = 0; j < seen; j++) {
        const p = weights[w + j];
        const v = q + 2 * width + j * stride;
        for (let k = 0; k < head; k++) y[out + i * width + k] += p * qkv[v + k];
      }
    }
  }
}

/** Fills in the gradient at queries, keys and values. */
function backward(
  { records, rows, heads, head, isCausal }: Sizes,
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
  for (let at = 0; at < records * heads; at++) {
    const record = Math.floor(at / heads);
    const q = record * rows * stride + (at % heads) * head;
    const out = record * rows * width + (at % heads) * head;
    for (let i = 0; i < rows; i++) {
      const w = (at * rows + i) * rows;
      const d = out + i * width;
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

/**
 * Self-attention of many heads within records.
 *
 * @param qkv [records × rows, 3 × width] queries, keys and values beside each other
 * @param bias [records, rows] added to the scores of each row; causal when left out
 * @returns [records × rows, width]
 */
export function hostAttention(
  qkv: tf.Tensor2D,
  records: number,
  heads: number,
  bias?: tf.Tensor2D,
): tf.Tensor2D {
  const rows = qkv.shape[0] / records;
  const width = qkv.shape[1] / 3;
  const sizes = { records, rows, heads, head: width / heads, isCausal: bias === undefined };
  return differentiable(
    [qkv],
    () => {
      if (hasWasmKernels()) {
        const [value, weights] = wasmAttention(qkv, bias, sizes);
        return { value, saved: [qkv, weights] };
      }
      const shapes = [[records * rows, width], [records * heads, rows, rows]] as const;
      const inputs = bias === undefined ? [qkv] : [qkv, bias];
      const [value, weights] = hostKernel(
        inputs,
        shapes,
        ([qkv, bias], [y, weights]) => forward(sizes, qkv, bias, y, weights),
      );
      return { value, saved: [qkv, weights] };
    },
    (dy, saved) =>
      hasWasmKernels() ? [wasmAttentionGradient(dy, ...saved, sizes)] : hostKernel(
        [dy, ...saved],
        [qkv.shape],
        ([dy, qkv, weights], [dqkv]) => backward(sizes, dy, qkv, weights, dqkv),
      ),
  );
}
