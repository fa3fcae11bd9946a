// Attention of many heads, head by head in blocks of rows, by products.

import { all, exp, laneSum } from "./math";
import { product } from "./product";

/** Rows of a block: so much of what causal attention does not see is left out. */
const blockRows: i32 = 24;

/** Rows that {@link attentionGradient} wants as room for the gradient at weights. */
export function attentionBlock(): i32 {
  return blockRows;
}

/** Where element `index` of floats lies. */
// @ts-ignore: decorator
@inline
function at(floats: usize, index: i32): usize {
  return floats + (<usize>index << 2);
}

/** scale x + bias of a row, or scale x; then its softmax. */
function softmax(count: i32, scale: f32, x: usize, bias: usize): void {
  const end = at(x, count);
  const end4 = at(x, count & ~3);
  let most: f32 = -Infinity;
  for (let i = x; i < end; i += 4) {
    let each = scale * f32.load(i);
    if (bias != 0) each += f32.load(bias + (i - x));
    f32.store(i, each);
    most = max(most, each);
  }
  const mosts = all(most);
  let sums = all(0);
  let i = x;
  for (; i < end4; i += 16) {
    const e = exp(f32x4.sub(v128.load(i), mosts));
    v128.store(i, e);
    sums = f32x4.add(sums, e);
  }
  let sum = laneSum(sums);
  for (; i < end; i += 4) {
    const e = f32x4.extract_lane(exp(all(f32.load(i) - most)), 0);
    f32.store(i, e);
    sum += e;
  }
  const share: f32 = 1 / sum;
  i = x;
  for (; i < end4; i += 16) v128.store(i, f32x4.mul(v128.load(i), all(share)));
  for (; i < end; i += 4) f32.store(i, f32.load(i) * share);
}

/** The gradient at scaled scores from that at the weights p, in its place. */
function softmaxGradient(count: i32, scale: f32, p: usize, dp: usize): void {
  const end4 = at(p, count & ~3);
  const end = at(p, count);
  const apart = dp - p;
  let sums = all(0);
  let i = p;
  for (; i < end4; i += 16) sums = f32x4.relaxed_madd(v128.load(i), v128.load(i + apart), sums);
  let sum = laneSum(sums);
  for (; i < end; i += 4) sum += f32.load(i) * f32.load(i + apart);
  i = p;
  for (; i < end4; i += 16) {
    const centred = f32x4.sub(v128.load(i + apart), all(sum));
    v128.store(i + apart, f32x4.mul(f32x4.mul(v128.load(i), centred), all(scale)));
  }
  for (; i < end; i += 4) f32.store(i + apart, f32.load(i) * (f32.load(i + apart) - sum) * scale);
}

/**
 * Weights [records × heads, rows, rows] and outputs [records × rows, width] of attention.
 *
 * @param qkv [records × rows, 3 × width]
 * @param bias [records, rows] added to the scores of each row; 0 for causal attention
 */
export function attention(
  records: i32, rows: i32, heads: i32, head: i32,
  qkv: usize, bias: usize, y: usize, weights: usize, scratch: usize
): void {
  const width = heads * head;
  const stride = 3 * width;
  const scale: f32 = 1 / sqrt<f32>(<f32>head);
  if (bias == 0) memory.fill(weights, 0, <usize>(records * heads) * <usize>(rows * rows) * 4);
  for (let each = 0; each < records * heads; each++) {
    const record = each / heads;
    const column = each % heads * head;
    const q = at(qkv, record * rows * stride + column);
    const k = at(q, width);
    const v = at(k, width);
    const own = weights + <usize>each * <usize>(4 * rows * rows);
    const out = at(y, record * rows * width + column);
    for (let row = 0; row < rows; row += blockRows) {
      const count = min(blockRows, rows - row);
      const seen = bias == 0 ? row + count : rows;
      const block = at(own, row * rows);
      product(
        count, head, seen, at(q, row * stride), stride, 1, k, 1, stride, 0, 0, block, rows, scratch
      );
      for (let i = 0; i < count; i++) {
        const scores = at(block, i * rows);
        if (bias != 0) softmax(rows, scale, scores, at(bias, record * rows));
        else {
          softmax(row + i + 1, scale, scores, 0);
          memory.fill(at(scores, row + i + 1), 0, <usize>(count - i - 1) << 2);
        }
      }
      product(
        count, seen, head, block, rows, 1, v, stride, 1, 0, 0, at(out, row * width), width, scratch
      );
    }
  }
}

/**
 * The gradient at qkv of {@link attention}.
 *
 * @param isCausal whether rows see no later ones
 * @param dWeights [{@link attentionBlock}, rows] for itself
 */
export function attentionGradient(
  records: i32, rows: i32, heads: i32, head: i32, isCausal: bool,
  dy: usize, qkv: usize, weights: usize, dqkv: usize, dWeights: usize, scratch: usize
): void {
  const width = heads * head;
  const stride = 3 * width;
  const scale: f32 = 1 / sqrt<f32>(<f32>head);
  memory.fill(dqkv, 0, <usize>(records * rows) * <usize>(4 * stride));
  for (let each = 0; each < records * heads; each++) {
    const record = each / heads;
    const column = each % heads * head;
    const q = at(qkv, record * rows * stride + column);
    const k = at(q, width);
    const v = at(k, width);
    const dq = at(dqkv, record * rows * stride + column);
    const dk = at(dq, width);
    const dv = at(dk, width);
    const own = weights + <usize>each * <usize>(4 * rows * rows);
    const d = at(dy, record * rows * width + column);
    for (let row = 0; row < rows; row += blockRows) {
      const count = min(blockRows, rows - row);
      const seen = isCausal ? row + count : rows;
      const block = at(own, row * rows);
      const dBlock = at(d, row * width);
      product(seen, count, head, block, 1, rows, dBlock, width, 1, dv, stride, dv, stride, scratch);
      product(count, head, seen, dBlock, width, 1, v, 1, stride, 0, 0, dWeights, rows, scratch);
      for (let i = 0; i < count; i++) {
        const from = at(dWeights, i * rows);
        const own = isCausal ? row + i + 1 : rows;
        softmaxGradient(own, scale, at(block, i * rows), from);
        memory.fill(at(from, own), 0, <usize>(seen - own) << 2);
      }
      product(
        count, seen, head, dWeights, rows, 1, k, stride, 1, 0, 0, at(dq, row * stride), stride, scratch
      );
      product(
        seen, count, head, dWeights, 1, rows, at(q, row * stride), stride, 1, dk, stride, dk, stride,
        scratch
      );
    }
  }
}
