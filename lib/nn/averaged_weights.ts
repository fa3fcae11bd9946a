/**
 * Averaged weights: a running mean of the parameters after each step. Single steps follow the noise of
 * their batch, and in private training that of its protection; the mean does less. It is computed from
 * parameters alone, so it costs nothing of a privacy budget (post-processing).
 *
 * An exponential mean that begins quickly, as in De et al. 2022, "Unlocking high-accuracy
 * differentially private image classification through scale", and their JAX-Privacy: after t steps
 * before, a step keeps (1 + t) / (10 + t) of the mean, until that is more than the share that was
 * asked for. So the parameters to begin with are soon forgotten, and in short trainings, too, the mean
 * is that of about the last tenth of the steps.
 *
 * @see https://arxiv.org/abs/2204.13650
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { cut, type FlatLayout, hostTensors } from "./flat.ts";
import { isOnHost } from "./host.ts";

/**
 * The share of the mean that a step keeps: 0.1 at the first step, then more, up to `most`.
 *
 * @param most the largest share, in (0, 1]; below 0.1, every step keeps this
 * @param before steps before this one
 * @returns in (0, 1)
 */
export function keptShare(most: number, before: number): number {
  return Math.min(most, (1 + before) / (10 + before));
}

/** Parameters in the flat layout: an array on cpu and wasm, a tensor elsewhere. */
export type FlatParameters = Float32Array | tf.Tensor1D;

/** A running mean of parameters. */
export interface AveragedWeights {
  /**
   * Takes in the parameters after a step; to be called in `tf.tidy`.
   *
   * @param kept share of the mean that this keeps
   */
  add(parameters: FlatParameters, kept: number): void;
  /** The mean as tensors, which the caller disposes of. */
  tensors(): tf.Tensor[];
  /** The mean in memory, which is not the caller's. */
  read(): Promise<Float32Array>;
  /** Frees its tensors. */
  dispose(): void;
}

/**
 * A running mean for the chosen backend.
 *
 * @param begin the mean to begin with, which it takes
 */
export function averagedWeights(layout: FlatLayout, begin: Float32Array): AveragedWeights {
  return isOnHost() ? onHost(layout, begin) : onDevice(layout, begin);
}

function onHost(layout: FlatLayout, mean: Float32Array): AveragedWeights {
  return {
    add(parameters, kept) {
      if (!(parameters instanceof Float32Array)) {
        throw new TypeError("Flat tensors are for other backends");
      }
      // written so, what no step changes stays the same to the bit
      for (let i = 0; i < mean.length; i++) mean[i] += (1 - kept) * (parameters[i] - mean[i]);
    },
    tensors: () => hostTensors(layout, mean),
    read: () => Promise.resolve(mean),
    dispose() {},
  };
}

function onDevice(layout: FlatLayout, begin: Float32Array): AveragedWeights {
  let mean = tf.tensor1d(begin);
  return {
    add(parameters, kept) {
      const before = mean;
      const change = tf.mul(tf.sub(parameters, before), 1 - kept);
      mean = tf.keep(tf.add(before, change));
      before.dispose();
    },
    tensors: () => tf.tidy(() => cut(layout, mean)),
    read: async () => (await mean.data<"float32">()).slice(),
    dispose: () => mean.dispose(),
  };
}
