/**
 * A linear layer over columns in order, where an output sees earlier columns alone, and whose weight
 * is far smaller than the square of their number. Columns are in blocks of k. An output sees the
 * earlier columns of its own block by a weight each, and those of all earlier blocks by a summary of
 * r numbers. The outputs of block b are
 *
 * y_b = F_b front + U_b Σ_{a < b} D_aᵀ x_a + T_b x_b + bias_b
 *
 * with T_b [k, k] lower triangular, U_b and D_b [k, r]. As one matrix this is lower triangular, has all
 * its numbers in the blocks on the diagonal, and rank r below them: columns × (front + 2r + k) numbers.
 *
 * @see Chandrasekaran et al. 2005, "Some fast algorithms for sequentially semiseparable representations"
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { layer } from "./layer.ts";
import { columnSums, product } from "./linear.ts";
import { denseColumns, type MultiHot } from "./multi_hot.ts";
import { ofLowerProduct, ofProduct, ofSum } from "./squared_norms.ts";
import { columnSlice, lowerPart } from "./triangular.ts";

/** What a layer learns. */
export interface BlockWeights {
  /** [columns, front + r + k] F, U and T side by side. What an output must not see is zero in T. */
  readonly weight: tf.Tensor2D;
  /** [columns] */
  readonly bias: tf.Tensor1D;
  /** [columns, r] D: what each column adds to the summary that later blocks see. */
  readonly summary: tf.Tensor2D;
}

/** Columns from `start` to `end - 1`. */
interface Block {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** What both ways through the layer read. */
interface Pass {
  readonly front: tf.Tensor2D;
  readonly weight: tf.Tensor2D;
  readonly summary: tf.Tensor2D;
  readonly blocks: readonly Block[];
  /** Inputs of a block's columns, [rows, columns of the block]. */
  own(block: Block): tf.Tensor2D;
}

function blocksOf(columns: number, size: number): Block[] {
  return Array.from({ length: Math.ceil(columns / size) }, (_, index) => ({
    index,
    start: index * size,
    end: Math.min(columns, (index + 1) * size),
  }));
}

/**
 * The layer's outputs, [rows, columns].
 *
 * @param front [rows, front] what every output sees
 * @param x [rows, columns]; sparse rows get no gradient
 * @param weights their shapes say how many columns a block has
 * @param seesOwn whether an output also sees the column at its own place, or only those before it
 */
export function blockLayer(
  front: tf.Tensor2D,
  x: tf.Tensor2D | MultiHot,
  { weight, bias, summary }: BlockWeights,
  seesOwn: boolean,
): tf.Tensor2D {
  const inputs = x instanceof tf.Tensor ? [x] : [];
  const [columns, rank] = summary.shape;
  const blocks = blocksOf(columns, weight.shape[1] - rank - front.shape[1]);
  const passOf = ([front, weight, summary, dense]: readonly tf.Tensor2D[]): Pass => ({
    front,
    weight,
    summary,
    blocks,
    own: ({ start, end }) =>
      x instanceof tf.Tensor ? columnSlice(dense, start, end) : denseColumns(x, start, end),
  });
  /** What `within` has put side by side. */
  const apart = (both: tf.Tensor2D) => ({
    dy: columnSlice(both, 0, columns),
    later: columnSlice(both, columns, both.shape[1]),
  });
  return layer<readonly tf.Tensor2D[]>(
    [front, ...inputs],
    [weight, bias, summary],
    () => {
      const { sums, before } = forward(passOf([front, weight, summary, ...inputs]));
      return { value: tf.add(sums, bias), saved: [before, front, weight, summary, ...inputs] };
    },
    {
      within: (dy, [, ...saved]) => tf.concat([dy, laterOf(passOf(saved), dy)], 1),
      inputs(both, [, ...saved]) {
        const { ofFront, ofOwn } = backward(passOf(saved), apart(both).dy);
        return [ofFront, ...inputs.map(() => ofOwn)];
      },
      parameters(both, [before, ...saved]) {
        const { dy, later } = apart(both);
        return weightGradients(passOf(saved), dy, { before, later, seesOwn });
      },
      all(dy, [before, ...saved]) {
        const pass = passOf(saved);
        const { ofFront, ofOwn, later } = backward(pass, dy);
        const ofWeights = weightGradients(pass, dy, { before, later, seesOwn });
        return [ofFront, ...inputs.map(() => ofOwn), ...ofWeights];
      },
      squaredNorms(both, [before, ...saved], records) {
        const { dy, later } = apart(both);
        const ofWeights = weightNorms(passOf(saved), dy, { before, later, seesOwn }, records);
        return tf.add(ofWeights, ofSum(dy, records));
      },
    },
  );
}

/** Rows of a table that belong to a block's columns, up to a width. */
function rowsOf(table: tf.Tensor2D, { start, end }: Block, width = table.shape[1]): tf.Tensor2D {
  return tf.slice(table, [start, 0], [end - start, width]);
}

/** [columns of the block, front + r + columns of the block]; the last block may have fewer columns. */
function weightOf({ front, weight, summary }: Pass, block: Block): tf.Tensor2D {
  return rowsOf(weight, block, front.shape[1] + summary.shape[1] + block.end - block.start);
}

/** A block's part of numbers that each block has r of, [rows, r]. */
function partOf(numbers: tf.Tensor2D, { index }: Block, rank: number): tf.Tensor2D {
  return columnSlice(numbers, index * rank, (index + 1) * rank);
}

/** Block after block: the outputs without their bias, and the summary that each block sees. */
function forward(pass: Pass): { sums: tf.Tensor2D; before: tf.Tensor2D } {
  const { front, summary, blocks } = pass;
  const sums: tf.Tensor2D[] = [];
  const before = [tf.zeros<tf.Rank.R2>([front.shape[0], summary.shape[1]])];
  for (const block of blocks) {
    const seen = before[block.index];
    const [sum, next] = tf.tidy(() => {
      const own = pass.own(block);
      return [
        product(tf.concat([front, seen, own], 1), weightOf(pass, block), "N", "T"),
        tf.add<tf.Tensor2D>(seen, product(own, rowsOf(summary, block))),
      ];
    });
    sums.push(sum);
    before.push(next);
  }
  return { sums: tf.concat(sums, 1), before: tf.concat(before.slice(0, -1), 1) };
}

/** Block before block: gradients of the inputs, and of what each block adds to the summary. */
function backward(
  pass: Pass,
  dy: tf.Tensor2D,
): { ofFront: tf.Tensor2D; ofOwn: tf.Tensor2D; later: tf.Tensor2D } {
  const { front, summary, blocks } = pass;
  const [rows, fronts] = front.shape;
  const rank = summary.shape[1];
  const ofOwn: tf.Tensor2D[] = [];
  const later = [tf.zeros<tf.Rank.R2>([rows, rank])];
  let ofFront = tf.zeros<tf.Rank.R2>([rows, fronts]);
  for (const block of blocks.toReversed()) {
    const [told, frontBefore] = [later[0], ofFront];
    const [own, sum, earlier] = tf.tidy(() => {
      const slopes = product(columnSlice(dy, block.start, block.end), weightOf(pass, block));
      const first = fronts + rank;
      return [
        tf.add<tf.Tensor2D>(
          columnSlice(slopes, first, slopes.shape[1]),
          product(told, rowsOf(summary, block), "N", "T"),
        ),
        tf.add<tf.Tensor2D>(frontBefore, columnSlice(slopes, 0, fronts)),
        tf.add<tf.Tensor2D>(told, columnSlice(slopes, fronts, first)),
      ];
    });
    ofOwn.unshift(own);
    frontBefore.dispose();
    ofFront = sum;
    later.unshift(earlier);
  }
  return { ofFront, ofOwn: tf.concat(ofOwn, 1), later: tf.concat(later.slice(1), 1) };
}

/**
 * What {@link backward} gives as `later`, without the rest: from the columns of U alone, a small part of
 * its products.
 */
function laterOf({ front, weight, summary, blocks }: Pass, dy: tf.Tensor2D): tf.Tensor2D {
  const rank = summary.shape[1];
  const later = [tf.zeros<tf.Rank.R2>([dy.shape[0], rank])];
  for (const { start, end } of blocks.slice(1).toReversed()) {
    const told = later[0];
    later.unshift(tf.tidy(() => {
      const seen = tf.slice(weight, [start, front.shape[1]], [end - start, rank]);
      return tf.add<tf.Tensor2D>(told, product(columnSlice(dy, start, end), seen));
    }));
  }
  return tf.concat(later, 1);
}

/** What weights get their gradients from, besides a pass and the gradient at its outputs. */
interface Summaries {
  /** [rows, blocks × r] The summary that each block sees. */
  readonly before: tf.Tensor2D;
  /** [rows, blocks × r] The gradient at what each block adds to the summary. */
  readonly later: tf.Tensor2D;
  readonly seesOwn: boolean;
}

/** Gradients of the weight, the bias and the summary. */
function weightGradients(
  pass: Pass,
  dy: tf.Tensor2D,
  { before, later, seesOwn }: Summaries,
): tf.Tensor[] {
  const { front, weight, summary, blocks } = pass;
  const rank = summary.shape[1];
  const inputs = weight.shape[1];
  const first = front.shape[1] + rank;
  const mask = lowerPart(tf.ones([blocks[0].end, inputs]), seesOwn ? first : first - 1);
  const parts = blocks.map((block) =>
    tf.tidy(() => {
      const own = pass.own(block);
      const seen: tf.Tensor2D = tf.concat([front, partOf(before, block, rank), own], 1);
      const all = product(columnSlice(dy, block.start, block.end), seen, "T");
      const missing = inputs - seen.shape[1]; // of the last block
      const full = missing === 0 ? all : tf.pad(all, [[0, 0], [0, missing]]);
      return [
        tf.mul<tf.Tensor2D>(full, missing === 0 ? mask : tf.slice(mask, 0, all.shape[0])),
        product(own, partOf(later, block, rank), "T"),
      ];
    })
  );
  return [
    tf.concat(parts.map(([weight]) => weight)),
    columnSums(dy),
    tf.concat(parts.map(([, told]) => told)),
  ];
}

/** Squared norms of each record's {@link weightGradients}. */
function weightNorms(
  pass: Pass,
  dy: tf.Tensor2D,
  { before, later, seesOwn }: Summaries,
  records: number,
): tf.Tensor1D {
  const { front, summary, blocks } = pass;
  const rank = summary.shape[1];
  return tf.addN(blocks.map((block) =>
    tf.tidy(() => {
      const own = pass.own(block);
      const slopes = columnSlice(dy, block.start, block.end);
      const size = block.end - block.start;
      const ofAll = tf.add<tf.Tensor1D>(
        ofProduct(tf.concat([front, partOf(before, block, rank)], 1), slopes, records),
        ofProduct(own, partOf(later, block, rank), records),
      );
      if (!seesOwn && size === 1) return ofAll;
      const ofOwn = seesOwn
        ? ofLowerProduct(own, slopes, records)
        : ofLowerProduct(columnSlice(own, 0, size - 1), columnSlice(slopes, 1, size), records);
      return tf.add<tf.Tensor1D>(ofAll, ofOwn);
    })
  ));
}
