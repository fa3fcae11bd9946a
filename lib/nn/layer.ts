/**
 * Layers with parameters, which also know how long the gradient of each record is without making it:
 * private training clips by these norms, and one gradient per record would not fit into memory.
 *
 * One way forward and one way back through the inputs are enough. Each layer keeps the gradient at its
 * output, from which the norms follow; then, since a factor on a record's loss is a factor on its rows of
 * that gradient, also the sum of the records' gradients, each times what its norm asks for.
 *
 * @see Goodfellow 2015, "Efficient per-example gradient computations"; Li et al. 2022, ghost clipping; Bu
 * et al. 2023, "Differentially private optimization on large model at small cost" (book-keeping)
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import type { NamedTensors } from "./parameters.ts";
import { ofProducts, type Product } from "./squared_norms.ts";

/** The way back through a layer: what it gives from the gradient at its value, and what it saved. */
export interface WayBack<S extends readonly tf.Tensor[]> {
  /**
   * A gradient within the layer, of as many rows, that all but {@link all} get as `dy` instead of that at its
   * value, where they would compute it again and again.
   */
  within?(dy: tf.Tensor2D, saved: S): tf.Tensor2D;
  /** Gradients of the inputs. */
  inputs(dy: tf.Tensor2D, saved: S): tf.Tensor[];
  /** Gradients of the parameters. */
  parameters(dy: tf.Tensor2D, saved: S): tf.Tensor[];
  /** Gradients of the inputs, then of the parameters, where they cost less together. */
  all?(dy: tf.Tensor2D, saved: S): tf.Tensor[];
  /**
   * The two sides of the gradient of the first parameter, if that is a product of rows. Only then other
   * layers may use this parameter too.
   */
  product?(dy: tf.Tensor2D, saved: S): Product;
  /**
   * The squared Euclidean norm of each record's gradient of the parameters, without the first if that is
   * a {@link product}; [records]. Undefined if none is left that training changes.
   */
  squaredNorms(dy: tf.Tensor2D, saved: S, records: number): tf.Tensor1D | undefined;
  /** Whether rows are the first ones of all records, then the second ones; default record by record. */
  readonly isByStep?: boolean;
}

/** What a layer has on a way back that keeps the books. */
interface Entry {
  readonly parameters: readonly tf.Tensor[];
  product(): Product | undefined;
  squaredNorms(): tf.Tensor1D | undefined;
  /** Gradients of the parameters, those of each record times its factor. */
  gradients(factors: tf.Tensor1D): tf.Tensor[];
  /** What all of this is computed from. */
  readonly kept: tf.Tensor[];
}

/** The books of a pass. */
interface Books {
  /**
   * [records] Zeros, which each layer has as an input, so that the engine's way back comes to all of them.
   */
  readonly thread: tf.Tensor1D;
  /** Of each parameter, for each layer that uses it, whether its gradient there is a product. */
  readonly uses: Map<tf.Tensor, boolean[]>;
  readonly entries: Entry[];
}

/** The books by the parameters that are in them; they go when these go. */
const booksOf = new WeakMap<tf.Tensor, Books>();

/**
 * A layer: a step of a computation with a gradient of its own, as {@link differentiable}.
 *
 * @param inputs what the layer gets
 * @param parameters what it learns; all of its parameters are here
 */
export function layer<const S extends readonly tf.Tensor[]>(
  inputs: tf.Tensor[],
  parameters: tf.Tensor[],
  forward: () => { value: tf.Tensor2D; saved: S },
  back: WayBack<S>,
): tf.Tensor2D {
  const books = booksOf.get(parameters[0]);
  const within = (dy: tf.Tensor2D, saved: S) => back.within?.(dy, saved) ?? dy;
  if (books === undefined) {
    const both = (dy: tf.Tensor2D, saved: S) => {
      const own = within(dy, saved);
      return [...back.inputs(own, saved), ...back.parameters(own, saved)];
    };
    return differentiable([...inputs, ...parameters], forward, back.all ?? both);
  }
  const { thread, uses, entries } = books;
  parameters.forEach((parameter, i) =>
    uses.get(parameter)?.push(i === 0 && back.product !== undefined)
  );
  return differentiable([...inputs, thread], forward, (dy: tf.Tensor2D, saved: S) => {
    const own = within(dy, saved);
    const copies = saved.map(kept) as tf.Tensor[] & S;
    entries.push(entryOf(parameters, back, kept(own), copies, thread.size));
    return [...back.inputs(own, saved), tf.zerosLike(thread)];
  });
}

/** The same numbers, which stay when the way back is done. */
function kept<T extends tf.Tensor>(tensor: T): T {
  return tf.keep(tf.clone(tensor));
}

function entryOf<S extends readonly tf.Tensor[]>(
  parameters: readonly tf.Tensor[],
  back: WayBack<S>,
  dy: tf.Tensor2D,
  saved: S,
  records: number,
): Entry {
  return {
    parameters,
    product: () => back.product?.(dy, saved),
    squaredNorms: () => back.squaredNorms(dy, saved, records),
    gradients: (factors) => back.parameters(timesFactors(dy, factors, back.isByStep), saved),
    kept: [dy, ...saved],
  };
}

/** Rows of records times a factor for each record. */
function timesFactors(rows: tf.Tensor2D, factors: tf.Tensor1D, isByStep = false): tf.Tensor2D {
  const [records, [total, columns]] = [factors.size, rows.shape];
  const [apart, each] = isByStep
    ? [[total / records, records, columns], [1, records, 1]]
    : [[records, total / records * columns], [records, 1]];
  const weighted = tf.mul(tf.reshape(rows, apart), tf.reshape(factors, each));
  return tf.reshape(weighted, [total, columns]);
}

/** The gradients of records' losses, of which only norms and sums are made. */
export interface RecordGradients {
  /** The loss of all. */
  readonly loss: tf.Tensor;
  /** [records] The squared Euclidean norm of each record's gradient, over all parameters. */
  readonly squaredNorms: tf.Tensor1D;
  /** The sum of the gradients, each times its factor, in the order of the parameters. */
  sum(factors: Float32Array): tf.Tensor[];
  /** Frees all but the sums. */
  dispose(): void;
}

/**
 * The gradients of the losses of records.
 *
 * @param records how many there are
 * @param lossOf the sum of the records' losses, each of which depends on its own rows alone, and on the
 * parameters through layers alone: what else is computed from a parameter is not seen here
 * @throws {Error} If no layer uses a parameter; or if several do, and its gradient is not a product in each
 * of them: the norm of a sum is not the sum of norms
 */
export function recordGradients(
  parameters: NamedTensors,
  records: number,
  lossOf: (parameters: NamedTensors) => tf.Scalar,
): RecordGradients {
  const names = Object.keys(parameters);
  const watched = names.map((name) => tf.keep(tf.clone(parameters[name])));
  const books: Books = {
    thread: tf.keep(tf.zeros([records])),
    uses: new Map(watched.map((tensor) => [tensor, []])),
    entries: [],
  };
  for (const tensor of watched) booksOf.set(tensor, books);
  const { thread, uses, entries } = books;
  const dispose = () => tf.dispose([watched, thread, entries.map(({ kept }) => kept)]);
  try {
    const named = Object.fromEntries(names.map((name, i) => [name, watched[i]]));
    const { loss, squaredNorms } = tf.tidy(() => {
      const { value } = tf.valueAndGrad(() => lossOf(named))(thread);
      names.forEach((name, i) => checkUses(name, uses.get(watched[i]) ?? []));
      return { loss: value, squaredNorms: squaredNormsOf(entries, records) };
    });
    return {
      loss,
      squaredNorms,
      sum: (factors) => sumOf(watched, entries, factors),
      dispose: () => {
        dispose();
        tf.dispose([loss, squaredNorms]);
      },
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

function checkUses(name: string, areProducts: readonly boolean[]): void {
  const { length } = areProducts;
  if (length === 1 || length > 1 && areProducts.every((isProduct) => isProduct)) return;
  throw new Error(
    length === 0
      ? `Cannot compute norms: no layer uses "${name}"`
      : `Cannot compute norms: ${length} layers use "${name}", not all by a product of rows`,
  );
}

function squaredNormsOf(entries: readonly Entry[], records: number): tf.Tensor1D {
  const sharers = new Map<tf.Tensor, Entry[]>();
  for (const entry of entries) {
    const [first] = entry.parameters;
    sharers.set(first, [...sharers.get(first) ?? [], entry]);
  }
  const normsOf = [
    ...entries.map(({ squaredNorms }) => squaredNorms),
    ...Array.from(sharers.values(), (own) => () => {
      const products = own.map(({ product }) => product()).filter((each) => each !== undefined);
      return products.length === 0 ? undefined : ofProducts(products, records);
    }),
  ];
  return normsOf.reduce((sum, norms) =>
    tf.tidy(() => {
      const own = norms();
      return own === undefined ? sum : tf.add(sum, own);
    }), tf.zeros<tf.Rank.R1>([records]));
}

function sumOf(
  watched: readonly tf.Tensor[],
  entries: readonly Entry[],
  factors: Float32Array,
): tf.Tensor[] {
  return tf.tidy(() => {
    const each = tf.tensor1d(factors);
    const sums = new Map<tf.Tensor, tf.Tensor>();
    for (const { parameters, gradients } of entries) {
      const own = tf.tidy(() => gradients(each));
      parameters.forEach((parameter, i) => {
        const before = sums.get(parameter);
        sums.set(parameter, before === undefined ? own[i] : tf.add(before, own[i]));
      });
    }
    return watched.map((parameter) => sums.get(parameter) ?? tf.zerosLike(parameter));
  });
}
