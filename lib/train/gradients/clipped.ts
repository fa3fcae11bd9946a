/**
 * The sum of gradients that are clipped patient by patient: what private training adds its noise to.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import type { GradientModel, TrainingMoment } from "../../models/interface/model.ts";
import { comfortable, fittingRuns } from "../../models/room/needs.ts";
import { addInto, flatGradient, type FlatLayout } from "../../nn/flat.ts";
import { hostKernel, isOnHost } from "../../nn/host.ts";
import { recordGradients } from "../../nn/layer.ts";
import { numberOf } from "../../nn/number_of.ts";
import type { NamedTensors } from "../../nn/parameters.ts";
import type { Room } from "../../nn/room.ts";
import { halfSumOfSquares, isOnTensorflow } from "../../nn/tensorflow_ops.ts";
import { evenRuns } from "./even_runs.ts";
import { passGradients } from "./pass.ts";
import type { BatchGradients } from "./source.ts";

/**
 * Clipped gradients stay this much shorter than the bound, so that rounding cannot lengthen them. The
 * square of a norm is a float32 sum over pairs of rows, of both signs: it is off by up to 6e-8 of the sum
 * of their sizes. 1e-3 is enough where all but a thirty-thousandth of these cancel each other.
 */
const slack = 1e-3;

/** What a gradient of this Euclidean norm is multiplied by, so that it is not longer than the bound. */
export function clipFactor(norm: number, clip: number): number {
  return norm <= (1 - slack) * clip ? 1 : (1 - slack) * clip / norm;
}

/** What clipped gradients are computed with. */
interface How {
  /** The bound of each record's Euclidean norm. */
  readonly clip: number;
  readonly moment: TrainingMoment;
  /** What passes must fit in. */
  readonly room: Room;
  readonly layout: FlatLayout;
  /** Memory for the sum on cpu and wasm. */
  readonly numbers: () => Float32Array;
}

/**
 * The gradients of the records' losses, in nats, each clipped over all its rows and all parameters, and
 * added.
 *
 * Where the layers know norms, of many records at a time (`nn/layer.ts`). Otherwise record by record, the
 * plain way: nothing that records share, such as a mean over a batch, can tie the gradient of one to
 * another.
 *
 * @param records may be none: then the sum is zero
 */
export async function clippedGradients(
  model: GradientModel,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
  { room, layout, numbers, ...how }: How,
): Promise<BatchGradients> {
  const sum = isOnHost() ? hostSum(layout, numbers()) : deviceSum(layout);
  const about = { ...how, model, parameters, cohort, sum };
  let loss = 0;
  let unclipped = 0;
  const { separateLoss } = model;
  const ample = comfortable(model, "learning", room); // runs may be cut anywhere
  const runs = separateLoss === undefined
    ? Array.from(records, (record) => Int32Array.of(record))
    : evenRuns(records, (record) => model.rowsOf(cohort, record))
      .flatMap((run) => fittingRuns(model, "learning", ample, cohort, run));
  for (const run of runs) {
    const added = separateLoss === undefined
      ? await addOne(about, run)
      : await addTogether(about, run, separateLoss);
    loss += added.loss;
    unclipped += added.unclipped;
  }
  return { loss, gradients: sum.total(), unclipped };
}

/** What a pass works with. */
interface About extends Pick<How, "clip" | "moment"> {
  readonly model: GradientModel;
  readonly parameters: NamedTensors;
  readonly cohort: Cohort;
  readonly sum: Sum;
}

/** What a pass found. */
type Added = Required<Omit<BatchGradients, "gradients">>;

/** Adds the clipped gradient of a single record. */
async function addOne({ model, parameters, cohort, sum, clip, moment }: About, record: Int32Array) {
  const { value, grads } = passGradients(
    (tensors) => model.loss(tensors, cohort, record, moment),
    parameters,
  );
  const loss = await numberOf(value);
  const factor = clipFactor(Math.sqrt(await sum.squaredNorm(grads)), clip);
  sum.add(grads, factor);
  return { loss, unclipped: factor === 1 ? 1 : 0 };
}

/** Adds the clipped gradients of records, none of which is made. */
async function addTogether(
  { parameters, cohort, sum, clip, moment }: About,
  run: Int32Array,
  separateLoss: NonNullable<GradientModel["separateLoss"]>,
): Promise<Added> {
  const found = recordGradients(
    parameters,
    run.length,
    (tensors) => separateLoss(tensors, cohort, run, moment),
  );
  const [loss] = await found.loss.data();
  const factors = Float32Array.from(
    await found.squaredNorms.data(),
    (square) => clipFactor(Math.sqrt(Math.max(0, square)), clip),
  );
  sum.add(found.sum(factors), 1);
  found.dispose();
  return {
    loss,
    unclipped: factors.reduce((count, factor) => factor === 1 ? count + 1 : count, 0),
  };
}

/** A sum of gradients, outside the engine on cpu and wasm. */
interface Sum {
  /** The square of the Euclidean norm of gradients. */
  squaredNorm(grads: tf.Tensor[]): Promise<number>;
  /** Adds gradients, which it takes, times a factor. */
  add(grads: tf.Tensor[], factor: number): void;
  /** All of them, in the flat layout. */
  total(): Float32Array | tf.Tensor1D;
}

function hostSum(layout: FlatLayout, flat: Float32Array): Sum {
  flat.fill(0);
  return {
    squaredNorm(grads) {
      let squares = 0;
      hostKernel(grads, [], (arrays) => {
        for (const numbers of arrays) {
          for (let i = 0; i < numbers.length; i++) squares += numbers[i] * numbers[i];
        }
      });
      return Promise.resolve(squares);
    },
    add(grads, factor) {
      addInto(layout, grads, flat, factor);
      tf.dispose(grads);
    },
    total: () => flat,
  };
}

function deviceSum(layout: FlatLayout): Sum {
  let sum: tf.Tensor1D | undefined;
  return {
    async squaredNorm(grads) {
      const squares = tf.tidy(() => {
        const each = grads.map((grad) =>
          isOnTensorflow() ? tf.mul(2, halfSumOfSquares(grad)) : tf.sum(tf.square(grad))
        );
        return tf.sum(tf.stack(each));
      });
      return await numberOf(squares);
    },
    add(grads, factor) {
      const before = sum;
      sum = tf.tidy(() => {
        const flat = flatGradient(layout, grads);
        const own: tf.Tensor1D = factor === 1 ? flat : tf.mul(flat, factor);
        return before === undefined ? own : tf.add(before, own);
      });
      tf.dispose(before === undefined ? grads : [before, grads]);
    },
    total: () => sum ?? tf.zeros([layout.length]),
  };
}
