/**
 * Where the training loop gets its gradients from.
 *
 * @module
 */
import type { TrainingMoment } from "../../models/interface/model.ts";
import type { Gradients } from "../../nn/optimizer.ts";

/** Computes gradients of batches, at the optimizer's parameters. */
export interface GradientSource {
  /**
   * @param records indices into the cohort
   * @param moment of training
   * @returns the loss in nats summed over the records, and the gradients of the divided loss
   */
  compute(
    records: Int32Array,
    moment: TrainingMoment,
  ): Promise<{ loss: number; gradients: Gradients }>;
  /** Ends its threads. */
  dispose(): void;
}
