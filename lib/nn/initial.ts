import { type NamedArrays, zeroUnseen } from "./parameters.ts";
import type { Random } from "../random.ts";

/** The initial value of a parameter: its shape, known before any memory is taken, and how it is drawn. */
export interface Initial {
  /** Sizes of the axes. */
  readonly shape: readonly number[];
  /** Whether it is a buffer: it has no gradient, so an optimizer stores nothing for it. */
  readonly isBuffer?: boolean;
  /** Whether it is computed before training, which leaves it as it is. */
  readonly isComputed?: boolean;
  /**
   * Of a matrix with a mask: how many numbers of a row are seen, from its left. Those after them are
   * zero and stay so, since they have no gradient. Default: all.
   */
  readonly seen?: (row: number) => number;
  /**
   * Its numbers in row-major order.
   *
   * @param random the stream that all parameters of a model draw from, in order
   * @param drawn the parameters before it
   */
  draw(random: Random, drawn: NamedArrays): Float32Array;
}

/** The initial values of a model's parameters, by name, in the order in which they are drawn. */
export type Initials = Readonly<Record<string, Initial>>;

/** A parameter whose numbers come one by one. */
function filled(shape: readonly number[], next: (random: Random) => number): Initial {
  return {
    shape,
    draw(random) {
      const numbers = new Float32Array(shape.reduce((product, size) => product * size, 1));
      for (let i = 0; i < numbers.length; i++) numbers[i] = next(random);
      return numbers;
    },
  };
}

/** Begins as one number. */
export function constant(shape: readonly number[], value: number): Initial {
  return filled(shape, () => value);
}

/** A buffer that begins as one number. */
export function buffer(shape: readonly number[], value: number): Initial {
  return { ...constant(shape, value), isBuffer: true };
}

/** Zeros until it is computed, before training. */
export function computed(shape: readonly number[]): Initial {
  return { ...constant(shape, 0), isComputed: true };
}

/** Begins as numbers from N(0, deviation²). */
export function gaussian(shape: readonly number[], deviation: number): Initial {
  return filled(shape, (random) => deviation * random.normal());
}

/** Begins as numbers spread evenly over [-bound, bound). */
export function uniform(shape: readonly number[], bound: number): Initial {
  return filled(shape, (random) => bound * (2 * random.uniform() - 1));
}

/** Begins as the parameter of that name, which is drawn before it and has the same shape. */
export function sameAs(name: string, { shape }: Initial): Initial {
  return { shape, draw: (_, drawn) => drawn[name].numbers.slice() };
}

/** Begins as another does, with a change to its numbers. */
export function changed(initial: Initial, change: (numbers: Float32Array) => void): Initial {
  return {
    shape: initial.shape,
    draw(random, drawn) {
      const numbers = initial.draw(random, drawn);
      change(numbers);
      return numbers;
    },
  };
}

/** Begins as another matrix does, with a mask; see {@link Initial.seen}. */
export function masked(initial: Initial, seen: (row: number) => number): Initial {
  const { shape } = initial;
  return { ...changed(initial, (numbers) => zeroUnseen({ shape, numbers }, seen)), seen };
}

/** How many numbers of a row a lower triangular matrix has. */
export const upToDiagonal = (row: number): number => row + 1;

/** The parameters, drawn one after another. */
export function drawn(initials: Initials, random: Random): NamedArrays {
  const parameters: NamedArrays = {};
  for (const [name, initial] of Object.entries(initials)) {
    parameters[name] = { shape: initial.shape, numbers: initial.draw(random, parameters) };
  }
  return parameters;
}
