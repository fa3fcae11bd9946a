import * as tf from "@tensorflow/tfjs-core";
import { hostKernel, isOnHost } from "./host.ts";
import { addRowKernel, columnSumsKernel, hasKernels, transposeKernel } from "./kernels.ts";
import { layer } from "./layer.ts";
import { matrix, type NamedTensors, vector } from "./parameters.ts";
import { ofProduct, ofSum } from "./squared_norms.ts";
import { biasGradient, isOnTensorflow } from "./tensorflow_ops.ts";
import { hasWasmKernels, wasmColumnSums, wasmProduct } from "./wasm_kernels.ts";

/**
 * The transpose of a matrix. On wasm in tiles of typed arrays, which beats tfjs's own kernel.
 *
 * @param x [rows, columns]
 * @returns [columns, rows]
 */
export function transposed(x: tf.Tensor2D): tf.Tensor2D {
  if (hasKernels()) return transposeKernel(x, tf.zeros([0, x.shape[1]]), "all");
  if (!isOnHost()) return tf.transpose(x);
  const [rows, columns] = x.shape;
  const tile = 16;
  const [y] = hostKernel([x], [[columns, rows]], ([from], [to]) => {
    for (let r0 = 0; r0 < rows; r0 += tile) {
      const r1 = Math.min(rows, r0 + tile);
      for (let c0 = 0; c0 < columns; c0 += tile) {
        const c1 = Math.min(columns, c0 + tile);
        for (let c = c0; c < c1; c++) {
          for (let r = r0; r < r1; r++) to[c * rows + r] = from[r * columns + c];
        }
      }
    }
  });
  return y;
}

/**
 * Matrix product of a or aᵀ and b or bᵀ, for use inside custom gradients (not itself on the tape).
 *
 * tfjs's wasm multiplies 14 times slower when asked to transpose, so it is not asked; our own product
 * reads a factor either way.
 *
 * @param bias [columns] to add to each row, or null for none
 * @param plus what else to add, of the product's shape, or null for nothing
 */
export function product(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  transposeA: "N" | "T" = "N",
  transposeB: "N" | "T" = "N",
  bias: tf.Tensor1D | null = null,
  plus: tf.Tensor2D | null = null,
): tf.Tensor2D {
  return tf.tidy(() => {
    if (hasWasmKernels()) {
      const y = wasmProduct(a, b, transposeA, transposeB, bias);
      return plus === null ? y : tf.add(y, plus);
    }
    const y: tf.Tensor2D = isOnHost()
      ? tf.matMul(transposeA === "T" ? transposed(a) : a, transposeB === "T" ? transposed(b) : b)
      : tf.matMul(a, b, transposeA === "T", transposeB === "T");
    if (bias !== null) return biased(y, bias, plus);
    return plus === null ? y : tf.add(y, plus);
  });
}

/**
 * The sum of a product, a bias [columns], and what else there is; not itself on the tape. Where it can, it
 * writes over the product, which nothing else may hold.
 */
export function biased(
  product: tf.Tensor2D,
  bias: tf.Tensor1D,
  plus: tf.Tensor2D | null = null,
): tf.Tensor2D {
  if (hasKernels()) {
    addRowKernel(product, bias, plus);
    return product;
  }
  const sum: tf.Tensor2D = tf.add(product, bias);
  return plus === null ? sum : tf.add(sum, plus);
}

/** Sums over rows: [rows, columns] → [columns]. */
export function columnSums(x: tf.Tensor2D): tf.Tensor1D {
  if (hasWasmKernels()) return wasmColumnSums(x);
  if (hasKernels()) return columnSumsKernel(x);
  if (isOnTensorflow()) return biasGradient(x);
  if (!isOnHost()) return tf.sum(x, 0);
  const [rows, columns] = x.shape;
  const [sums] = hostKernel([x], [[columns]], ([from], [to]) => {
    to.fill(0);
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++, i++) to[c] += from[i];
    }
  });
  return sums;
}

/** How a matrix lies: [in, out] or [out, in]. */
export type Layout = "in-out" | "out-in";

/**
 * x W + b.
 *
 * @param x [rows, in]
 * @param weight [in, out], or [out, in] with `layout` "out-in"
 * @param bias [out], or null for none
 * @param plus [rows, out] what else to add, such as a block's input in a residual connection, or null
 * @returns [rows, out]
 */
export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  layout: Layout = "in-out",
  plus: tf.Tensor2D | null = null,
): tf.Tensor2D {
  return linearOfParts(x, [{ weight, layout }], bias, plus);
}

/** A part of a weight: that of some of the inputs. */
export interface WeightPart {
  /** [in, out] or [out, in] */
  readonly weight: tf.Tensor2D;
  /** Which of them. */
  readonly layout: Layout;
}

/**
 * {@link linear} by a weight of several parameters: the first one is that of x's first columns, and so on.
 *
 * @param x [rows, inputs of all parts]
 * @param parts of which other layers may use the first one too
 * @param plus as in {@link linear}
 */
export function linearOfParts(
  x: tf.Tensor2D,
  parts: readonly WeightPart[],
  bias: tf.Tensor1D | null,
  plus: tf.Tensor2D | null = null,
): tf.Tensor2D {
  const [{ layout, weight: first }] = parts;
  const isOutIn = layout === "out-in";
  const axis = isOutIn ? 1 : 0; // of the inputs
  const turned = (tensor: tf.Tensor2D, part: WeightPart) =>
    part.layout === layout ? tensor : transposed(tensor);
  const sizes = parts.map(({ weight, layout }) => weight.shape[layout === "out-in" ? 1 : 0]);
  const columnsOf = (x: tf.Tensor2D, from: number, count: number): tf.Tensor2D =>
    count === x.shape[1] ? x : tf.slice(x, [0, from], [x.shape[0], count]);
  return layer(
    plus === null ? [x] : [x, plus],
    [...parts.map(({ weight }) => weight), ...(bias === null ? [] : [bias])],
    () => {
      const weight = parts.length === 1
        ? first
        : tf.concat(parts.map((part) => turned(part.weight, part)), axis);
      const value = product(x, weight, "N", isOutIn ? "T" : "N", bias, plus);
      return { value, saved: [x, weight] };
    },
    {
      inputs: (dy, [, weight]) => [
        product(dy, weight, "N", isOutIn ? "N" : "T"),
        ...(plus === null ? [] : [tf.clone(dy)]),
      ],
      parameters(dy, [x]) {
        const whole = isOutIn ? product(dy, x, "T") : product(x, dy, "T");
        const each: tf.Tensor2D[] = parts.length === 1 ? [whole] : tf.split(whole, sizes, axis);
        return [
          ...each.map((gradient, i) => turned(gradient, parts[i])),
          ...(bias === null ? [] : [columnSums(dy)]),
        ];
      },
      product(dy, [x]) {
        const seen = columnsOf(x, 0, sizes[0]);
        return isOutIn ? { left: dy, right: seen } : { left: seen, right: dy };
      },
      squaredNorms(dy, [x], records) {
        const ofBias = bias === null ? undefined : ofSum(dy, records);
        if (parts.length === 1) return ofBias;
        const ofOthers = ofProduct(columnsOf(x, sizes[0], x.shape[1] - sizes[0]), dy, records);
        return ofBias === undefined ? ofOthers : tf.add(ofOthers, ofBias);
      },
    },
  );
}

/**
 * x Wᵀ + b, as PyTorch's `nn.Linear` names and stores them.
 *
 * @param parameters with `NAME.weight` [out, in] and `NAME.bias` [out]
 * @param name of the layer
 * @param x [rows, in]
 * @returns [rows, out]
 */
export function affine(parameters: NamedTensors, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const weight = matrix(parameters, `${name}.weight`);
  return linear(x, weight, vector(parameters, `${name}.bias`), "out-in");
}
