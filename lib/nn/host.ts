/**
 * Kernels in TypeScript for the backends whose tensors lie in this process's memory: cpu and wasm.
 *
 * tfjs's element-wise wasm ops run at about 0.08 G elements a second and each makes a tensor of its
 * own; one loop over typed arrays that does a whole layer's work is several times faster.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/** Whether the chosen backend's tensors can be read and written as typed arrays, without copies. */
export function isOnHost(): boolean {
  const name = tf.getBackend();
  return name === "cpu" || name === "wasm";
}

/**
 * A float32 tensor's numbers: a view, not a copy. On wasm any allocation may move the memory under
 * it, so take views only after all outputs have been made; {@link hostKernel} does.
 */
function view(tensor: tf.TensorInfo): Float32Array {
  if (tf.getBackend() === "wasm") {
    const backend = tf.backend() as BackendWasm;
    return backend.typedArrayFromHeap(tensor) as Float32Array;
  }
  const backend = tf.backend() as MathBackendCPU;
  return backend.data.get(tensor.dataId).values as Float32Array;
}

function output(sizes: readonly number[]): tf.TensorInfo {
  const shape = [...sizes];
  if (tf.getBackend() === "wasm") {
    const backend = tf.backend() as BackendWasm;
    return backend.makeOutput(shape, "float32");
  }
  const backend = tf.backend() as MathBackendCPU;
  const numbers = new Float32Array(tf.util.sizeFromShape(shape));
  return backend.makeTensorInfo(shape, "float32", numbers);
}

/** Tensors by the number of their axes. */
interface ByRank {
  0: tf.Scalar;
  1: tf.Tensor1D;
  2: tf.Tensor2D;
  3: tf.Tensor3D;
  4: tf.Tensor4D;
}

/** The tensor that has a shape, of which often only the number of axes is known. */
type TensorOf<Shape extends readonly number[]> = Shape["length"] extends keyof ByRank
  ? ByRank[Shape["length"]]
  : tf.Tensor;

/**
 * New tensors computed by a loop over typed arrays. To the tape this is one opaque step: call it
 * inside {@link differentiable}.
 *
 * @param inputs float32 tensors
 * @param shapes the shapes of the outputs; their memory is NOT cleared on wasm
 * @param compute reads the inputs' numbers and fills the outputs', both in the order given
 */
export function hostKernel<const Shapes extends readonly (readonly number[])[]>(
  inputs: readonly tf.Tensor[],
  shapes: Shapes,
  compute: (inputs: Float32Array[], outputs: Float32Array[]) => void,
): { -readonly [K in keyof Shapes]: TensorOf<Shapes[K]> } {
  const infos = shapes.map(output);
  compute(inputs.map(view), infos.map(view));
  const tensors: tf.Tensor[] = infos.map((info) => tf.engine().makeTensorFromTensorInfo(info));
  return tensors as { -readonly [K in keyof Shapes]: TensorOf<Shapes[K]> };
}
