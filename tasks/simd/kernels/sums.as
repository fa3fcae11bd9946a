// Sums of whole numbers with the weights of many resamples, a program of its own beside kernels.as.

/** Resamples whose sums are in registers. */
const lanes: i32 = 32;

/** Numbers of two rows of weights in turn, from their first halves. */
// @ts-ignore: decorator
@inline
function low(one: v128, two: v128): v128 {
  return v128.shuffle<i16>(one, two, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** The same from their second halves. */
// @ts-ignore: decorator
@inline
function high(one: v128, two: v128): v128 {
  return v128.shuffle<i16>(one, two, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Adds four numbers to those in memory. */
// @ts-ignore: decorator
@inline
function add(to: usize, sums: v128): void {
  v128.store(to, i32x4.add(v128.load(to), sums));
}

/**
 * Adds weight × count of each entry to the sums of its cell, two entries at once.
 *
 * @param cellCount cells that have entries
 * @param columns resamples, a multiple of 32
 * @param cells [cellCount] i32, where their sums are
 * @param offsets [cellCount + 1] i32, where the entries of each cell begin
 * @param units [entries] u16, row of weights
 * @param counts [entries] u16, less than 2¹⁵
 * @param weights [units × columns] i16
 * @param sums [cells × columns] u32
 */
export function addRun(
  cellCount: i32, columns: i32,
  cells: usize, offsets: usize, units: usize, counts: usize, weights: usize, sums: usize
): void {
  const row = <usize>columns << 1;
  for (let first: i32 = 0; first < columns; first += lanes) {
    const from = weights + (<usize>first << 1);
    for (let i = 0; i < cellCount; i++) {
      let a = i32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
      let k = <usize>load<u32>(offsets + (<usize>i << 2));
      const end = <usize>load<u32>(offsets + (<usize>i << 2), 4);
      for (; k < end; k += 2) {
        const isPair = k + 1 < end;
        const at = k << 1;
        const count = isPair
          ? v128.load32_splat(counts + at)
          : i32x4.splat(<i32>load<u16>(counts + at)); // the other count is 0
        const one = from + <usize>load<u16>(units + at) * row;
        const two = isPair ? from + <usize>load<u16>(units + at, 2) * row : one;
        let x = v128.load(one), y = v128.load(two);
        a = i32x4.add(a, i32x4.dot_i16x8_s(low(x, y), count));
        b = i32x4.add(b, i32x4.dot_i16x8_s(high(x, y), count));
        x = v128.load(one, 16); y = v128.load(two, 16);
        c = i32x4.add(c, i32x4.dot_i16x8_s(low(x, y), count));
        d = i32x4.add(d, i32x4.dot_i16x8_s(high(x, y), count));
        x = v128.load(one, 32); y = v128.load(two, 32);
        e = i32x4.add(e, i32x4.dot_i16x8_s(low(x, y), count));
        f = i32x4.add(f, i32x4.dot_i16x8_s(high(x, y), count));
        x = v128.load(one, 48); y = v128.load(two, 48);
        g = i32x4.add(g, i32x4.dot_i16x8_s(low(x, y), count));
        h = i32x4.add(h, i32x4.dot_i16x8_s(high(x, y), count));
      }
      const cell = <usize>load<u32>(cells + (<usize>i << 2));
      const to = sums + ((cell * <usize>columns + <usize>first) << 2);
      add(to, a); add(to + 16, b); add(to + 32, c); add(to + 48, d);
      add(to + 64, e); add(to + 80, f); add(to + 96, g); add(to + 112, h);
    }
  }
}
