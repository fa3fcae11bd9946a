/**
 * A post-norm transformer encoder over sets, in PyTorch's names: every member sees every other.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";
import type { Dropout } from "./dropout.ts";
import { layerNorm } from "./layer_norm.ts";
import { linear } from "./linear.ts";
import type { NamedTensors } from "./parameters.ts";

/** How an encoder computes. */
export interface SetEncoderConfig {
  /** Layers on top of each other. */
  readonly layers: number;
  /** Attention heads; a divisor of the width. */
  readonly heads: number;
  /** Added to the variance in layer norms. */
  readonly epsilon: number;
}

/**
 * Self-attention of many heads within sets of equally many members.
 *
 * @param qkv [sets × members, 3 × width] queries, keys and values beside each other
 * @param bias [sets, members] added to the scores of each key
 * @param heads a divisor of width
 * @param dropout of weights; none when left out
 * @returns [sets × members, width]
 */
export function setAttention(
  qkv: tf.Tensor2D,
  bias: tf.Tensor2D,
  heads: number,
  dropout?: Dropout,
): tf.Tensor2D {
  const [sets, members] = bias.shape;
  const width = qkv.shape[1] / 3;
  const head = width / heads;
  const scale = 1 / Math.sqrt(head);
  const split = (x: tf.Tensor, parts: number) =>
    tf.unstack(tf.transpose(
      tf.reshape(x, [sets, members, parts, heads, head]),
      [2, 0, 3, 1, 4],
    )) as tf.Tensor4D[]; // each [sets, heads, members, head]
  const joined = (parts: tf.Tensor[]) =>
    tf.reshape(
      tf.transpose(tf.stack(parts), [1, 3, 0, 2, 4]),
      [sets * members, parts.length * width],
    ) as tf.Tensor2D;
  const turned = (x: tf.Tensor4D) => tf.transpose(x, [0, 1, 3, 2]); // wasm multiplies so faster
  return differentiable<tf.Tensor2D>(
    [qkv],
    (save) => {
      const [q, k, v] = split(qkv, 3);
      const scores = tf.mul(tf.matMul(q, turned(k)), scale);
      const weights = tf.softmax(tf.add(scores, tf.reshape(bias, [sets, 1, 1, members])));
      const kept = dropout?.(weights.shape);
      save(kept === undefined ? [q, k, v, weights] : [q, k, v, weights, kept]);
      return joined([tf.matMul(kept === undefined ? weights : tf.mul(weights, kept), v)]);
    },
    (dy, saved) => {
      const [q, k, v, weights, kept] = saved as tf.Tensor4D[];
      const [d] = split(dy, 1);
      const used = kept === undefined ? weights : tf.mul(weights, kept) as tf.Tensor4D;
      const dUsed = tf.matMul(d, turned(v));
      const dWeights = kept === undefined ? dUsed : tf.mul(dUsed, kept);
      const expected = tf.sum(tf.mul(dWeights, weights), 3, true);
      const dScores = tf.mul(tf.mul(weights, tf.sub(dWeights, expected)), scale) as tf.Tensor4D;
      return [joined([
        tf.matMul(dScores, k),
        tf.matMul(turned(dScores), q),
        tf.matMul(turned(used), d),
      ])];
    },
  );
}

/**
 * The encoder; no norm after the last layer, no positions.
 *
 * @param parameters
 * @param name before the layers' names, such as "transformer.layers"
 * @param x [sets × members, width]
 * @param bias [sets, members] as in {@link setAttention}
 * @param dropout of attention weights, hidden units and what each part adds; none when left out
 */
export function setEncoder(
  { layers, heads, epsilon }: SetEncoderConfig,
  parameters: NamedTensors,
  name: string,
  x: tf.Tensor2D,
  bias: tf.Tensor2D,
  dropout?: Dropout,
): tf.Tensor2D {
  const dropped = (y: tf.Tensor2D) =>
    dropout === undefined ? y : tf.mul(y, dropout(y.shape)) as tf.Tensor2D;
  for (let i = 0; i < layers; i++) {
    const of = (part: string) => parameters[`${name}.${i}.${part}`];
    const affine = (x: tf.Tensor2D, part: string, join = ".") =>
      linear(
        x,
        of(`${part}${join}weight`) as tf.Tensor2D,
        of(`${part}${join}bias`) as tf.Tensor1D,
        "out-in",
      );
    const normed = (x: tf.Tensor2D, part: string) =>
      layerNorm(x, of(`${part}.weight`) as tf.Tensor1D, of(`${part}.bias`) as tf.Tensor1D, epsilon);
    const attended = setAttention(affine(x, "self_attn.in_proj", "_"), bias, heads, dropout);
    x = normed(tf.add(x, dropped(affine(attended, "self_attn.out_proj"))), "norm1");
    const hidden = dropped(tf.relu(affine(x, "linear1")));
    x = normed(tf.add(x, dropped(affine(hidden, "linear2"))), "norm2");
  }
  return x;
}
