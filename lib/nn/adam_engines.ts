/**
 * How each engine takes a step of Adam: over one flat buffer that holds all parameters, a handful of long
 * loops instead of a dozen short operations a tensor.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { FlatParameters } from "./averaged_weights.ts";
import { copyInto, cut, flatGradient, type FlatLayout, hostTensors } from "./flat.ts";
import { isOnHost } from "./host.ts";
import { adamKernel, hasKernels } from "./kernels.ts";
import { numberOf } from "./number_of.ts";
import { applyAdam, halfSumOfSquares, isOnTensorflow, variable } from "./tensorflow_ops.ts";

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** One tensor a parameter; or all in the flat layout: an array on cpu and wasm, a tensor elsewhere. */
export type Gradients = tf.Tensor[] | tf.Tensor1D | Float32Array;

/** Parameters, means and squares in flat memory, and the step that updates them. */
export interface AdamEngine {
  /**
   * The parameters, one tensor each, which the caller disposes of before the next step: that may change
   * their numbers, and those of their clones and slices.
   */
  tensors(): tf.Tensor[];
  /** The parameters, with the same caution; where they are a tensor, call it in `tf.tidy`. */
  flat(): FlatParameters;
  /** Takes a step, of which the first is 1; the gradients' Euclidean norm. */
  update(gradients: Gradients, learningRate: number, step: number): Promise<number>;
  /** The numbers, which are not the caller's. */
  read(): Promise<[parameters: Float32Array, means: Float32Array, squares: Float32Array]>;
  /** Frees its tensors. */
  dispose(): void;
}

/** What an engine begins with, in the flat layout. */
type Buffers = readonly [parameters: Float32Array, means: Float32Array, squares: Float32Array];

/** An engine for the chosen backend, with the buffers' numbers. */
export function adamEngine(layout: FlatLayout, buffers: Buffers): AdamEngine {
  if (isOnHost()) return onHost(layout, buffers);
  if (hasKernels()) return inPlace(layout, buffers);
  return isOnTensorflow() ? onTensorflow(layout, buffers) : onDevice(layout, buffers);
}

/** The learning rate and epsilon for means and squares as they are, not corrected for the first steps. */
function scaled(learningRate: number, step: number): { rate: number; epsilonHat: number } {
  const correction = Math.sqrt(1 - beta2 ** step);
  return {
    rate: learningRate * correction / (1 - beta1 ** step),
    epsilonHat: epsilon * correction, // it stands beside the corrected root, so it is scaled as the root is
  };
}

/** What is in tensors. */
async function numbersOf(
  [parameters, means, squares]: readonly tf.Tensor[],
): Promise<[Float32Array, Float32Array, Float32Array]> {
  const read = async (tensor: tf.Tensor) => (await tensor.data<"float32">()).slice();
  return await Promise.all([read(parameters), read(means), read(squares)]);
}

/** cpu and wasm: one loop over typed arrays does it all. */
function onHost(layout: FlatLayout, [parameters, means, squares]: Buffers): AdamEngine {
  const gradient = new Float32Array(layout.length);
  return {
    tensors: () => hostTensors(layout, parameters),
    flat: () => parameters,
    update(gradients, learningRate, step) {
      const from = gradients instanceof Float32Array ? gradients : gradient;
      if (Array.isArray(gradients)) copyInto(layout, gradients, gradient);
      else if (from === gradient) throw new TypeError("Flat tensors are for other backends");
      const { rate, epsilonHat } = scaled(learningRate, step);
      let sum = 0;
      for (let i = 0; i < from.length; i++) {
        const g = from[i];
        sum += g * g;
        const mean = means[i] += (1 - beta1) * (g - means[i]);
        const square = squares[i] += (1 - beta2) * (g * g - squares[i]);
        parameters[i] -= rate * mean / (Math.sqrt(square) + epsilonHat);
      }
      return Promise.resolve(Math.sqrt(sum));
    },
    read: () => Promise.resolve([parameters, means, squares]),
    dispose() {},
  };
}

/**
 * The gradients as they are.
 *
 * @throws {TypeError} If they have other sizes than the layout says: they would be read and written elsewhere
 */
function placedTensors(layout: FlatLayout, gradients: Gradients): tf.Tensor[] {
  const [each, sizes] = Array.isArray(gradients)
    ? [gradients, layout.sizes]
    : [[flatTensor(layout, gradients)], [layout.length]];
  const found = each.map(({ size }) => size);
  if (tf.util.arraysEqual(found, [...sizes])) return each;
  throw new TypeError(`Gradients have ${found} numbers; the parameters have ${sizes}`);
}

/** TensorFlow on processors: an operation of our own, which reads the gradients where they are. */
function inPlace(layout: FlatLayout, buffers: Buffers): AdamEngine {
  // TensorFlow may keep the array it is given
  const [parameters, means, squares] = buffers.map((buffer) => tf.tensor1d(buffer.slice()));
  return {
    tensors: () => tf.tidy(() => cut(layout, parameters)),
    flat: () => parameters,
    async update(gradients, learningRate, step) {
      const { rate, epsilonHat } = scaled(learningRate, step);
      const rates = [1 - beta1, 1 - beta2, rate, epsilonHat];
      const each = placedTensors(layout, gradients);
      const norm = adamKernel([parameters, means, squares], rates, each, layout.starts);
      return await numberOf(norm);
    },
    read: () => numbersOf([parameters, means, squares]),
    dispose: () => tf.dispose([parameters, means, squares]),
  };
}

/** All gradients in one tensor. */
function flatTensor(layout: FlatLayout, gradients: Gradients): tf.Tensor1D {
  if (gradients instanceof Float32Array) {
    throw new TypeError("Flat arrays are for the cpu and wasm backends");
  }
  return Array.isArray(gradients) ? flatGradient(layout, gradients) : gradients;
}

/** TensorFlow on cards, or without our own operations: its fused Adam, in place. */
function onTensorflow(layout: FlatLayout, buffers: Buffers): AdamEngine {
  const id = crypto.randomUUID(); // TensorFlow finds variables by name: each optimizer has its own
  const [parameters, means, squares] = buffers.map((buffer, i) =>
    variable(buffer, `adam-${id}-${i}`)
  );
  return {
    tensors: () => tf.tidy(() => cut(layout, parameters.read())),
    flat: parameters.read,
    async update(gradients, learningRate, step) {
      const norm = tf.tidy(() => {
        const gradient = flatTensor(layout, gradients);
        applyAdam([parameters, means, squares], gradient, {
          beta1,
          beta2,
          beta1Power: beta1 ** step,
          beta2Power: beta2 ** step,
          learningRate,
          epsilon: scaled(learningRate, step).epsilonHat, // TensorFlow adds it to the uncorrected root
        });
        return tf.sqrt(tf.mul(2, halfSumOfSquares(gradient)));
      });
      return await numberOf(norm);
    },
    async read() {
      const tensors = [parameters, means, squares].map(({ read }) => read());
      try {
        return await numbersOf(tensors);
      } finally {
        tf.dispose(tensors);
      }
    },
    dispose: () => [parameters, means, squares].forEach((each) => each.dispose()),
  };
}

/** webgpu: tfjs operations on the flat buffer. */
function onDevice(layout: FlatLayout, buffers: Buffers): AdamEngine {
  let [parameters, means, squares] = buffers.map((buffer) => tf.tensor1d(buffer));
  return {
    tensors: () => tf.tidy(() => cut(layout, parameters)),
    flat: () => parameters,
    async update(gradients, learningRate, step) {
      const [norm, ...next] = tf.tidy((): [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D] => {
        const gradient = flatTensor(layout, gradients);
        const newMeans: tf.Tensor1D = tf.add(tf.mul(means, beta1), tf.mul(gradient, 1 - beta1));
        const newSquares: tf.Tensor1D = tf.add(
          tf.mul(squares, beta2),
          tf.mul(tf.square(gradient), 1 - beta2),
        );
        const root = tf.sqrt(tf.div(newSquares, 1 - beta2 ** step));
        const change = tf.div(newMeans, tf.add(root, epsilon));
        const rate = learningRate / (1 - beta1 ** step);
        return [
          tf.norm(gradient),
          tf.sub(parameters, tf.mul(change, rate)),
          newMeans,
          newSquares,
        ];
      });
      tf.dispose([parameters, means, squares]);
      [parameters, means, squares] = next;
      return await numberOf(norm);
    },
    read: () => numbersOf([parameters, means, squares]),
    dispose: () => tf.dispose([parameters, means, squares]),
  };
}
