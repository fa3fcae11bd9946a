/**
 * Squared norms of each record's gradient of a weight, without the gradients: for `squaredNorms` of
 * {@link layer}. Rows are records after each other, equally many each.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { isOnHost } from "./host.ts";

/** [records × rows, columns] → [records, rows, columns] */
function byRecord(x: tf.Tensor2D, records: number): tf.Tensor3D {
  const [total, columns] = x.shape;
  return tf.reshape(x, [records, total / records, columns]);
}

/** Aᵀ B of the last two axes. wasm multiplies slower by flags than by transposed tensors. */
function inner<T extends tf.Tensor>(a: T, b: T): T {
  return isOnHost() ? tf.matMul<T>(swapped(a), b) : tf.matMul<T>(a, b, true, false);
}

/** A Bᵀ of the last two axes. */
function outer<T extends tf.Tensor>(a: T, b: T): T {
  return isOnHost() ? tf.matMul<T>(a, swapped(b)) : tf.matMul<T>(a, b, false, true);
}

function swapped<T extends tf.Tensor>(x: T): T {
  const axes = Array.from({ length: x.rank }, (_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** Sums over all axes but the first. */
function sums(x: tf.Tensor): tf.Tensor1D {
  return tf.sum(tf.reshape(x, [x.shape[0], -1]), 1);
}

/** Rows by whose product Xᵀ Y a weight [left columns, right columns] gets its gradient. */
export interface Product {
  /** X, [records × rows, left columns] */
  readonly left: tf.Tensor2D;
  /** Y, [records × rows, right columns] */
  readonly right: tf.Tensor2D;
}

/** Numbers in gradients that are made at once: more is not faster. */
const gradientNumbers = 2 ** 20;

/**
 * Of Σ Aᵀ B over pairs of tensors [count, rows, columns], each of the count by itself, a few at a time.
 *
 * @param factors on the numbers of Aᵀ B
 */
function ofGradients(
  pairs: readonly (readonly [tf.Tensor3D, tf.Tensor3D])[],
  factors?: tf.Tensor2D,
): tf.Tensor1D {
  const [[{ shape: [count, , width] }, { shape: [, , columns] }]] = pairs;
  const atOnce = Math.max(1, Math.floor(gradientNumbers / (width * columns)));
  const parts = Array.from({ length: Math.ceil(count / atOnce) }, (_, part) => {
    const from = part * atOnce;
    const some = (x: tf.Tensor3D) => tf.slice(x, from, Math.min(atOnce, count - from));
    const gradientsOf = (pair: number) =>
      tf.tidy(() => inner(some(pairs[pair][0]), some(pairs[pair][1])));
    return tf.tidy(() => {
      let gradients = gradientsOf(0);
      for (let pair = 1; pair < pairs.length; pair++) {
        const before = gradients;
        gradients = tf.tidy(() => tf.add(before, gradientsOf(pair)));
        before.dispose(); // else those of all pairs would be there at once
      }
      return sums(tf.square(factors === undefined ? gradients : tf.mul(gradients, factors)));
    });
  });
  return tf.concat(parts);
}

/**
 * Of Σ Xᵀ Y over products: what a weight gets that several layers use.
 *
 * The sum is the product of all rows under each other. By the products of rows with rows where these are
 * fewer numbers than the weight has: the square is the sum over pairs of rows s and t of
 * (x_s · x_t) (y_s · y_t).
 */
export function ofProducts(products: readonly Product[], records: number): tf.Tensor1D {
  const lefts = products.map(({ left }) => byRecord(left, records));
  const rights = products.map(({ right }) => byRecord(right, records));
  const rows = lefts.reduce((sum, { shape }) => sum + shape[1], 0);
  const [width, columns] = [lefts[0].shape[2], rights[0].shape[2]];
  if (rows * (width + columns) > width * columns) {
    return ofGradients(lefts.map((left, i) => [left, rights[i]]));
  }
  const pairs = (parts: tf.Tensor3D[]) =>
    tf.tidy(() => {
      const all = tf.concat(parts, 1);
      return outer(all, all);
    });
  return sums(tf.mul(pairs(lefts), pairs(rights)));
}

/**
 * Of Xᵀ dY: what a weight [in, out] gets from x W.
 *
 * @param x [records × rows, in]
 * @param dy [records × rows, out]
 */
export function ofProduct(x: tf.Tensor2D, dy: tf.Tensor2D, records: number): tf.Tensor1D {
  return ofProducts([{ left: x, right: dy }], records);
}

/**
 * Of Σ dY over rows: what a bias gets.
 *
 * @param dy [records × rows, out]
 */
export function ofSum(dy: tf.Tensor2D, records: number): tf.Tensor1D {
  const split = byRecord(dy, records);
  const ones = tf.ones<tf.Rank.R3>([records, 1, split.shape[1]]); // products are faster than tf.sum
  return sums(tf.square(tf.matMul(ones, split)));
}

/**
 * Of dY itself: what a table gets whose row i is added to row i of each record.
 *
 * @param dy [records × rows, width]
 */
export function ofRows(dy: tf.Tensor2D, records: number): tf.Tensor1D {
  return sums(tf.square(byRecord(dy, records)));
}

/** Columns to a block of a lower triangular weight. */
const blockWidth = 64;

/** [records × rows, columns] → [records, blocks, rows, blockWidth], with zeros at the end. */
function inBlocks(x: tf.Tensor2D, records: number): tf.Tensor4D {
  const [total, columns] = x.shape;
  const blocks = Math.ceil(columns / blockWidth);
  return tf.tidy(() => {
    const padded = tf.pad(x, [[0, 0], [0, blocks * blockWidth - columns]]);
    const split = tf.reshape<tf.Rank.R4>(padded, [records, total / records, blocks, blockWidth]);
    return tf.transpose(split, [0, 2, 1, 3]);
  });
}

/**
 * Of the lower triangle of dYᵀ X: what a weight [out, in] gets whose output o sees inputs 0 to o.
 *
 * A block of outputs sees all inputs of the blocks before it, by products of rows with rows, which are
 * summed from block to block; and of its own inputs the lower triangle.
 *
 * @param x [records × rows, size]
 * @param dy [records × rows, size] zeros where outputs are not wanted
 */
export function ofLowerProduct(x: tf.Tensor2D, dy: tf.Tensor2D, records: number): tf.Tensor1D {
  const [inputs, outputs] = [inBlocks(x, records), inBlocks(dy, records)];
  const [, blocks, rows] = inputs.shape;
  const ofPairs = (x: tf.Tensor4D) => tf.reshape(outer(x, x), [records, blocks, rows * rows]);
  // [blocks, blocks] Which blocks lie before which
  const earlier = tf.sub(
    tf.linalg.bandPart(tf.ones([blocks, blocks]), -1, 0),
    tf.eye(blocks),
  );
  const before = tf.tidy(() => {
    const seen = tf.matMul(tf.tile(tf.expandDims(earlier, 0), [records, 1, 1]), ofPairs(inputs));
    return sums(tf.mul(seen, ofPairs(outputs)));
  });
  const lower = tf.linalg.bandPart(tf.ones<tf.Rank.R2>([blockWidth, blockWidth]), -1, 0);
  const apart = (x: tf.Tensor4D): tf.Tensor3D =>
    tf.reshape(x, [records * blocks, rows, blockWidth]);
  const within = ofGradients([[apart(outputs), apart(inputs)]], lower);
  return tf.add(before, sums(tf.reshape(within, [records, blocks])));
}
