import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import type { GradientModel, TrainingMoment } from "../../models/interface/model.ts";
import type { NamedTensors } from "../../nn/parameters.ts";

/**
 * The loss of records that fit in the engine at once, and its gradients.
 *
 * @param divisor what to divide the loss by
 */
export function passGradients(
  model: GradientModel,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
  divisor: number,
  moment: TrainingMoment,
): { value: tf.Tensor; grads: tf.Tensor[] } {
  const names = Object.keys(parameters);
  const gradients = tf.valueAndGrads((...tensors) =>
    tf.div(
      model.loss(
        Object.fromEntries(names.map((name, i) => [name, tensors[i]])),
        cohort,
        records,
        moment,
      ),
      divisor,
    )
  );
  return gradients(Object.values(parameters));
}
