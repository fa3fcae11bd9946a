/**
 * Loss and gradients of a batch, computed in the calling thread.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import type { GradientModel, TrainingMoment } from "../../models/interface/model.ts";
import { fittingRuns } from "../../models/room/needs.ts";
import { addInto, copyInto, type FlatLayout } from "../../nn/flat.ts";
import { numberOf } from "../../nn/number_of.ts";
import type { Gradients, Optimizer } from "../../nn/optimizer.ts";
import type { NamedTensors } from "../../nn/parameters.ts";
import { type Room, roomOn } from "../../nn/room.ts";
import { clippedGradients } from "./clipped.ts";
import { passGradients } from "./pass.ts";
import type { BatchGradients, GradientSource } from "./source.ts";

/** Memory in which threads find gradients, on cpu and wasm. */
interface FlatGradients {
  readonly layout: FlatLayout;
  /** Memory for them. */
  numbers(): Float32Array;
}

/**
 * The loss of some records, divided as for a whole batch, and its gradients. Records that do not
 * fit in the engine at once are processed in several runs, whose gradients are added; on cpu and
 * wasm, outside the engine, which may not have room for more of them.
 *
 * @param flat memory for the gradients on cpu and wasm
 * @param isFlat whether the gradients of a single run go there too
 */
export async function batchGradients(
  model: GradientModel,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
  { divisor, moment, room, flat, isFlat = false }: {
    divisor: number;
    moment: TrainingMoment;
    room: Room;
    flat?: FlatGradients | undefined;
    isFlat?: boolean | undefined;
  },
): Promise<BatchGradients> {
  const runs = fittingRuns(model, "learning", room, cohort, records);
  let loss = 0;
  let sums: Gradients | undefined;
  for (const run of runs) {
    const { value, grads } = passGradients(
      (tensors) => tf.div(model.loss(tensors, cohort, run, moment), divisor),
      parameters,
    );
    loss += await numberOf(value) * divisor;
    sums = flat !== undefined && (isFlat || runs.length > 1)
      ? flatSums(flat, sums, grads)
      : tensorSums(sums, grads);
  }
  return { loss, gradients: sums ?? [] };
}

/** Gradients in flat memory, those of earlier runs added; disposes of the tensors. */
function flatSums(
  { layout, numbers }: FlatGradients,
  sums: Gradients | undefined,
  grads: tf.Tensor[],
): Float32Array {
  const flat = numbers();
  if (sums === undefined) copyInto(layout, grads, flat);
  else addInto(layout, grads, flat);
  tf.dispose(grads);
  return flat;
}

/** Gradients with those of earlier runs added, all of which it disposes of. */
function tensorSums(sums: Gradients | undefined, grads: tf.Tensor[]): tf.Tensor[] {
  if (!Array.isArray(sums)) return grads;
  const added = grads.map((each, i) => tf.add(sums[i], each));
  tf.dispose([sums, grads]);
  return added;
}

/**
 * Gradients computed in this thread.
 *
 * @param divisor what to divide losses by before gradients are taken
 * @param room what passes must fit in; default that of the chosen engine
 */
export function localGradients(
  model: GradientModel,
  cohort: Cohort,
  optimizer: Optimizer,
  divisor: number,
  room: Room = roomOn(),
): GradientSource {
  const { layout, shared } = optimizer;
  let sums: Float32Array | undefined;
  const numbers = () => sums ??= new Float32Array(layout.length);
  return {
    compute(records, moment, clip) {
      const parameters = optimizer.parameters();
      return clip === undefined
        ? batchGradients(model, parameters, cohort, records, {
          divisor,
          moment,
          room,
          flat: shared && { layout, numbers },
        })
        : clippedGradients(model, parameters, cohort, records, {
          clip,
          moment,
          room,
          layout,
          numbers,
        });
    },
    dispose() {},
  };
}
