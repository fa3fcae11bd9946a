// Layer norm over rows, as in layer_norm.ts.

import { all, laneSum } from "./math";

/**
 * Value and normalised rows [rows, width], and 1 / deviation [rows].
 *
 * @param gain [width]
 * @param bias [width]
 */
export function layerNorm(
  rows: i32, width: i32, epsilon: f32,
  x: usize, gain: usize, bias: usize, y: usize, normal: usize, scale: usize
): void {
  const bytes = <usize>width << 2;
  const bytes4 = <usize>(width & ~3) << 2;
  for (let row = 0; row < rows; row++, x += bytes, y += bytes, normal += bytes, scale += 4) {
    let sums = all(0);
    let i: usize = 0;
    for (; i < bytes4; i += 16) sums = f32x4.add(sums, v128.load(x + i));
    let sum = laneSum(sums);
    for (; i < bytes; i += 4) sum += f32.load(x + i);
    const mean = sum / <f32>width;
    let squares = all(0);
    for (i = 0; i < bytes4; i += 16) {
      const apart = f32x4.sub(v128.load(x + i), all(mean));
      squares = f32x4.relaxed_madd(apart, apart, squares);
    }
    let square = laneSum(squares);
    for (; i < bytes; i += 4) {
      const apart = f32.load(x + i) - mean;
      square += apart * apart;
    }
    const s: f32 = 1 / sqrt<f32>(square / <f32>width + epsilon);
    f32.store(scale, s);
    for (i = 0; i < bytes4; i += 16) {
      const n = f32x4.mul(f32x4.sub(v128.load(x + i), all(mean)), all(s));
      v128.store(normal + i, n);
      v128.store(y + i, f32x4.relaxed_madd(n, v128.load(gain + i), v128.load(bias + i)));
    }
    for (; i < bytes; i += 4) {
      const n = (f32.load(x + i) - mean) * s;
      f32.store(normal + i, n);
      f32.store(y + i, n * f32.load(gain + i) + f32.load(bias + i));
    }
  }
}

/** The gradients at x, gain and bias of {@link layerNorm}. */
export function layerNormGradient(
  rows: i32, width: i32,
  dy: usize, normal: usize, scale: usize, gain: usize, dx: usize, dGain: usize, dBias: usize
): void {
  const bytes = <usize>width << 2;
  const bytes4 = <usize>(width & ~3) << 2;
  memory.fill(dGain, 0, bytes);
  memory.fill(dBias, 0, bytes);
  for (let row = 0; row < rows; row++, dy += bytes, normal += bytes, dx += bytes, scale += 4) {
    let sums = all(0), projections = all(0);
    let i: usize = 0;
    for (; i < bytes4; i += 16) {
      const d = v128.load(dy + i), n = v128.load(normal + i);
      const g = f32x4.mul(d, v128.load(gain + i));
      sums = f32x4.add(sums, g);
      projections = f32x4.relaxed_madd(g, n, projections);
      v128.store(dGain + i, f32x4.relaxed_madd(d, n, v128.load(dGain + i)));
      v128.store(dBias + i, f32x4.add(d, v128.load(dBias + i)));
    }
    let sum = laneSum(sums), projection = laneSum(projections);
    for (; i < bytes; i += 4) {
      const d = f32.load(dy + i), n = f32.load(normal + i);
      const g = d * f32.load(gain + i);
      sum += g;
      projection += g * n;
      f32.store(dGain + i, f32.load(dGain + i) + d * n);
      f32.store(dBias + i, f32.load(dBias + i) + d);
    }
    const mean = sum / <f32>width;
    projection /= <f32>width;
    const s = f32.load(scale);
    for (i = 0; i < bytes4; i += 16) {
      const g = f32x4.sub(f32x4.mul(v128.load(dy + i), v128.load(gain + i)), all(mean));
      const own = f32x4.relaxed_nmadd(v128.load(normal + i), all(projection), g);
      v128.store(dx + i, f32x4.mul(own, all(s)));
    }
    for (; i < bytes; i += 4) {
      const g = f32.load(dy + i) * f32.load(gain + i) - mean;
      f32.store(dx + i, s * (g - f32.load(normal + i) * projection));
    }
  }
}
