import * as tf from "@tensorflow/tfjs-core";
import type { Forbidden } from "../../nn/forbidden.ts";
import { keptRecords, type Memory } from "../../nn/memory.ts";
import type { MultiHot } from "../../nn/multi_hot.ts";
import type { Steps, Writer } from "./writing.ts";

/** Draws the next steps from histories, uniform numbers and what is forbidden. */
export type Draw = (
  history: tf.Tensor2D,
  uniforms: Float32Array,
  forbidden?: readonly (Forbidden | undefined)[],
) => Promise<Steps>;

/** Probabilities of the next steps' columns from histories, given the columns that are on. */
export type Predict = (history: tf.Tensor2D, known: MultiHot) => Promise<Float32Array>;

/** What a head gives: logits, and by a function of them, such as `tf.sigmoid`, probabilities. */
export function predictedBy(
  head: (history: tf.Tensor2D, known: MultiHot) => tf.Tensor2D,
  link: (logits: tf.Tensor2D) => tf.Tensor2D,
): Predict {
  return async (history, known) => {
    const probabilities = tf.tidy(() => link(head(history, known)));
    const numbers = (await probabilities.data<"float32">()).slice();
    probabilities.dispose();
    return numbers;
  };
}

/** Draws from the logits that a head gives. */
export function drawnFrom(head: (history: tf.Tensor2D) => tf.Tensor2D, draw: Draw): Draw {
  return async (history, uniforms, forbidden) => {
    const logits = head(history);
    try {
      return await draw(logits, uniforms, forbidden);
    } finally {
      logits.dispose();
    }
  };
}

/**
 * A writer from a network's memory and its kind of head.
 *
 * @param memory disposed of with the writer
 * @param draw from [records, width] histories and [records × uniforms of a step] uniforms
 * @param predict where the model gives columns a probability
 */
export function writer(memory: Memory<Steps>, draw: Draw, predict?: Predict): Writer {
  let history: tf.Tensor2D | undefined;
  const withHistories = async <T>(
    positions: Int32Array,
    use: (histories: tf.Tensor2D) => Promise<T>,
  ): Promise<T> => {
    if (history === undefined) throw new RangeError("Cannot write before the first step");
    if (positions.length === history.shape[0]) return await use(history);
    const all = history;
    const some = tf.tidy(() => tf.gather(all, tf.tensor1d(positions, "int32")));
    try {
      return await use(some);
    } finally {
      some.dispose();
    }
  };
  return {
    advance(steps) {
      history?.dispose();
      history = memory.advance(steps);
    },
    draw: (positions, uniforms, forbidden) =>
      withHistories(positions, (histories) => draw(histories, uniforms, forbidden)),
    ...predict && {
      probabilities: (positions: Int32Array, known: MultiHot) =>
        withHistories(positions, (histories) => predict(histories, known)),
    },
    keep(positions) {
      if (history !== undefined) history = keptRecords(history, positions);
      memory.keep(positions);
    },
    dispose() {
      history?.dispose();
      memory.dispose();
    },
  };
}
