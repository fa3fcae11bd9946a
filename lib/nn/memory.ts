import * as tf from "@tensorflow/tfjs-core";
import type { MultiHot } from "./multi_hot.ts";

/**
 * What a network stores about the records that it writes, so that no step is computed twice.
 *
 * @typeParam S its steps, which may have more than rows
 */
export interface Memory<S extends MultiHot = MultiHot> {
  /**
   * Takes in the next step of every record.
   *
   * @returns [records, width] what the step after it is drawn from; the caller disposes
   */
  advance(steps: S): tf.Tensor2D;
  /** Forgets all records but those at the given positions, which are ascending. */
  keep(positions: Int32Array): void;
  /** Frees what it stores. */
  dispose(): void;
}

/** The records at the given positions of a tensor whose first axis is records; disposes of it. */
export function keptRecords<T extends tf.Tensor>(tensor: T, positions: Int32Array): T {
  const kept = tf.tidy(() => tf.gather(tensor, tf.tensor1d(positions, "int32")));
  tensor.dispose();
  return kept;
}

/**
 * A memory whose histories have something else beside them.
 *
 * @param beside gives it, [records, columns], from a step and from what stood beside the step before,
 *   which it may give again and need not free
 * @returns histories of [records, width + columns]
 */
export function memoryBeside<S extends MultiHot>(
  memory: Memory<S>,
  beside: (steps: S, before: tf.Tensor2D | undefined) => tf.Tensor2D,
): Memory<S> {
  let now: tf.Tensor2D | undefined;
  return {
    advance(steps) {
      const before = now;
      now = tf.tidy(() => beside(steps, before));
      if (now !== before) before?.dispose();
      const history = memory.advance(steps);
      const both = tf.concat([history, now], 1);
      history.dispose();
      return both;
    },
    keep(positions) {
      memory.keep(positions);
      if (now !== undefined) now = keptRecords(now, positions);
    },
    dispose() {
      memory.dispose();
      now?.dispose();
    },
  };
}
