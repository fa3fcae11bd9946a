/**
 * Layers with parameters, which also know how long the gradient of each record is without making it:
 * private training clips by these norms, and one gradient per record would not fit into memory.
 *
 * The norms come from the engine's own way back. A probe [records], which is zero and changes nothing, is
 * an input of every layer, and the layer says that its gradient is the square of each record's norm.
 * Gradients of a tensor that many layers have as an input add up: to the squares over all parameters.
 *
 * @see Goodfellow 2015, "Efficient per-example gradient computations"; Li et al. 2022, ghost clipping
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import type { NamedTensors } from "./parameters.ts";

/** The way back through a layer. */
export interface WayBack<T extends tf.Tensor, S extends readonly tf.Tensor[]> {
  /** Gradients of the inputs, then of the parameters. */
  gradients(dy: T, saved: S): tf.Tensor[];
  /** Those of the inputs alone, where they cost less than all. */
  inputs?(dy: T, saved: S): tf.Tensor[];
  /**
   * The squared Euclidean norm of each record's gradient of the parameters, [records]; rows of `dy` are
   * records after each other, equally many each.
   */
  squaredNorms(dy: T, saved: S, records: number): tf.Tensor1D;
}

/** What asks layers for norms. */
interface Probe {
  /** [records] Zeros. */
  readonly tensor: tf.Tensor1D;
  /** How many layers have used each parameter. */
  readonly uses: Map<tf.Tensor, number>;
}

/** The probe of parameters that are asked for norms; it goes when they go. */
const probes = new WeakMap<tf.Tensor, Probe>();

/**
 * A layer: a step of a computation with a gradient of its own, as {@link differentiable}.
 *
 * @param inputs what the layer gets
 * @param parameters what it learns; all of its parameters are here
 */
export function layer<T extends tf.Tensor, const S extends readonly tf.Tensor[]>(
  inputs: tf.Tensor[],
  parameters: tf.Tensor[],
  forward: () => { value: T; saved: S },
  back: WayBack<T, S>,
): T {
  const probe = probes.get(parameters[0]);
  if (probe === undefined) {
    return differentiable([...inputs, ...parameters], forward, back.gradients);
  }
  const ofInputs = back.inputs ?? back.gradients;
  const { tensor, uses } = probe;
  for (const parameter of parameters) uses.set(parameter, (uses.get(parameter) ?? 0) + 1);
  return differentiable([...inputs, tensor], forward, (dy: T, saved: S) => [
    ...ofInputs(dy, saved).slice(0, inputs.length),
    back.squaredNorms(dy, saved, tensor.shape[0]),
  ]);
}

/**
 * The loss of records, and the squared norm of the gradient of each record's loss over all parameters.
 *
 * @param records how many there are
 * @param lossOf the sum of the records' losses, each of which depends on its own rows alone
 * @throws {Error} If not each parameter is used by one layer, once: the norm of a sum is not the sum of norms
 */
export function lossAndSquaredNorms(
  parameters: NamedTensors,
  records: number,
  lossOf: (parameters: NamedTensors) => tf.Scalar,
): { loss: tf.Tensor; squaredNorms: tf.Tensor1D } {
  return tf.tidy(() => {
    const probe: Probe = { tensor: tf.zeros([records]), uses: new Map() };
    const watched = Object.fromEntries(
      Object.entries(parameters).map(([name, tensor]) => [name, tf.clone(tensor)]),
    );
    for (const tensor of Object.values(watched)) probes.set(tensor, probe);
    const { value, grad } = tf.valueAndGrad(() => lossOf(watched))(probe.tensor);
    for (const [name, tensor] of Object.entries(watched)) {
      const uses = probe.uses.get(tensor) ?? 0;
      if (uses !== 1) {
        throw new Error(`Cannot compute norms: ${uses} layers use "${name}", not one`);
      }
    }
    return { loss: value, squaredNorms: tf.reshape(grad, [records]) };
  });
}
