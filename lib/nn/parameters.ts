import * as tf from "@tensorflow/tfjs-core";

/** Parameters on the backend, by the names of the model's original code. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** A float32 array with its shape. */
export interface ShapedArray {
  /** Sizes of the axes. */
  readonly shape: readonly number[];
  /** The numbers in row-major order. */
  readonly numbers: Float32Array;
}

/** Parameters in memory, by the names of the model's original code. */
export type NamedArrays = Record<string, ShapedArray>;

/** Shapes of parameters, by the names of the model's original code. */
export type Shapes = Readonly<Record<string, Pick<ShapedArray, "shape">>>;

function hasRank<T extends tf.Tensor>(tensor: tf.Tensor, rank: number): tensor is T {
  return tensor.rank === rank;
}

/** A parameter with a number of axes, which is checked here once for all callers. */
function parameter<T extends tf.Tensor>(parameters: NamedTensors, name: string, rank: number): T {
  if (!Object.hasOwn(parameters, name)) {
    throw new RangeError(`Cannot compute: there is no parameter "${name}"`);
  }
  const tensor = parameters[name];
  if (hasRank<T>(tensor, rank)) return tensor;
  throw new RangeError(
    `Cannot compute: parameter "${name}" is [${tensor.shape}], must have ${
      rank === 1 ? "1 axis" : `${rank} axes`
    }`,
  );
}

/**
 * A parameter with one axis, such as a bias.
 *
 * @throws {RangeError} If there is no such parameter, or it has another number of axes
 */
export function vector(parameters: NamedTensors, name: string): tf.Tensor1D {
  return parameter(parameters, name, 1);
}

/**
 * A parameter with two axes, such as a weight.
 *
 * @throws {RangeError} If there is no such parameter, or it has another number of axes
 */
export function matrix(parameters: NamedTensors, name: string): tf.Tensor2D {
  return parameter(parameters, name, 2);
}

/**
 * A parameter with three axes, such as a convolution's weight.
 *
 * @throws {RangeError} If there is no such parameter, or it has another number of axes
 */
export function cube(parameters: NamedTensors, name: string): tf.Tensor3D {
  return parameter(parameters, name, 3);
}

/** A list of numbers. */
export function listOf(numbers: ArrayLike<number>): ShapedArray {
  return { shape: [numbers.length], numbers: Float32Array.from(numbers) };
}

/** A mask as the original codes store it: ones on and below the diagonal, zeros above it. */
export function lowerMask(size: number): ShapedArray {
  const ones = { shape: [size, size], numbers: new Float32Array(size * size).fill(1) };
  zeroUnseen(ones, (row) => row + 1);
  return ones;
}

/** Sets what a mask hides to zero: in each row of a matrix, the numbers after those that are seen. */
export function zeroUnseen(
  { shape: [rows, columns], numbers }: ShapedArray,
  seen: (row: number) => number,
): void {
  for (let r = 0; r < rows; r++) numbers.fill(0, r * columns + seen(r), (r + 1) * columns);
}

/** The transpose of a matrix. */
export function transposedArray({ shape: [rows, columns], numbers }: ShapedArray): ShapedArray {
  const turned = new Float32Array(numbers.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) turned[c * rows + r] = numbers[r * columns + c];
  }
  return { shape: [columns, rows], numbers: turned };
}

/** The same parameters in memory of their own. */
export function copied(arrays: NamedArrays): NamedArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, numbers }]) => [
      name,
      { shape, numbers: numbers.slice() },
    ]),
  );
}

/** The same parameters on the chosen backend; dispose of them with `tf.dispose`. */
export function toTensors(arrays: NamedArrays): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, numbers }]) => [
      name,
      tf.tensor(numbers, [...shape], "float32"),
    ]),
  );
}

/**
 * Checks that parameters are those that a model wants, by name and shape.
 *
 * @param source the model, or the file that they come from, for the error message
 * @param wanted where a size is -1, any will do
 * @throws {RangeError} If one is missing, unknown or of another shape
 */
export function checkShapes(
  source: string,
  found: Shapes,
  wanted: Shapes,
): void {
  for (const name of Object.keys(found)) {
    if (!Object.hasOwn(wanted, name)) {
      throw new RangeError(`Cannot load "${source}": unknown tensor "${name}"`);
    }
  }
  for (const [name, { shape }] of Object.entries(wanted)) {
    if (!Object.hasOwn(found, name)) {
      throw new RangeError(`Cannot load "${source}": no tensor "${name}"`);
    }
    const isFitting = found[name].shape.length === shape.length &&
      shape.every((size, axis) => size === -1 || size === found[name].shape[axis]);
    if (!isFitting) {
      throw new RangeError(
        `Cannot load "${source}": tensor "${name}" is [${found[name].shape}], wanted [${shape}]`,
      );
    }
  }
}
