import * as tf from "@tensorflow/tfjs-core";
import type { Model, Sampler } from "../models/interface/model.ts";
import type { RecordSampling, StepSampling } from "../models/interface/writing.ts";
import { toTensors } from "../nn/parameters.ts";
import type { Run } from "../train/run_folder.ts";

/** A run's model, ready to write records, and what frees its parameters. */
export function samplingOf(
  { parameters }: Run,
  model: Model,
  sampler?: Sampler,
): { sampling: StepSampling | RecordSampling; dispose: () => void } {
  if ("learn" in model) {
    const sampling = model.sampling(parameters);
    return { sampling, dispose: () => sampling.dispose() };
  }
  const tensors = toTensors(parameters);
  try {
    const sampling = model.sampling(tensors, sampler);
    return {
      sampling,
      dispose() {
        sampling.dispose();
        tf.dispose(tensors);
      },
    };
  } catch (error) {
    tf.dispose(tensors);
    throw error;
  }
}
