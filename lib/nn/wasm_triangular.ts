/**
 * The masked layer of triangular.ts on wasm: our own products read and write blocks of matrices where
 * they lie, without copies of them.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import { hostKernel } from "./host.ts";
import { linkWasmKernels, wasmMultiply } from "./wasm_kernels.ts";

/** One block of outputs [start, end) and the number of inputs that any of them sees. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly inputs: number;
}

/** The outputs of all blocks, beside each other: `triangular()`. */
export function wasmTriangular(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  first: number,
  parts: readonly Block[],
): tf.Tensor2D {
  linkWasmKernels();
  const [rows, size] = x.shape;
  const outputs = parts[parts.length - 1].end;
  const [value] = hostKernel([x, weight, bias], [[rows, outputs]], ([x, weight, bias], [y]) => {
    for (const { start, end, inputs } of parts) {
      wasmMultiply(
        [rows, inputs, end - start],
        [x, 0, size, 1],
        [weight, (first + start) * size, 1, size],
        [y, start, outputs, 1],
        bias.subarray(first + start),
      );
    }
  });
  return value;
}

/** The gradient at x, [rows, in]. */
export function wasmInputGradient(
  dy: tf.Tensor2D,
  weight: tf.Tensor2D,
  first: number,
  parts: readonly Block[],
): tf.Tensor2D {
  linkWasmKernels();
  const [[rows, outputs], [size]] = [dy.shape, weight.shape];
  const [gradient] = hostKernel([dy, weight], [[rows, size]], ([dy, weight], [dx]) => {
    let from = 0;
    for (const { start, inputs } of parts) {
      // Inputs between two blocks' reaches are seen by the later blocks' outputs only
      wasmMultiply(
        [rows, outputs - start, inputs - from],
        [dy, start, outputs, 1],
        [weight, (first + start) * size + from, size, 1],
        [dx, from, size, 1],
      );
      from = inputs;
    }
    for (let row = 0; row < rows; row++) dx.fill(0, row * size + from, (row + 1) * size);
  });
  return gradient;
}

/** The gradient at the weight, [in, in]; rows of outputs that were not wanted are zero. */
export function wasmWeightGradient(
  x: tf.Tensor2D,
  dy: tf.Tensor2D,
  first: number,
  parts: readonly Block[],
): tf.Tensor2D {
  linkWasmKernels();
  const [[rows, size], outputs] = [x.shape, dy.shape[1]];
  const [gradient] = hostKernel([x, dy], [[size, size]], ([x, dy], [to]) => {
    to.fill(0);
    for (const { start, end, inputs } of parts) {
      wasmMultiply(
        [end - start, rows, inputs],
        [dy, start, 1, outputs],
        [x, 0, size, 1],
        [to, (first + start) * size, size, 1],
      );
      for (let row = first + start; row < first + end; row++) {
        to.fill(0, row * size + row + 1, row * size + inputs);
      }
    }
  });
  return gradient;
}
