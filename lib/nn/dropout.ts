/**
 * Dropout in networks over sets: units are set to zero at random, and the others grow by what evens
 * their mean. A set's noise comes from streams of its own, so that it depends neither on the sets
 * beside it nor on how far they are padded.
 *
 * @see Srivastava et al. 2014
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../random.ts";

/** A set whose units are dropped. */
export interface DroppedSet {
  /** Its members, padding that the network does not see left out. */
  readonly members: number;
  /** The set's stream at a place of the network. */
  stream(place: number): Random;
}

/** The sets of a batch, and how much of them is dropped. */
export interface Dropout {
  /** Share of units that are dropped, at least 0 and below 1. */
  readonly rate: number;
  /** In the batch's order. */
  readonly sets: readonly DroppedSet[];
}

/** Fills an array with factors: 0 for the share that is dropped, 1 / (1 − share) for the others. */
function fillFactors(factors: Float32Array, rate: number, draws: Random): void {
  draws.fillUniform(factors);
  const kept = 1 / (1 - rate);
  for (let i = 0; i < factors.length; i++) factors[i] = factors[i] < rate ? 0 : kept;
}

/**
 * What members' units are multiplied by.
 *
 * @param place of the network, whose noise is its own
 * @param members to which all sets are padded
 * @param width units of a member
 * @returns [sets × members, width]; 1 for padding
 */
export function unitFactors(
  { rate, sets }: Dropout,
  place: number,
  members: number,
  width: number,
): tf.Tensor2D {
  const factors = new Float32Array(sets.length * members * width).fill(1);
  sets.forEach((set, at) => {
    const from = at * members * width;
    fillFactors(factors.subarray(from, from + set.members * width), rate, set.stream(place));
  });
  return tf.tensor2d(factors, [sets.length * members, width]);
}

/**
 * What the weights are multiplied by that each member gives to each.
 *
 * @param place of the network, whose noise is its own
 * @param members to which all sets are padded
 * @param heads of the attention
 * @returns [sets, heads, members, members]; 1 for padding
 */
export function weightFactors(
  { rate, sets }: Dropout,
  place: number,
  members: number,
  heads: number,
): tf.Tensor4D {
  const factors = new Float32Array(sets.length * heads * members * members).fill(1);
  sets.forEach((set, at) => {
    const draws = set.stream(place);
    for (let head = 0; head < heads; head++) {
      for (let member = 0; member < set.members; member++) {
        const from = ((at * heads + head) * members + member) * members;
        fillFactors(factors.subarray(from, from + set.members), rate, draws);
      }
    }
  });
  return tf.tensor4d(factors, [sets.length, heads, members, members]);
}
