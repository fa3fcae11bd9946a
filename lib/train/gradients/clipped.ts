/**
 * The sum of gradients that are clipped patient by patient: what private training adds its noise to.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import type { GradientModel, TrainingMoment } from "../../models/interface/model.ts";
import { addInto, flatGradient, type FlatLayout } from "../../nn/flat.ts";
import { hostKernel, isOnHost } from "../../nn/host.ts";
import type { NamedTensors } from "../../nn/parameters.ts";
import { halfSumOfSquares, isOnTensorflow } from "../../nn/tensorflow_ops.ts";
import { passGradients } from "./pass.ts";
import type { BatchGradients } from "./source.ts";

/** Clipped gradients stay this much shorter than the bound, so that rounding cannot lengthen them. */
const slack = 1e-5;

/** What a gradient of this Euclidean norm is multiplied by, so that it is not longer than the bound. */
export function clipFactor(norm: number, clip: number): number {
  return norm <= (1 - slack) * clip ? 1 : (1 - slack) * clip / norm;
}

/** A sum of gradients, outside the engine on cpu and wasm. */
interface Sum {
  /** Adds gradients, which it takes, clipped to the bound; whether they were within it. */
  add(grads: tf.Tensor[], clip: number): Promise<boolean>;
  /** All of them, in the flat layout. */
  total(): Float32Array | tf.Tensor1D;
}

/**
 * The gradients of the records' losses, in nats, each clipped over all its rows and all parameters, and
 * added.
 *
 * The gradient of one record is computed at a time. It is the plain way, for every model: nothing that
 * records share, such as a mean over a batch, can tie the gradient of one to another.
 *
 * @param records may be none: then the sum is zero
 * @param how.clip the bound of each record's Euclidean norm
 * @param how.numbers memory for the sum on cpu and wasm
 */
export async function clippedGradients(
  model: GradientModel,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
  { clip, moment, layout, numbers }: {
    clip: number;
    moment: TrainingMoment;
    layout: FlatLayout;
    numbers: () => Float32Array;
  },
): Promise<BatchGradients> {
  const sum = isOnHost() ? hostSum(layout, numbers()) : deviceSum(layout);
  let loss = 0;
  let unclipped = 0;
  for (const record of records) {
    const one = Int32Array.of(record);
    const { value, grads } = passGradients(model, parameters, cohort, one, 1, moment);
    loss += (await value.data())[0];
    value.dispose();
    if (await sum.add(grads, clip)) unclipped++;
  }
  return { loss, gradients: sum.total(), unclipped };
}

function hostSum(layout: FlatLayout, flat: Float32Array): Sum {
  flat.fill(0);
  return {
    add(grads, clip) {
      let squares = 0;
      hostKernel(grads, [], (arrays) => {
        for (const numbers of arrays) {
          for (let i = 0; i < numbers.length; i++) squares += numbers[i] * numbers[i];
        }
      });
      const factor = clipFactor(Math.sqrt(squares), clip);
      addInto(layout, grads, flat, factor);
      tf.dispose(grads);
      return Promise.resolve(factor === 1);
    },
    total: () => flat,
  };
}

function deviceSum(layout: FlatLayout): Sum {
  let sum = tf.zeros<tf.Rank.R1>([layout.length]);
  return {
    async add(grads, clip) {
      const flat = tf.tidy(() => flatGradient(layout, grads));
      tf.dispose(grads);
      const squares = tf.tidy(() =>
        isOnTensorflow() ? tf.mul(2, halfSumOfSquares(flat)) : tf.sum(tf.square(flat))
      );
      const [square] = await squares.data();
      const factor = clipFactor(Math.sqrt(square), clip);
      const before = sum;
      sum = tf.tidy(() => tf.add(before, tf.mul(flat, factor)));
      tf.dispose([before, flat, squares]);
      return factor === 1;
    },
    total: () => sum,
  };
}
