import * as tf from "@tensorflow/tfjs-core";
import { hostKernel, isOnHost } from "./host.ts";
import { layer } from "./layer.ts";
import { matrix, type NamedTensors, vector } from "./parameters.ts";
import { ofProduct, ofSum } from "./squared_norms.ts";
import { biasGradient, isOnTensorflow } from "./tensorflow_ops.ts";

/**
 * The transpose of a matrix. On wasm in tiles of typed arrays, which beats tfjs's own kernel.
 *
 * @param x [rows, columns]
 * @returns [columns, rows]
 */
export function transposed(x: tf.Tensor2D): tf.Tensor2D {
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
 * The wasm backend multiplies 14 times slower when asked to transpose, so it is not asked.
 */
export function product(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  transposeA: "N" | "T" = "N",
  transposeB: "N" | "T" = "N",
): tf.Tensor2D {
  if (!isOnHost()) return tf.matMul(a, b, transposeA === "T", transposeB === "T");
  return tf.tidy(() =>
    tf.matMul(transposeA === "T" ? transposed(a) : a, transposeB === "T" ? transposed(b) : b)
  );
}

/** Sums over rows: [rows, columns] → [columns]. */
export function columnSums(x: tf.Tensor2D): tf.Tensor1D {
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

/**
 * x W + b.
 *
 * @param x [rows, in]
 * @param weight [in, out], or [out, in] with `layout` "out-in"
 * @param bias [out], or null for none
 * @returns [rows, out]
 */
export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  layout: "in-out" | "out-in" = "in-out",
): tf.Tensor2D {
  const isOutIn = layout === "out-in";
  return layer(
    [x],
    bias === null ? [weight] : [weight, bias],
    () => {
      const y = product(x, weight, "N", isOutIn ? "T" : "N");
      const value: tf.Tensor2D = bias === null ? y : tf.add(y, bias);
      return { value, saved: [x, weight] };
    },
    {
      inputs: (dy, [, weight]) => [product(dy, weight, "N", isOutIn ? "N" : "T")],
      parameters: (dy, [x]) => [
        isOutIn ? product(dy, x, "T") : product(x, dy, "T"),
        ...(bias === null ? [] : [columnSums(dy)]),
      ],
      squaredNorms(dy, [x], records) {
        const ofWeight = ofProduct(x, dy, records);
        return bias === null ? ofWeight : tf.add(ofWeight, ofSum(dy, records));
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
