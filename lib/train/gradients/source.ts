/**
 * Where the training loop gets its gradients from.
 *
 * @module
 */
import type { TrainingMoment } from "../../models/interface/model.ts";
import type { Gradients } from "../../nn/optimizer.ts";

/** Gradients of a batch. */
export interface BatchGradients {
  /** The loss in nats, summed over the records. */
  readonly loss: number;
  /** The gradients of the divided loss; or the sum of clipped gradients of the records' losses. */
  readonly gradients: Gradients;
  /** How many records' gradients were within the bound; where there is one. */
  readonly unclipped?: number;
}

/** Computes gradients of batches, at the optimizer's parameters. */
export interface GradientSource {
  /**
   * @param records indices into the cohort
   * @param moment of training
   * @param clip in private training, the bound of the gradient of each record's loss in nats: these
   * gradients are then clipped and added, and nothing is divided
   */
  compute(records: Int32Array, moment: TrainingMoment, clip?: number): Promise<BatchGradients>;
  /** Ends its threads. */
  dispose(): void;
}
