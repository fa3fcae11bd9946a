/**
 * TensorFlow's own operations that tfjs-core has no name for; for the tensorflow backend only.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";

/** Whether TensorFlow is the chosen backend. */
export function isOnTensorflow(): boolean {
  return tf.getBackend() === "tensorflow";
}

/** An attribute's value; a list of numbers is a shape, a number a float, a bigint an integer. */
type Value = boolean | string | number | bigint | number[];

/** Attributes of an operation, by name. */
type Attributes = Readonly<Record<string, Value>>;

function kindOf({ binding }: NodeJSKernelBackend, value: Value): number {
  switch (typeof value) {
    case "boolean":
      return binding.TF_ATTR_BOOL;
    case "string":
      return binding.TF_ATTR_STRING;
    case "number":
      return binding.TF_ATTR_FLOAT;
    case "bigint":
      return binding.TF_ATTR_INT;
    default:
      return binding.TF_ATTR_SHAPE;
  }
}

function run(
  op: string,
  dtypes: readonly string[],
  attributes: Attributes,
  inputs: tf.Tensor[],
  outputs: number,
): tf.Tensor[] {
  const backend = tf.backend() as NodeJSKernelBackend;
  const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const all = [
    ...dtypes.map((name) => ({ name, type: TF_ATTR_TYPE, value: TF_FLOAT })),
    ...Object.entries(attributes).map(([name, value]) => ({
      name,
      type: kindOf(backend, value),
      value: typeof value === "bigint" ? Number(value) : value,
    })),
  ];
  return backend.executeMultipleOutputs(op, all, inputs, outputs);
}

/** Runs an operation on float32 numbers that has no attribute for their type. */
export function execute(
  op: string,
  inputs: tf.Tensor[],
  outputs: number,
  attributes: Readonly<Record<string, number | bigint>> = {},
): tf.Tensor[] {
  return run(op, [], attributes, inputs, outputs);
}

/** Sums over rows, eight times as fast as `tf.sum(x, 0)`: [rows, columns] → [columns]. */
export function biasGradient(x: tf.Tensor2D): tf.Tensor1D {
  return run("BiasAddGrad", ["T"], { data_format: "NHWC" }, [x], 1)[0] as tf.Tensor1D;
}

/** The gradient at x of y = max(x, 0), from that at y; TensorFlow needs one of x and y. */
export function reluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return run("ReluGrad", ["T"], {}, [dy, y], 1)[0];
}

/** Half the sum of squares of all numbers: a scalar. */
export function halfSumOfSquares(x: tf.Tensor): tf.Scalar {
  return run("L2Loss", ["T"], {}, [x], 1)[0] as tf.Scalar;
}

/**
 * For each segment the sum of the table's rows that belong to it, without gathering them first.
 *
 * @param table [rows, width]
 * @param rows [entries] int32 indices into the table
 * @param segments [entries] int32, ascending
 * @param segmentCount number of segments, empty ones included
 * @returns [segmentCount, width]
 */
export function sparseSegmentSum(
  table: tf.Tensor2D,
  rows: tf.Tensor1D,
  segments: tf.Tensor1D,
  segmentCount: number,
): tf.Tensor2D {
  const count = tf.scalar(segmentCount, "int32");
  const inputs = [table, rows, segments, count];
  return run("SparseSegmentSumWithNumSegments", ["T"], {}, inputs, 1)[0] as tf.Tensor2D;
}

/** A whole number as a 64-bit scalar, for which tfjs has no type. */
function int64(value: number): tf.Tensor {
  const backend = tf.backend() as NodeJSKernelBackend;
  const dtype = backend.binding.TF_INT64;
  const id = backend.binding.createTensor([], dtype, Int32Array.of(value, 0));
  const dataId = {};
  backend["tensorMap"].set(dataId, { shape: [], dtype, values: null, id, refCount: 1 });
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape: [], dtype: "int32" });
}

/** Inputs of {@link blockLstm} without states before the first step and without peepholes. */
function blockLstmInputs(x: tf.Tensor3D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor[] {
  const [steps, records] = x.shape;
  const width = bias.shape[0] / 4;
  const zeros = tf.zeros([records, width]);
  const peephole = tf.zeros([width]);
  return [int64(steps), x, zeros, zeros, weight, peephole, peephole, peephole, bias];
}

/**
 * A layer of long short-term memory over all steps in one operation, from zero states.
 *
 * @param x [steps, records, in]
 * @param weight [in + width, 4 × width] gates input, forget, cell and output beside each other
 * @param bias [4 × width]
 * @returns seven tensors [steps, records, width], of which the last is the output; all of them are
 *   what {@link blockLstmGradient} wants
 */
export function blockLstm(x: tf.Tensor3D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor3D[] {
  return run("BlockLSTMV2", ["T"], {}, blockLstmInputs(x, weight, bias), 7) as tf.Tensor3D[];
}

/**
 * The way back through {@link blockLstm}.
 *
 * @param done what it returned
 * @param dy [steps, records, width] gradient at the output
 */
export function blockLstmGradient(
  x: tf.Tensor3D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  done: tf.Tensor[],
  dy: tf.Tensor3D,
): [dx: tf.Tensor3D, dWeight: tf.Tensor2D, dBias: tf.Tensor1D] {
  const inputs = [...blockLstmInputs(x, weight, bias), ...done, tf.zerosLike(dy), dy];
  const found = run("BlockLSTMGradV2", ["T"], { use_peephole: false }, inputs, 8);
  const [dx, , , dWeight, , , , dBias] = found;
  return [dx as tf.Tensor3D, dWeight as tf.Tensor2D, dBias as tf.Tensor1D];
}

/** A buffer that TensorFlow updates in place. */
export interface Variable {
  /** The buffer as a tensor, without copying; dispose of it before the next update. */
  read(): tf.Tensor1D;
  /** What operations on variables take. */
  readonly handle: tf.Tensor;
  /** Frees the buffer. */
  dispose(): void;
}

/** A variable with the given numbers. */
export function variable(numbers: Float32Array, name: string): Variable {
  const attributes = { shape: [numbers.length], container: "", shared_name: name };
  const [handle] = run("VarHandleOp", ["dtype"], attributes, [], 1);
  const initial = tf.tensor1d(numbers.slice()); // TensorFlow may keep the array it is given
  run("AssignVariableOp", ["dtype"], {}, [handle, initial], 0);
  initial.dispose();
  return {
    handle,
    read: () => run("ReadVariableOp", ["dtype"], {}, [handle], 1)[0] as tf.Tensor1D,
    dispose: () => {
      run("DestroyResourceOp", [], { ignore_lookup_error: true }, [handle], 0);
      handle.dispose();
    },
  };
}

/** One step of Adam in place on three variables of equal length. */
export function applyAdam(
  [parameters, mean, square]: readonly [Variable, Variable, Variable],
  gradient: tf.Tensor1D,
  scalars: {
    beta1: number;
    beta2: number;
    beta1Power: number;
    beta2Power: number;
    learningRate: number;
    epsilon: number;
  },
): void {
  tf.tidy(() => {
    const { beta1Power, beta2Power, learningRate, beta1, beta2, epsilon } = scalars;
    const numbers = [beta1Power, beta2Power, learningRate, beta1, beta2, epsilon];
    run("ResourceApplyAdam", ["T"], { use_locking: false, use_nesterov: false }, [
      parameters.handle,
      mean.handle,
      square.handle,
      ...numbers.map((number) => tf.scalar(number)),
      gradient,
    ], 0);
  });
}
