/**
 * Loss and gradients of a batch, divided among processes, whose gradients are added up.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { copyInto, flatGradient } from "../../nn/flat.ts";
import { isOnHost } from "../../nn/host.ts";
import type { Gradients, Optimizer } from "../../nn/optimizer.ts";
import { isOwn, type ProcessGroup } from "../processes/process_group.ts";
import type { GradientSource } from "./source.ts";

/** Puts gradients, which it takes, into flat memory. */
async function fill(
  { layout }: Pick<Optimizer, "layout">,
  gradients: Gradients,
  flat: Float32Array,
): Promise<void> {
  if (gradients instanceof Float32Array) return flat.set(gradients);
  if (Array.isArray(gradients) && isOnHost()) copyInto(layout, gradients, flat);
  else {
    const tensor = Array.isArray(gradients)
      ? tf.tidy(() => flatGradient(layout, gradients))
      : gradients;
    flat.set(await tensor.data<"float32">());
    tensor.dispose();
  }
  tf.dispose(gradients);
}

/**
 * Gradients of which each process computes those of every `size`-th record of a batch. All get the same
 * sums, so that all take the same step. For a given number of processes on like machines the sums are made
 * in a fixed order.
 *
 * @param own gradients of the records of this process
 * @param optimizer whose parameters they are of
 */
export function reducedGradients(
  own: GradientSource,
  { layout }: Pick<Optimizer, "layout">,
  group: ProcessGroup,
): GradientSource {
  const flat = new Float32Array(layout.length);
  return {
    async compute(records, moment, clip) {
      const part = records.filter(isOwn(group));
      const found = part.length === 0 ? undefined : await own.compute(part, moment, clip);
      if (found === undefined) flat.fill(0);
      else await fill({ layout }, found.gradients, flat);
      const sums = Float64Array.of(found?.loss ?? 0, found?.unclipped ?? 0);
      await group.allReduce(flat);
      await group.allReduce(sums);
      const [loss, unclipped] = sums;
      return {
        loss,
        gradients: isOnHost() ? flat : tf.tensor1d(flat),
        ...clip !== undefined && { unclipped },
      };
    },
    dispose: () => own.dispose(),
  };
}
