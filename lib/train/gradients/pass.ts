import * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "../../nn/parameters.ts";

/** A loss of records that fit in the engine at once, and its gradients in the order of the parameters. */
export function passGradients(
  lossOf: (parameters: NamedTensors) => tf.Scalar,
  parameters: NamedTensors,
): { value: tf.Tensor; grads: tf.Tensor[] } {
  const names = Object.keys(parameters);
  const gradients = tf.valueAndGrads((...tensors) =>
    lossOf(Object.fromEntries(names.map((name, i) => [name, tensors[i]])))
  );
  return gradients(Object.values(parameters));
}
