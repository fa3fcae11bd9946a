// What is computed number by number, and sums of columns.

import { all, exp, log1p } from "./math";

/** √(8/π), and this times 0.044715, as in gelu.ts. */
const A: f32 = 1.5957691216057308;
const B: f32 = 0.07135481627159999;

/** σ(x (A + B x²)), by which the Gaussian error linear unit multiplies x. */
// @ts-ignore: decorator
@inline
function gate(x: v128, square: v128): v128 {
  const z = f32x4.mul(x, f32x4.relaxed_madd(square, all(B), all(A)));
  return f32x4.div(all(1), f32x4.add(all(1), exp(f32x4.neg(z))));
}

// @ts-ignore: decorator
@inline
function geluOf(x: v128): v128 {
  return f32x4.mul(x, gate(x, f32x4.mul(x, x)));
}

// @ts-ignore: decorator
@inline
function geluGradientOf(dy: v128, x: v128): v128 {
  const square = f32x4.mul(x, x);
  const g = gate(x, square);
  const inner = f32x4.relaxed_madd(square, all(3 * B), all(A));
  const slope = f32x4.mul(f32x4.mul(x, f32x4.sub(all(1), g)), inner);
  return f32x4.mul(dy, f32x4.mul(g, f32x4.add(slope, all(1))));
}

/** The Gaussian error linear unit of `count` numbers. */
export function gelu(count: i32, x: usize, y: usize): void {
  const end = x + (<usize>count << 2);
  for (; x + 16 <= end; x += 16, y += 16) v128.store(y, geluOf(v128.load(x)));
  for (; x < end; x += 4, y += 4) f32.store(y, f32x4.extract_lane(geluOf(v128.load32_splat(x)), 0));
}

/** Its gradient at x, from that at its value. */
export function geluGradient(count: i32, dy: usize, x: usize, dx: usize): void {
  const end = x + (<usize>count << 2);
  for (; x + 16 <= end; x += 16, dy += 16, dx += 16) {
    v128.store(dx, geluGradientOf(v128.load(dy), v128.load(x)));
  }
  for (; x < end; x += 4, dy += 4, dx += 4) {
    const own = geluGradientOf(v128.load32_splat(dy), v128.load32_splat(x));
    f32.store(dx, f32x4.extract_lane(own, 0));
  }
}

/** e^-|x|, from which {@link sigmoid} and {@link softplus} of x follow. */
// @ts-ignore: decorator
@inline
function decayed(x: v128): v128 {
  return exp(f32x4.neg(f32x4.abs(x)));
}

// @ts-ignore: decorator
@inline
function sigmoid(x: v128, e: v128): v128 {
  const larger = f32x4.div(all(1), f32x4.add(all(1), e)); // σ(|x|)
  return v128.bitselect(f32x4.mul(e, larger), larger, f32x4.lt(x, all(0)));
}

/** ln(1 + e^x) */
// @ts-ignore: decorator
@inline
function softplus(x: v128, e: v128): v128 {
  return f32x4.add(f32x4.pmax(x, all(0)), log1p(e));
}

/** σ of the logits, and the sum of ln(1 + e^logit): the gradient and the loss if nothing is on. */
export function offRow(count: i32, logits: usize, gradient: usize): f64 {
  const end = logits + (<usize>count << 2);
  let sums = f64x2.splat(0);
  for (; logits + 16 <= end; logits += 16, gradient += 16) {
    const x = v128.load(logits);
    const e = decayed(x);
    v128.store(gradient, sigmoid(x, e));
    const low = softplus(x, e);
    const high = v128.shuffle<i64>(low, low, 1, 1);
    sums = f64x2.add(sums, f64x2.add(f64x2.promote_low_f32x4(low), f64x2.promote_low_f32x4(high)));
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; logits < end; logits += 4, gradient += 4) {
    const x = v128.load32_splat(logits);
    const e = decayed(x);
    f32.store(gradient, f32x4.extract_lane(sigmoid(x, e), 0));
    sum += <f64>f32x4.extract_lane(softplus(x, e), 0);
  }
  return sum;
}

/** y[column] = the sum of x[row, column] over rows. */
export function columnSums(rows: i32, columns: i32, x: usize, y: usize): void {
  memory.fill(y, 0, <usize>columns << 2);
  const end = y + (<usize>columns << 2);
  for (let row = 0; row < rows; row++) {
    let to = y;
    for (; to + 16 <= end; to += 16, x += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(x)));
    for (; to < end; to += 4, x += 4) f32.store(to, f32.load(to) + f32.load(x));
  }
}
