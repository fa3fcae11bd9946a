import * as tf from "@tensorflow/tfjs-core";

/**
 * A step of a computation with a gradient of its own: one node on tfjs's tape, whatever happens
 * inside. Intermediate tensors are freed at once on the way forward and on the way back.
 *
 * @param inputs what gradients are wanted for
 * @param forward computes the value, and what is saved for the way back
 * @param backward from the gradient at the value and what was saved, one gradient per input, each of
 * its shape
 */
export function differentiable<T extends tf.Tensor, const S extends readonly tf.Tensor[]>(
  inputs: tf.Tensor[],
  forward: () => { value: T; saved: S },
  backward: (dy: T, saved: S) => tf.Tensor[],
): T {
  const step = tf.customGrad<T>((...args) => {
    const save = args[args.length - 1] as tf.GradSaveFunc;
    const { value, saved } = forward();
    save([...saved]);
    // tfjs gives back copies of what was saved, in the same order
    const gradFunc = (dy: T, copies: tf.Tensor[]) =>
      tf.tidy(() => backward(dy, copies as tf.Tensor[] & S));
    return { value, gradFunc };
  });
  return step(...inputs);
}
