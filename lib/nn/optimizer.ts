/**
 * Adam over one flat buffer that holds all parameters: a handful of long loops a step instead of a
 * dozen short operations a tensor.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { averagedWeights, type FlatParameters, keptShare } from "./averaged_weights.ts";
import {
  copyInto,
  cut,
  flatGradient,
  type FlatLayout,
  flatten,
  hostTensors,
  layoutOf,
  unflatten,
} from "./flat.ts";
import { isOnHost } from "./host.ts";
import type { NamedArrays, NamedTensors } from "./parameters.ts";
import { applyAdam, halfSumOfSquares, isOnTensorflow, variable } from "./tensorflow_ops.ts";

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** Everything that Adam remembers, flat, in the order of {@link FlatLayout}. */
export interface AdamState {
  /** Steps taken so far. */
  readonly steps: number;
  /** The parameters. */
  readonly parameters: NamedArrays;
  /** Moving averages of the gradients. */
  readonly means: NamedArrays;
  /** Moving averages of their squares. */
  readonly squares: NamedArrays;
  /** Averaged weights, where there are any. */
  readonly averages?: NamedArrays;
}

/** One tensor a parameter; or all in the flat layout: an array on cpu and wasm, a tensor elsewhere. */
export type Gradients = tf.Tensor[] | tf.Tensor1D | Float32Array;

/** Adam (Kingma & Ba 2015) with beta 0.9 and 0.999, epsilon 1e-8, no weight decay. */
export interface Optimizer {
  /**
   * The parameters as they are; owned by the optimizer and valid until the next step, or until other
   * ones are asked for.
   */
  parameters(): NamedTensors;
  /** The parameters to keep: averaged weights where there are any; owned and valid in the same way. */
  keptParameters(): NamedTensors;
  /** How parameters and gradients lie in flat memory. */
  readonly layout: FlatLayout;
  /** Where threads find the parameters, on cpu and wasm. */
  readonly shared?: { readonly parameters: Float32Array };
  /**
   * Takes one step down the gradients, which it disposes of.
   *
   * @param gradients in the order of the names in {@link parameters}, or flat
   * @param learningRate of this step
   * @returns the gradients' Euclidean norm before the step
   */
  step(gradients: Gradients, learningRate: number): Promise<number>;
  /** A copy of the parameters to keep, in memory. */
  readParameters(): Promise<NamedArrays>;
  /** A copy of everything, to continue from later. */
  readState(): Promise<AdamState>;
  /** Frees its tensors. */
  dispose(): void;
}

/** The flat buffer, updated in one of three ways. */
interface Engine {
  tensors(): tf.Tensor[];
  /** The parameters; where they are a tensor, call it in `tf.tidy`. */
  flat(): FlatParameters;
  update(gradients: Gradients, learningRate: number, step: number): Promise<number>;
  read(): Promise<[parameters: Float32Array, means: Float32Array, squares: Float32Array]>;
  dispose(): void;
}

/**
 * Adam for the chosen backend.
 *
 * @param initial the parameters to begin with, or the state to continue from
 * @param averageWeights the most that each step keeps of averaged weights, see {@link keptShare};
 * default 0, none are computed
 */
export function adam(initial: NamedArrays | AdamState, averageWeights = 0): Optimizer {
  const state = isAdamState(initial) ? initial : undefined;
  const parameters = isAdamState(initial) ? initial.parameters : initial;
  const layout = layoutOf(parameters);
  const buffers: [Float32Array, Float32Array, Float32Array] = [
    flatten(layout, parameters),
    state ? flatten(layout, state.means) : new Float32Array(layout.length),
    state ? flatten(layout, state.squares) : new Float32Array(layout.length),
  ];
  const engine = isOnHost()
    ? onHost(layout, buffers)
    : isOnTensorflow()
    ? onTensorflow(layout, buffers)
    : onDevice(layout, buffers);
  const averages = averageWeights > 0
    ? averagedWeights(layout, flatten(layout, state?.averages ?? parameters))
    : undefined;
  const { show, release } = shownParameters(layout);
  let steps = state?.steps ?? 0;
  return {
    layout,
    ...isOnHost() && { shared: { parameters: buffers[0] } },
    parameters: () => show(engine),
    keptParameters: () => show(averages ?? engine),
    async step(gradients, learningRate) {
      release();
      const norm = await engine.update(gradients, learningRate, ++steps);
      if (!(gradients instanceof Float32Array)) tf.dispose(gradients);
      const kept = keptShare(averageWeights, steps - 1);
      tf.tidy(() => averages?.add(engine.flat(), kept));
      return norm;
    },
    async readParameters() {
      const [parameters] = averages === undefined ? await engine.read() : [await averages.read()];
      return unflatten(layout, parameters);
    },
    async readState() {
      const [parameters, means, squares] = await engine.read();
      return {
        steps,
        parameters: unflatten(layout, parameters),
        means: unflatten(layout, means),
        squares: unflatten(layout, squares),
        ...averages && { averages: unflatten(layout, await averages.read()) },
      };
    },
    dispose() {
      release();
      engine.dispose();
      averages?.dispose();
    },
  };
}

/** The tensors of parameters that are lent out: made once, and freed before others are. */
function shownParameters({ names }: FlatLayout) {
  let shown: { readonly of: Pick<Engine, "tensors">; readonly tensors: tf.Tensor[] } | undefined;
  const release = () => {
    tf.dispose(shown?.tensors ?? []);
    shown = undefined;
  };
  const show = (of: Pick<Engine, "tensors">): NamedTensors => {
    if (shown?.of !== of) release();
    const { tensors } = shown ??= { of, tensors: of.tensors() };
    return Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
  };
  return { show, release };
}

/** Whether this is a state to continue from, not parameters to begin with. */
export function isAdamState(initial: NamedArrays | AdamState): initial is AdamState {
  return typeof initial.steps === "number";
}

/** cpu and wasm: one loop over typed arrays does it all. */
function onHost(
  layout: FlatLayout,
  [parameters, means, squares]: [Float32Array, Float32Array, Float32Array],
): Engine {
  const gradient = new Float32Array(layout.length);
  return {
    tensors: () => hostTensors(layout, parameters),
    flat: () => parameters,
    update(gradients, learningRate, step) {
      const from = gradients instanceof Float32Array ? gradients : gradient;
      if (Array.isArray(gradients)) copyInto(layout, gradients, gradient);
      else if (from === gradient) throw new TypeError("Flat tensors are for other backends");
      // Adam's epsilon stands beside the corrected root, so it is scaled as the root is
      const correction = Math.sqrt(1 - beta2 ** step);
      const rate = learningRate * correction / (1 - beta1 ** step);
      const epsilonHat = epsilon * correction;
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

/** All gradients in one tensor. */
function flatTensor(layout: FlatLayout, gradients: Gradients): tf.Tensor1D {
  if (gradients instanceof Float32Array) {
    throw new TypeError("Flat arrays are for the cpu and wasm backends");
  }
  return Array.isArray(gradients) ? flatGradient(layout, gradients) : gradients;
}

/** tensorflow: its fused Adam, in place (4 ms for 6 M parameters, 20 ms composed of tfjs ops). */
function onTensorflow(
  layout: FlatLayout,
  buffers: [Float32Array, Float32Array, Float32Array],
): Engine {
  const id = crypto.randomUUID(); // TensorFlow finds variables by name: each optimizer has its own
  const [parameters, means, squares] = buffers.map((buffer, i) =>
    variable(buffer, `adam-${id}-${i}`)
  );
  const numbersOf = async (read: () => tf.Tensor1D) => {
    const tensor = read();
    const numbers = await tensor.data<"float32">();
    tensor.dispose();
    return numbers.slice();
  };
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
          // TensorFlow adds epsilon to the uncorrected root
          epsilon: epsilon * Math.sqrt(1 - beta2 ** step),
        });
        return tf.sqrt(tf.mul(2, halfSumOfSquares(gradient)));
      });
      const [value] = await norm.data();
      norm.dispose();
      return value;
    },
    read: async () => [
      await numbersOf(parameters.read),
      await numbersOf(means.read),
      await numbersOf(squares.read),
    ],
    dispose: () => [parameters, means, squares].forEach((each) => each.dispose()),
  };
}

/** webgpu: tfjs operations on the flat buffer. */
function onDevice(
  layout: FlatLayout,
  buffers: [Float32Array, Float32Array, Float32Array],
): Engine {
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
      const [value] = await norm.data();
      norm.dispose();
      return value;
    },
    read: async () =>
      await Promise.all([parameters, means, squares].map((each) => each.data())) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ],
    dispose: () => tf.dispose([parameters, means, squares]),
  };
}
