/**
 * A post-norm transformer encoder over sets, in PyTorch's names: every member sees every other.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { setAttention } from "./attention.ts";
import { type Dropout, unitFactors, weightFactors } from "./dropout.ts";
import { normed } from "./layer_norm.ts";
import { affine, linear } from "./linear.ts";
import { matrix, type NamedTensors, vector } from "./parameters.ts";
import { relu } from "./relu.ts";

/** How an encoder computes. */
export interface SetEncoderConfig {
  /** Layers on top of each other. */
  readonly layers: number;
  /** Attention heads; a divisor of the width. */
  readonly heads: number;
  /** Added to the variance in layer norms. */
  readonly epsilon: number;
  /** Of hidden units; ReLU when left out. */
  readonly activation?: (<T extends tf.Tensor>(x: T) => T) | undefined;
}

/** Places of a layer at which units are dropped: see {@link setEncoder}. */
export const placesOfLayer = 4;

/**
 * The encoder; no norm after the last layer, no positions.
 *
 * @param parameters
 * @param name before the layers' names, such as "transformer.layers"
 * @param x [sets × members, width]
 * @param bias [sets, members] added to the scores of each member, -1e10 for padding
 * @param dropout of attention weights, what attention adds, hidden units and what these add, at the
 * places 0 to 3 of the first layer, 4 to 7 of the second, and so on; none when left out
 */
export function setEncoder(
  { layers, heads, epsilon, activation = relu }: SetEncoderConfig,
  parameters: NamedTensors,
  name: string,
  x: tf.Tensor2D,
  bias: tf.Tensor2D,
  dropout?: Dropout,
): tf.Tensor2D {
  const [, members] = bias.shape;
  const dropped = (y: tf.Tensor2D, place: number): tf.Tensor2D =>
    dropout === undefined ? y : tf.mul(y, unitFactors(dropout, place, members, y.shape[1]));
  for (let i = 0; i < layers; i++) {
    const layer = `${name}.${i}`;
    const place = placesOfLayer * i;
    const inWeight = matrix(parameters, `${layer}.self_attn.in_proj_weight`);
    const inBias = vector(parameters, `${layer}.self_attn.in_proj_bias`);
    const factors = dropout && weightFactors(dropout, place, members, heads);
    const attended = setAttention(linear(x, inWeight, inBias, "out-in"), bias, heads, factors);
    const joined = dropped(affine(parameters, `${layer}.self_attn.out_proj`, attended), place + 1);
    x = normed(parameters, `${layer}.norm1`, tf.add(x, joined), epsilon);
    const hidden = dropped(activation(affine(parameters, `${layer}.linear1`, x)), place + 2);
    const narrowed = dropped(affine(parameters, `${layer}.linear2`, hidden), place + 3);
    x = normed(parameters, `${layer}.norm2`, tf.add(x, narrowed), epsilon);
  }
  return x;
}
