/**
 * Layers with parameters, which also know how long the gradient of each record is without making it:
 * private training clips by these norms, and one gradient per record would not fit into memory.
 *
 * The norms come from the engine's own way back. A probe [records], which is zero and changes nothing, is
 * an input of every layer, and the layer says that its gradient is the square of each record's norm.
 * Gradients of a tensor that many layers have as an input add up: to the squares over all parameters.
 *
 * Each layer also keeps what its own gradients need. When the norms are known, so is what each record
 * counts, and the sum of the records' gradients takes no second way through the model.
 *
 * @see Goodfellow 2015, "Efficient per-example gradient computations"; Li et al. 2022, ghost clipping;
 * Bu et al. 2023, "Differentially private optimization on large model at small cost" (book-keeping)
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import type { NamedTensors } from "./parameters.ts";

/** The way back through a layer. */
export interface WayBack<T extends tf.Tensor, S extends readonly tf.Tensor[]> {
  /** Gradients of the inputs. */
  inputs(dy: T, saved: S): tf.Tensor[];
  /** Gradients of the parameters. */
  parameters(dy: T, saved: S): tf.Tensor[];
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
  /** What the layers have kept, the last one first. */
  readonly kept: Kept[];
  /** How many layers have used each parameter. */
  readonly uses: Map<tf.Tensor, number>;
}

/** What a layer has kept. */
interface Kept {
  readonly parameters: readonly tf.Tensor[];
  /** Gradients of the parameters: sums over records, times a factor [records] each. */
  gradients(factors: tf.Tensor1D): tf.Tensor[];
  dispose(): void;
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
    return differentiable([...inputs, ...parameters], forward, (dy: T, saved: S) => [
      ...back.inputs(dy, saved),
      ...back.parameters(dy, saved),
    ]);
  }
  const { tensor, uses, kept } = probe;
  for (const parameter of parameters) uses.set(parameter, (uses.get(parameter) ?? 0) + 1);
  return differentiable([...inputs, tensor], forward, (dy: T, saved: S) => {
    kept.push(keptFor(parameters, dy, saved, back));
    return [...back.inputs(dy, saved), back.squaredNorms(dy, saved, tensor.shape[0])];
  });
}

/** Keeps what the gradients of a layer's parameters need beyond the way back. */
function keptFor<T extends tf.Tensor, S extends readonly tf.Tensor[]>(
  parameters: readonly tf.Tensor[],
  dy: T,
  saved: S,
  back: WayBack<T, S>,
): Kept {
  const copyOf = <A extends tf.Tensor>(x: A): A => tf.keep(tf.clone(x));
  const ofValue = copyOf(dy);
  const copies = saved.map(copyOf);
  return {
    parameters,
    gradients: (factors) =>
      back.parameters(timesRecords(ofValue, factors), copies as tf.Tensor[] & S),
    dispose: () => tf.dispose([ofValue, ...copies]),
  };
}

/** Rows of records after each other, times a factor a record. */
function timesRecords<T extends tf.Tensor>(x: T, factors: tf.Tensor1D): T {
  const [rows, ...others] = x.shape;
  const ofRows = tf.tile(tf.expandDims(factors, 1), [1, rows / factors.size]);
  return tf.mul(x, tf.reshape(ofRows, [rows, ...others.map(() => 1)]));
}

/** The losses of records, and what is known of their gradients. */
export interface RecordGradients {
  /** The sum of the records' losses. */
  readonly loss: tf.Tensor;
  /** [records] The squared Euclidean norm of each record's gradient over all parameters. */
  readonly squaredNorms: tf.Tensor1D;
  /**
   * The sum of the records' gradients, times a factor each: one tensor a parameter, in their order.
   *
   * To be asked once: what was kept for it is freed on the way.
   *
   * @param factors [records]
   */
  sum(factors: Float32Array): tf.Tensor[];
  /** Frees all but the sums. */
  dispose(): void;
}

/**
 * The loss of records, and the gradients of each record's loss, of which none is made.
 *
 * @param records how many there are
 * @param lossOf the sum of the records' losses, each of which depends on its own rows alone
 * @throws {Error} If not each parameter is used by one layer, once: the norm of a sum is not the sum of norms
 */
export function recordGradients(
  parameters: NamedTensors,
  records: number,
  lossOf: (parameters: NamedTensors) => tf.Scalar,
): RecordGradients {
  const probe: Probe = { tensor: tf.zeros([records]), kept: [], uses: new Map() };
  const watched = Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [name, tf.clone(tensor)]),
  );
  for (const tensor of Object.values(watched)) probes.set(tensor, probe);
  const free = () => {
    tf.dispose([probe.tensor, watched]);
    for (const kept of probe.kept) kept.dispose();
  };
  try {
    const { loss, squaredNorms } = tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad(() => lossOf(watched))(probe.tensor);
      checkUses(probe, watched);
      return { loss: value, squaredNorms: tf.reshape<tf.Rank.R1>(grad, [records]) };
    });
    return {
      loss,
      squaredNorms,
      sum: (factors) => sumOf(probe.kept, Object.values(watched), factors),
      dispose() {
        tf.dispose([loss, squaredNorms]);
        free();
      },
    };
  } catch (error) {
    free();
    throw error;
  }
}

/** The norm of a sum is not the sum of norms. */
function checkUses({ uses }: Probe, watched: NamedTensors): void {
  for (const [name, tensor] of Object.entries(watched)) {
    const found = uses.get(tensor) ?? 0;
    if (found !== 1) {
      throw new Error(`Cannot compute norms: ${found} layers use "${name}", not one`);
    }
  }
}

/** Gradients of parameters from what layers have kept, which is freed on the way. */
function sumOf(kept: Kept[], parameters: tf.Tensor[], factors: Float32Array): tf.Tensor[] {
  return tf.tidy(() => {
    const weights = tf.tensor1d(factors);
    const found = new Map<tf.Tensor, tf.Tensor>();
    for (const of of kept.splice(0)) {
      tf.tidy(() => of.gradients(weights)).forEach((gradient, i) =>
        found.set(of.parameters[i], gradient)
      );
      of.dispose();
    }
    return parameters.flatMap((parameter) => found.get(parameter) ?? []);
  });
}
