import * as tf from "@tensorflow/tfjs-core";

/**
 * A step of a computation with a gradient of its own: one node on tfjs's tape, whatever happens
 * inside. Intermediate tensors are freed at once on the way forward and on the way back.
 *
 * @param inputs what gradients are wanted for
 * @param forward computes the value; what it passes to `save` comes back in `backward`
 * @param backward from the gradient at the value, one gradient per input, each of its shape
 */
export function differentiable<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  forward: (save: (tensors: tf.Tensor[]) => void) => T,
  backward: (dy: T, saved: tf.Tensor[]) => tf.Tensor[],
): T {
  const step = tf.customGrad((...args) => {
    const save = args[args.length - 1] as tf.GradSaveFunc;
    return {
      value: forward(save),
      gradFunc: (dy, saved) => tf.tidy(() => backward(dy as T, saved)),
    };
  });
  return step(...inputs) as T;
}
