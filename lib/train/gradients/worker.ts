/**
 * The thread behind `sharedGradients`: it is sent a setup, then its part of each batch, and answers
 * each with the loss, 0 for the setup.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { GradientModel } from "../../models/interface/model.ts";
import { gradientModelOf } from "../../models/mod.ts";
import { useBackend } from "../../nn/backend.ts";
import { hostTensors } from "../../nn/flat.ts";
import { batchGradients } from "./local.ts";
import type { Message, Part, Setup } from "./messages.ts";

declare const self: {
  onmessage: ((event: MessageEvent<Message>) => void) | null;
  postMessage(loss: number): void;
};

let ready: { readonly setup: Setup; readonly model: GradientModel } | undefined;

/** Puts the gradients of a part into the memory that is shared, and gives its loss. */
async function partLoss(setup: Setup, model: GradientModel, part: Part): Promise<number> {
  const { layout, parameters, gradient, cohort, divisor, room } = setup;
  const tensors = hostTensors(layout, parameters);
  const named = Object.fromEntries(layout.names.map((name, i) => [name, tensors[i]]));
  const { loss } = await batchGradients(model, named, cohort, part.records, {
    divisor,
    moment: part.moment,
    room,
    flat: { layout, numbers: () => gradient },
    isFlat: true,
  });
  tf.dispose(tensors);
  return loss;
}

self.onmessage = async ({ data }) => {
  if (!("records" in data)) {
    await useBackend(data.backend);
    ready = { setup: data, model: gradientModelOf(data.family, data.config, data.schema) };
    self.postMessage(0);
  } else if (ready !== undefined) {
    self.postMessage(await partLoss(ready.setup, ready.model, data));
  }
};
