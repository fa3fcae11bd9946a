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

/** Copies lines of 6 numbers, `next` bytes from each other, which lie `stride` bytes apart. */
function copySix(from: usize, stride: usize, next: usize, lines: i32, to: usize): void {
  const end = to + <usize>lines * 24;
  const s3 = stride + stride + stride;
  while (to < end) {
    const half = from + s3;
    f32.store(to, f32.load(from));
    f32.store(to, f32.load(from + stride), 4);
    f32.store(to, f32.load(from + stride + stride), 8);
    f32.store(to, f32.load(half), 12);
    f32.store(to, f32.load(half + stride), 16);
    f32.store(to, f32.load(half + stride + stride), 20);
    from += next;
    to += 24;
  }
}

/** As {@link copySix}, of 8 numbers. */
function copyEight(from: usize, stride: usize, next: usize, lines: i32, to: usize): void {
  const end = to + <usize>lines * 32;
  if (stride == 4) {
    while (to < end) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += next;
      to += 32;
    }
    return;
  }
  const s4 = stride << 2;
  while (to < end) {
    const half = from + s4;
    f32.store(to, f32.load(from));
    f32.store(to, f32.load(from + stride), 4);
    f32.store(to, f32.load(from + stride + stride), 8);
    f32.store(to, f32.load(half - stride), 12);
    f32.store(to, f32.load(half), 16);
    f32.store(to, f32.load(half + stride), 20);
    f32.store(to, f32.load(half + stride + stride), 24);
    f32.store(to, f32.load(half + s4 - stride), 28);
    from += next;
    to += 32;
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
