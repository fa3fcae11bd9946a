// Matrix products, by the blocks of Goto & van de Geijn 2008, "Anatomy of high-performance matrix
// multiplication": a block of either factor is first copied into the order in which it is read, whichever
// way it lies. Each number of the result is added up term by term, whatever else there is to compute.

/** Rows and columns of a tile of the result, whose sums stay in registers: 12 of them, of 16. */
const tileRows: i32 = 6;
const tileColumns: i32 = 8;
/** Terms, rows and columns of a block: 100 kB of the left factor, 1 MB of the right one. */
const blockTerms: i32 = 256;
const blockRows: i32 = 96;
const blockColumns: i32 = 1024;

/** Bytes that {@link product} wants for itself. */
export function productScratch(): i32 {
  return 4 * (blockTerms * (blockRows + blockColumns) + (tileRows + 1) * tileColumns);
}

/** The first two numbers of each in turn. */
// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}

/** The last two numbers of each in turn. */
// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}

/** Stores the transpose of four rows of four; `line` bytes from a row of it to the next. */
// @ts-ignore: decorator
@inline
function storeTurned(a: v128, b: v128, c: v128, d: v128, to: usize, line: usize): void {
  const ab = low(a, b), cd = low(c, d);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to + line, v128.shuffle<i64>(ab, cd, 1, 3));
  const ab2 = high(a, b), cd2 = high(c, d);
  v128.store(to + 2 * line, v128.shuffle<i64>(ab2, cd2, 0, 2));
  v128.store(to + 3 * line, v128.shuffle<i64>(ab2, cd2, 1, 3));
}

/**
 * Copies lines of 6 numbers, which lie `stride` bytes apart, `next` bytes from each other: one of both is
 * a number's own 4.
 */
function copySix(from: usize, stride: usize, next: usize, lines: i32, to: usize): void {
  const end = to + <usize>lines * 24;
  if (stride == 4) {
    for (; to < end; to += 24, from += next) {
      v128.store(to, v128.load(from));
      i64.store(to, i64.load(from, 16), 16);
    }
    return;
  }
  const r1 = stride, r2 = r1 + stride, r3 = r2 + stride, r4 = r3 + stride, r5 = r4 + stride;
  for (; to + 96 <= end; to += 96, from += 16) {
    storeTurned(
      v128.load(from), v128.load(from + r1), v128.load(from + r2), v128.load(from + r3), to, 24
    );
    const e = v128.load(from + r4), f = v128.load(from + r5);
    const two = low(e, f), four = high(e, f);
    v128.store64_lane(to, two, 0, 16);
    v128.store64_lane(to, two, 1, 40);
    v128.store64_lane(to, four, 0, 64);
    v128.store64_lane(to, four, 1, 88);
  }
  for (; to < end; to += 24, from += 4) {
    f32.store(to, f32.load(from));
    f32.store(to, f32.load(from + r1), 4);
    f32.store(to, f32.load(from + r2), 8);
    f32.store(to, f32.load(from + r3), 12);
    f32.store(to, f32.load(from + r4), 16);
    f32.store(to, f32.load(from + r5), 20);
  }
}

/** As {@link copySix}, of 8 numbers. */
function copyEight(from: usize, stride: usize, next: usize, lines: i32, to: usize): void {
  const end = to + <usize>lines * 32;
  if (stride == 4) {
    for (; to < end; to += 32, from += next) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
    return;
  }
  const c1 = stride, c2 = c1 + stride, c3 = c2 + stride, c4 = c3 + stride;
  for (; to + 128 <= end; to += 128, from += 16) {
    storeTurned(
      v128.load(from), v128.load(from + c1), v128.load(from + c2), v128.load(from + c3), to, 32
    );
    const f = from + c4;
    storeTurned(
      v128.load(f), v128.load(f + c1), v128.load(f + c2), v128.load(f + c3), to + 16, 32
    );
  }
  for (; to < end; from += 4) {
    for (let i: usize = 0, each = from; i < 8; i++, to += 4, each += stride) {
      f32.store(to, f32.load(each));
    }
  }
}

/** As {@link copySix}, of `count` of a `group`, with zeros for the others. */
function copySome(from: usize, stride: usize, next: usize, lines: i32, to: usize, count: i32, group: i32): void {
  for (let line = 0; line < lines; line++) {
    let each = from;
    for (let i = 0; i < group; i++) {
      f32.store(to, i < count ? f32.load(each) : 0);
      each += stride;
      to += 4;
    }
    from += next;
  }
}

/** Copies rows of a left factor, or columns of a right one, in groups; strides in bytes. */
function copyBlock(from: usize, count: i32, stride: usize, terms: i32, next: usize, to: usize, group: i32): void {
  for (let i = 0; i < count; i += group) {
    if (count - i < group) copySome(from, stride, next, terms, to, count - i, group);
    else if (group == tileRows) copySix(from, stride, next, terms, to);
    else copyEight(from, stride, next, terms, to);
    from += <usize>group * stride;
    to += <usize>(4 * group * terms);
  }
}

/** y = start + the products of 6 rows and 8 columns; rows of start and y are this many bytes apart. */
function tile(terms: i32, rows: usize, columns: usize, start: usize, startStride: usize, y: usize, stride: usize): void {
  let s00 = v128.load(start), s01 = v128.load(start, 16);
  start += startStride;
  let s10 = v128.load(start), s11 = v128.load(start, 16);
  start += startStride;
  let s20 = v128.load(start), s21 = v128.load(start, 16);
  start += startStride;
  let s30 = v128.load(start), s31 = v128.load(start, 16);
  start += startStride;
  let s40 = v128.load(start), s41 = v128.load(start, 16);
  start += startStride;
  let s50 = v128.load(start), s51 = v128.load(start, 16);
  const end = rows + <usize>terms * 24;
  while (rows < end) {
    const c0 = v128.load(columns), c1 = v128.load(columns, 16);
    let r = v128.load32_splat(rows);
    s00 = f32x4.relaxed_madd(r, c0, s00);
    s01 = f32x4.relaxed_madd(r, c1, s01);
    r = v128.load32_splat(rows, 4);
    s10 = f32x4.relaxed_madd(r, c0, s10);
    s11 = f32x4.relaxed_madd(r, c1, s11);
    r = v128.load32_splat(rows, 8);
    s20 = f32x4.relaxed_madd(r, c0, s20);
    s21 = f32x4.relaxed_madd(r, c1, s21);
    r = v128.load32_splat(rows, 12);
    s30 = f32x4.relaxed_madd(r, c0, s30);
    s31 = f32x4.relaxed_madd(r, c1, s31);
    r = v128.load32_splat(rows, 16);
    s40 = f32x4.relaxed_madd(r, c0, s40);
    s41 = f32x4.relaxed_madd(r, c1, s41);
    r = v128.load32_splat(rows, 20);
    s50 = f32x4.relaxed_madd(r, c0, s50);
    s51 = f32x4.relaxed_madd(r, c1, s51);
    rows += 24;
    columns += 32;
  }
  v128.store(y, s00);
  v128.store(y, s01, 16);
  y += stride;
  v128.store(y, s10);
  v128.store(y, s11, 16);
  y += stride;
  v128.store(y, s20);
  v128.store(y, s21, 16);
  y += stride;
  v128.store(y, s30);
  v128.store(y, s31, 16);
  y += stride;
  v128.store(y, s40);
  v128.store(y, s41, 16);
  y += stride;
  v128.store(y, s50);
  v128.store(y, s51, 16);
}

/** Copies a piece of a tile; strides in bytes. */
function copyPiece(from: usize, stride: usize, to: usize, toStride: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    memory.copy(to, from, <usize>columns << 2);
    from += stride;
    to += toStride;
  }
}

/**
 * y = start + a b, of [rows, terms] and [terms, columns].
 *
 * @param aRow floats from a row of a to the next
 * @param aTerm floats from a term to the next
 * @param start a bias of the columns, y itself, or 0 for nothing
 * @param startRow floats from a row of start to the next: 0 if all rows have the same
 * @param scratch where {@link productScratch} bytes are free
 */
export function product(
  rows: i32, terms: i32, columns: i32,
  a: usize, aRow: i32, aTerm: i32,
  b: usize, bTerm: i32, bColumn: i32,
  start: usize, startRow: i32, y: usize, yRow: i32, scratch: usize
): void {
  const left = scratch;
  const right = left + 4 * blockTerms * blockRows;
  const edge = right + 4 * blockTerms * blockColumns; // a tile that is not whole
  const zeros = edge + 4 * tileRows * tileColumns;
  memory.fill(edge, 0, 4 * (tileRows + 1) * tileColumns);
  const stride = <usize>yRow << 2;
  for (let column = 0; column < columns; column += blockColumns) {
    const width = min(blockColumns, columns - column);
    let term = 0;
    do { // at least once: without terms, the bias alone
      const depth = min(blockTerms, terms - term);
      copyBlock(
        b + (<usize>(term * bTerm + column * bColumn) << 2),
        width, <usize>bColumn << 2, depth, <usize>bTerm << 2, right, tileColumns
      );
      for (let row = 0; row < rows; row += blockRows) {
        const height = min(blockRows, rows - row);
        copyBlock(
          a + (<usize>(row * aRow + term * aTerm) << 2),
          height, <usize>aRow << 2, depth, <usize>aTerm << 2, left, tileRows
        );
        for (let j = 0; j < width; j += tileColumns) {
          const columnsFrom = right + <usize>(4 * j * depth);
          const wide = min(tileColumns, width - j);
          for (let i = 0; i < height; i += tileRows) {
            const high = min(tileRows, height - i);
            const to = y + <usize>(row + i) * stride + (<usize>(column + j) << 2);
            let from: usize = zeros, fromStride: usize = 0;
            if (term > 0) {
              from = to;
              fromStride = stride;
            } else if (start != 0) {
              from = start + (<usize>((row + i) * startRow + column + j) << 2);
              fromStride = <usize>startRow << 2;
            }
            const rowsFrom = left + <usize>(4 * i * depth);
            if (wide == tileColumns && high == tileRows) {
              tile(depth, rowsFrom, columnsFrom, from, fromStride, to, stride);
            } else {
              copyPiece(from, fromStride, edge, 4 * tileColumns, high, wide);
              tile(depth, rowsFrom, columnsFrom, edge, 4 * tileColumns, edge, 4 * tileColumns);
              copyPiece(edge, 4 * tileColumns, to, stride, high, wide);
            }
          }
        }
      }
      term += blockTerms;
    } while (term < terms);
  }
}
