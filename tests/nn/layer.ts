/**
 * Layers against their definitions: a literal form in float64 gives the value, its central
 * differences the gradients.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { random } from "ehrloom/random.ts";
import { testOnBackends } from "../golden.ts";

/** float32 rounds at 6e-8; sums of a few dozen terms of size 1, and webgpu's exp, lose some. */
export const float32Tolerance = 2e-5;

/** A layer and what it is to compute. */
export interface LayerCase {
  /** Shape of each input. */
  readonly shapes: readonly (readonly number[])[];
  /** Numbers of the inputs; standard normal ones where left out. */
  readonly inputs?: readonly Float64Array[];
  /** The layer, on tensors of these shapes. */
  layer(...inputs: tf.Tensor[]): tf.Tensor;
  /** The same in plain loops over row-major float64 numbers. */
  literal(...inputs: Float64Array[]): ArrayLike<number>;
}

/** Standard normal numbers of a shape, exact in float32. */
export function numbers(shape: readonly number[], ...key: number[]): Float64Array {
  const source = random(2026, ...key);
  const size = shape.reduce((product, axis) => product * axis, 1);
  return Float64Array.from({ length: size }, () => Math.fround(source.normal()));
}

/** Gradients of Σ output × direction by central differences, whose error is about 1e-9 here. */
function differences(
  literal: LayerCase["literal"],
  inputs: readonly Float64Array[],
  direction: Float64Array,
): Float64Array[] {
  const step = 1e-5;
  const along = () => {
    const output = literal(...inputs);
    return direction.reduce((sum, weight, i) => sum + weight * output[i], 0);
  };
  return inputs.map((input) =>
    input.map((value, i) => {
      input[i] = value + step;
      const above = along();
      input[i] = value - step;
      const below = along();
      input[i] = value;
      return (above - below) / (2 * step);
    })
  );
}

/** Numbers must agree, relative to the largest where that is above 1. */
export function assertClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  tolerance = float32Tolerance,
): void {
  assertEquals(found.length, expected.length, what);
  let scale = 1;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]));
  for (let i = 0; i < expected.length; i++) {
    const isClose = Math.abs(found[i] - expected[i]) <= tolerance * scale; // NaN is not
    assert(isClose, `${what}[${i}] is ${found[i]}, wanted ${expected[i]}`);
  }
}

/** Tests a layer's value and gradients on every backend, and that it leaves no tensors. */
export function testLayer(
  name: string,
  { shapes, inputs = shapes.map((shape, i) => numbers(shape, i)), layer, literal }: LayerCase,
): void {
  const expected = Float64Array.from(literal(...inputs));
  const direction = numbers([expected.length], 99);
  const expectedGradients = differences(literal, inputs, direction);
  testOnBackends(`${name} and its gradients are those of the definition`, async () => {
    const tensors = inputs.map((input, i) => tf.tensor(Float32Array.from(input), [...shapes[i]]));
    const value = tf.tidy(() => layer(...tensors));
    assertClose(await value.data(), expected, "value");
    const { value: sum, grads } = tf.valueAndGrads((...tensors) =>
      tf.sum(tf.mul(
        tf.reshape(layer(...tensors), [expected.length]),
        tf.tensor1d(Float32Array.from(direction)),
      ))
    )(tensors);
    for (const [i, grad] of grads.entries()) {
      assertEquals(grad.shape, [...shapes[i]]);
      assertClose(await grad.data(), expectedGradients[i], `gradient of input ${i}`);
    }
    tf.dispose([tensors, value, sum, grads]);
  });
}
