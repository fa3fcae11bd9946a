/**
 * A second stage of training, in which two networks learn from each other.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import type { Initials } from "../../nn/initial.ts";
import type { MultiHot } from "../../nn/multi_hot.ts";
import type { AdamState } from "../../nn/optimizer.ts";
import type { NamedArrays, NamedTensors } from "../../nn/parameters.ts";
import type { Random } from "../../random.ts";

/** Rows that a network learns to write, each given a condition. */
export interface ConditionedRows {
  /** The rows. */
  readonly rows: MultiHot;
  /** [rows × width] Their conditions. */
  readonly conditions: Float32Array;
}

/** Two networks that learn from each other. */
export interface AdversarialPair {
  /**
   * A step of each; gives the losses before it.
   *
   * @param share of both learning rates to use, at most 1
   */
  step(
    batch: ConditionedRows,
    draws: Random,
    share: number,
  ): Promise<{ critic: number; generator: number }>;
  /** All that is needed to continue; buffers without gradients are among the parameters. */
  read(): Promise<AdamState>;
  /** Frees both. */
  dispose(): void;
}

/** A second stage of training, in which two networks learn against each other. */
export interface Adversary {
  /** Passes over the rows. */
  readonly epochs: number;
  /** Floats that a step of both needs on the engine, besides the parameters; an upper bound. */
  readonly stepFootprint: number;
  /** Rows per batch, about. */
  readonly batch: number;
  /** Its initial parameters, under names that the first stage does not have. */
  readonly initial: Initials;
  /** What to learn from, as the trained first stage sees it. */
  examples(parameters: NamedTensors, cohort: Cohort): Promise<ConditionedRows>;
  /** Starts, or continues from what a pair's `read` gave. */
  begin(state: NamedArrays | AdamState): AdversarialPair;
}
