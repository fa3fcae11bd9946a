// Functions of four numbers at once.

/** The constant in all four lanes. */
// @ts-ignore: decorator
@inline
export function all(x: f32): v128 {
  return f32x4.splat(x);
}

/** The sum of the lanes. */
// @ts-ignore: decorator
@inline
export function laneSum(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/**
 * e^x to a relative 1.2e-7, 0 below -87: 2^n e^r with |r| at most ln 2 / 2, and e^r by the polynomial of
 * Cephes' expf (Moshier 1992).
 */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const tooLow = f32x4.lt(x, all(-87.0));
  x = f32x4.pmin(f32x4.pmax(x, all(-87.0)), all(88.0)); // NaN stays NaN
  const n = f32x4.nearest(f32x4.mul(x, all(1.44269504088896341)));
  // ln 2 in two parts, of which the first has few digits, so that its product is exact
  const r = f32x4.relaxed_nmadd(n, all(-2.12194440e-4), f32x4.relaxed_nmadd(n, all(0.693359375), x));
  let p = all(1.9875691500e-4);
  p = f32x4.relaxed_madd(p, r, all(1.3981999507e-3));
  p = f32x4.relaxed_madd(p, r, all(8.3334519073e-3));
  p = f32x4.relaxed_madd(p, r, all(4.1665795894e-2));
  p = f32x4.relaxed_madd(p, r, all(1.6666665459e-1));
  p = f32x4.relaxed_madd(p, r, all(5.0000001201e-1));
  p = f32x4.add(f32x4.relaxed_madd(f32x4.mul(p, r), r, r), all(1));
  const power = i32x4.shl(i32x4.add(i32x4.relaxed_trunc_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(p, power), tooLow);
}

/** ln(1 + e) for e in [0, 1], to a relative 1.2e-7: 2 artanh(e / (2 + e)) by its series. */
// @ts-ignore: decorator
@inline
export function log1p(e: v128): v128 {
  const s = f32x4.div(e, f32x4.add(e, all(2)));
  const square = f32x4.mul(s, s);
  let p = all(2.0 / 15);
  p = f32x4.relaxed_madd(p, square, all(2.0 / 13));
  p = f32x4.relaxed_madd(p, square, all(2.0 / 11));
  p = f32x4.relaxed_madd(p, square, all(2.0 / 9));
  p = f32x4.relaxed_madd(p, square, all(2.0 / 7));
  p = f32x4.relaxed_madd(p, square, all(2.0 / 5));
  p = f32x4.relaxed_madd(p, square, all(2.0 / 3));
  p = f32x4.relaxed_madd(p, square, all(2));
  return f32x4.mul(p, s);
}
