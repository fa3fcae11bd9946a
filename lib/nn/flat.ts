/**
 * All parameters of a model as one flat buffer.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { hostKernel } from "./host.ts";
import type { NamedArrays } from "./parameters.ts";

/** Each parameter begins at a multiple of this many floats, so that engines can slice, not copy. */
const alignment = 16;

/** Where each parameter stands in the flat buffer. */
export interface FlatLayout {
  /** Names of the parameters. */
  readonly names: readonly string[];
  /** Shape of each. */
  readonly shapes: readonly (readonly number[])[];
  /** Numbers in each. */
  readonly sizes: readonly number[];
  /** Sizes rounded up to the alignment; their sum is the length. */
  readonly paddedSizes: readonly number[];
  /** Where each begins. */
  readonly starts: readonly number[];
  /** Length of the buffer. */
  readonly length: number;
}

/** Zeros in memory that threads can share. */
export function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}

/** The layout of these parameters, in their order. */
export function layoutOf(arrays: NamedArrays): FlatLayout {
  const names = Object.keys(arrays);
  const sizes = names.map((name) => arrays[name].numbers.length);
  const paddedSizes = sizes.map((size) => Math.ceil(size / alignment) * alignment);
  let length = 0;
  const starts = paddedSizes.map((size) => (length += size) - size);
  return {
    names,
    shapes: names.map((name) => arrays[name].shape),
    sizes,
    paddedSizes,
    starts,
    length,
  };
}

/** The numbers one after the other, in memory that threads can share. */
export function flatten(
  { names, starts, length }: FlatLayout,
  arrays: NamedArrays,
): Float32Array {
  const flat = sharedFloats(length);
  names.forEach((name, i) => flat.set(arrays[name].numbers, starts[i]));
  return flat;
}

/** Copies of the numbers, by name. */
export function unflatten(
  { names, shapes, sizes, starts }: FlatLayout,
  flat: Float32Array,
): NamedArrays {
  return Object.fromEntries(names.map((name, i) => {
    const numbers = flat.slice(starts[i], starts[i] + sizes[i]);
    return [name, { shape: shapes[i], numbers }];
  }));
}

/** cpu and wasm: the parameters as tensors, copied out of the buffer. */
export function hostTensors(
  { shapes, sizes, starts }: FlatLayout,
  flat: Float32Array,
): tf.Tensor[] {
  return shapes.map((shape, i) => {
    const numbers = flat.subarray(starts[i], starts[i] + sizes[i]);
    return hostKernel([], [[...shape]], (_, [tensor]) => tensor.set(numbers))[0];
  });
}

/** cpu and wasm: each tensor's numbers, and where they stand in the buffer. */
function placed(
  { starts }: FlatLayout,
  tensors: tf.Tensor[],
  use: (numbers: Float32Array, at: number) => void,
): void {
  hostKernel(tensors, [], (numbers) => numbers.forEach((each, i) => use(each, starts[i])));
}

/** cpu and wasm: copies tensors into the buffer. */
export function copyInto(layout: FlatLayout, tensors: tf.Tensor[], flat: Float32Array): void {
  placed(layout, tensors, (numbers, at) => flat.set(numbers, at));
}

/** cpu and wasm: adds tensors, times a factor, to what is in the buffer. */
export function addInto(
  layout: FlatLayout,
  tensors: tf.Tensor[],
  flat: Float32Array,
  factor = 1,
): void {
  placed(layout, tensors, (numbers, at) => {
    for (let i = 0; i < numbers.length; i++) flat[at + i] += factor * numbers[i];
  });
}

/** A vector needs no reshaping: a call of the engine less. */
function isVector(x: tf.Tensor): x is tf.Tensor1D {
  return x.rank === 1;
}

/** All gradients as one vector in the layout of the buffer. */
export function flatGradient(
  { sizes, paddedSizes }: FlatLayout,
  gradients: tf.Tensor[],
): tf.Tensor1D {
  const parts: tf.Tensor1D[] = [];
  gradients.forEach((gradient, i) => {
    parts.push(isVector(gradient) ? gradient : tf.reshape(gradient, [sizes[i]]));
    if (paddedSizes[i] > sizes[i]) parts.push(tf.zeros([paddedSizes[i] - sizes[i]]));
  });
  return tf.concat(parts);
}

/** The parameters cut out of the buffer. */
export function cut({ shapes, sizes, paddedSizes }: FlatLayout, flat: tf.Tensor1D): tf.Tensor[] {
  const parts = tf.split(flat, [...paddedSizes]);
  return shapes.map((shape, i) => {
    const exact = paddedSizes[i] === sizes[i] ? parts[i] : tf.slice(parts[i], 0, sizes[i]);
    return shape.length === 1 ? exact : tf.reshape(exact, [...shape]);
  });
}
