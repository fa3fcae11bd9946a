/**
 * Linear layers whose weight is lower triangular: output o sees inputs 0..o only. The upper half
 * holds zeros from the start and gets no gradient, so no mask is ever multiplied into the weights;
 * the products leave most of it out, block by block.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { hostKernel, isOnHost } from "./host.ts";
import { hasKernels, lowerPartKernel, transposeKernel } from "./kernels.ts";
import { layer } from "./layer.ts";
import { biased, columnSums, product, transposed } from "./linear.ts";
import { bag, bagGradient, dense, type MultiHot } from "./multi_hot.ts";
import { ofLowerProduct, ofSum } from "./squared_norms.ts";
import { hasWasmKernels } from "./wasm_kernels.ts";
import {
  type Block,
  wasmInputGradient,
  wasmTriangular,
  wasmWeightGradient,
} from "./wasm_triangular.ts";

/** Outputs to a block: small enough to leave work out, large enough to multiply at full speed. */
const blockWidth = () => hasWasmKernels() ? 128 : 256;

/** Keeps what lies on or below the diagonal that starts at [0, diagonal], zeros the rest. */
export function lowerPart(x: tf.Tensor2D, diagonal = 0): tf.Tensor2D {
  if (hasKernels()) return lowerPartKernel(x, diagonal);
  const [rows, columns] = x.shape;
  if (isOnHost()) {
    const [y] = hostKernel([x], [[rows, columns]], ([from], [to]) => {
      to.set(from);
      for (let r = 0; r < rows; r++) {
        to.fill(0, Math.min(columns, r + diagonal + 1) + r * columns, (r + 1) * columns);
      }
    });
    return y;
  }
  const row = tf.reshape(tf.range(diagonal, diagonal + rows), [rows, 1]);
  const column = tf.reshape(tf.range(0, columns), [1, columns]);
  return tf.where(tf.lessEqual(column, row), x, tf.zerosLike(x));
}

/**
 * The transpose of two matrices, one above the other, without what lies above its diagonal. On cpu
 * and wasm in one pass: its factors are as large as a parameter, of which wasm holds few.
 */
function lowerTransposed(upper: tf.Tensor2D, lower: tf.Tensor2D): tf.Tensor2D {
  if (hasKernels()) return transposeKernel(upper, lower, "lower");
  if (!isOnHost()) return lowerPart(transposed(tf.concat([upper, lower])));
  const [width, out] = upper.shape;
  const size = width + lower.shape[0];
  const tile = 16;
  const [y] = hostKernel([upper, lower], [[out, size]], ([upper, lower], [to]) => {
    to.fill(0);
    for (const [from, first, end] of [[upper, 0, width], [lower, width, size]] as const) {
      for (let r0 = 0; r0 < out; r0 += tile) {
        const r1 = Math.min(out, r0 + tile);
        for (let c0 = first; c0 < Math.min(end, r1); c0 += tile) {
          const c1 = Math.min(end, c0 + tile);
          for (let r = r0; r < r1; r++) {
            for (let c = c0; c < c1 && c <= r; c++) to[r * size + c] = from[(c - first) * out + r];
          }
        }
      }
    }
  });
  return y;
}

/** Columns `from` to `to - 1`. */
export function columnSlice(x: tf.Tensor2D, from: number, to: number): tf.Tensor2D {
  const [rows, columns] = x.shape;
  if (!isOnHost()) return tf.slice(x, [0, from], [rows, to - from]);
  const width = to - from;
  const [y] = hostKernel([x], [[rows, width]], ([x], [y]) => {
    for (let r = 0; r < rows; r++) {
      y.set(x.subarray(r * columns + from, r * columns + to), r * width);
    }
  });
  return y;
}

/**
 * The first masked layer of a code-level head: [history, codes] W + b, the codes given sparsely.
 *
 * @param history [rows, width]
 * @param codes sparse rows over weight's last columns
 * @param weight [out, width + columns] lower triangular, out = width + columns
 * @param bias [out]
 * @returns [rows, out]
 */
export function triangularFirst(
  history: tf.Tensor2D,
  codes: MultiHot,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
): tf.Tensor2D {
  const width = history.shape[1];
  const out = weight.shape[0];
  const columns = out - width;
  return layer(
    [history],
    [weight, bias],
    () => {
      const inOut = transposed(weight);
      const historyWeight = tf.slice(inOut, 0, width);
      const shifted = { ...codes, columns: codes.columns.map((column) => width + column) };
      const fromCodes = bag(shifted, inOut, 0);
      const value = product(history, historyWeight, "N", "N", bias, fromCodes);
      return { value, saved: [history, historyWeight] };
    },
    {
      inputs: (dy, [, historyWeight]) => [product(dy, historyWeight, "N", "T")],
      parameters(dy, [history]) {
        const fromCodes = bagGradient(codes, dy, columns, width);
        return [lowerTransposed(product(history, dy, "T"), fromCodes), columnSums(dy)];
      },
      squaredNorms(dy, [history], records) {
        const seen = tf.tidy(() => tf.concat<tf.Tensor2D>([history, dense(codes, columns)], 1));
        return tf.add(ofLowerProduct(seen, dy, records), ofSum(dy, records));
      },
    },
  );
}

function blocks(outputs: number, first: number): Block[] {
  const count = Math.max(1, Math.round(outputs / blockWidth()));
  return Array.from({ length: count }, (_, i) => {
    const end = Math.round((i + 1) * outputs / count);
    return { start: Math.round(i * outputs / count), end, inputs: first + end };
  });
}

/**
 * Outputs `first` to `first + outputs - 1` of a masked layer: x Wᵀ + b with W lower triangular.
 *
 * @param x [rows, in]
 * @param weight [in, in] lower triangular
 * @param bias [in]
 * @param first the first output wanted
 * @param outputs how many are wanted
 * @returns [rows, outputs]
 */
export function triangular(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  first: number,
  outputs: number,
): tf.Tensor2D {
  const [rows, size] = x.shape;
  const parts = blocks(outputs, first);
  const unseen = size - first - outputs;
  return layer(
    [x],
    [weight, bias],
    () => {
      if (hasWasmKernels()) {
        return { value: wasmTriangular(x, weight, bias, first, parts), saved: [x, weight] };
      }
      const values = parts.map(({ start, end, inputs }) =>
        tf.tidy(() =>
          product(
            columnSlice(x, 0, inputs),
            tf.slice(weight, [first + start, 0], [end - start, inputs]),
            "N",
            "T",
          )
        )
      );
      const value = biased(tf.concat(values, 1), tf.slice(bias, first, outputs));
      return { value, saved: [x, weight] };
    },
    {
      inputs(dy, [, weight]) {
        if (hasWasmKernels()) return [wasmInputGradient(dy, weight, first, parts)];
        // Inputs between two blocks' reaches are seen by the later blocks' outputs only
        const dx = parts.map(({ start, inputs }, i) => {
          const from = i === 0 ? 0 : parts[i - 1].inputs;
          return tf.tidy(() =>
            product(
              columnSlice(dy, start, outputs),
              tf.slice(weight, [first + start, from], [outputs - start, inputs - from]),
            )
          );
        });
        if (unseen > 0) dx.push(tf.zeros([rows, unseen]));
        return [tf.concat(dx, 1)];
      },
      parameters: (dy, [x]) => [
        weightGradient(x, dy, first, parts),
        tf.pad(columnSums(dy), [[first, unseen]]),
      ],
      squaredNorms(dy, [x], records) {
        const all = tf.pad(dy, [[0, 0], [first, unseen]]);
        return tf.add(ofLowerProduct(x, all, records), ofSum(dy, records));
      },
    },
  );
}

/** [in, in] The gradient of a masked layer's weight; rows of outputs that were not wanted are zero. */
function weightGradient(
  x: tf.Tensor2D,
  dy: tf.Tensor2D,
  first: number,
  parts: readonly Block[],
): tf.Tensor2D {
  if (hasWasmKernels()) return wasmWeightGradient(x, dy, first, parts);
  const size = x.shape[1];
  const blockOf = ({ start, end, inputs }: Block) =>
    product(columnSlice(dy, start, end), columnSlice(x, 0, inputs), "T");
  if (!isOnHost()) {
    const wanted = parts.map((part) =>
      tf.pad(lowerPart(blockOf(part), first + part.start), [[0, 0], [0, size - part.inputs]])
    );
    const above = tf.zeros<tf.Rank.R2>([first, size]);
    const below = tf.zeros<tf.Rank.R2>([size - first - dy.shape[1], size]);
    return tf.concat([above, ...wanted, below]);
  }
  // Block by block into the gradient itself: all blocks at once would take as much again
  const [gradient] = hostKernel([], [[size, size]], (_, [to]) => to.fill(0));
  for (const part of parts) {
    tf.tidy(() =>
      hostKernel([gradient, blockOf(part)], [], ([to, from]) => {
        for (let r = 0; r < part.end - part.start; r++) {
          const row = first + part.start + r;
          const seen = from.subarray(r * part.inputs, r * part.inputs + row + 1);
          to.set(seen, row * size);
        }
      })
    );
  }
  return gradient;
}
