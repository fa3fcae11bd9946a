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
import { clippedGradients } from "./clipped.ts";
import { batchGradients } from "./local.ts";
import type { Answer, Message, Part, Setup } from "./messages.ts";

declare const self: {
  onmessage: ((event: MessageEvent<Message>) => void) | null;
  postMessage(answer: Answer): void;
};

let ready: { readonly setup: Setup; readonly model: GradientModel } | undefined;

/** Puts the gradients of a part into the memory that is shared, and gives its loss. */
async function partLoss(
  setup: Setup,
  model: GradientModel,
  { records, moment, clip }: Part,
): Promise<Answer> {
  const { layout, parameters, gradient, cohort, divisor, room } = setup;
  const numbers = () => gradient;
  const tensors = hostTensors(layout, parameters);
  const named = Object.fromEntries(layout.names.map((name, i) => [name, tensors[i]]));
  const { loss, unclipped } = clip === undefined
    ? await batchGradients(model, named, cohort, records, {
      divisor,
      moment,
      room,
      flat: { layout, numbers },
      isFlat: true,
    })
    : await clippedGradients(model, named, cohort, records, {
      clip,
      moment,
      room,
      layout,
      numbers,
    });
  tf.dispose(tensors);
  return { loss, ...unclipped !== undefined && { unclipped } };
}

self.onmessage = async ({ data }) => {
  if (!("records" in data)) {
    await useBackend(data.backend);
    ready = { setup: data, model: gradientModelOf(data.family, data.config, data.schema) };
    self.postMessage({ loss: 0 });
  } else if (ready !== undefined) {
    self.postMessage(await partLoss(ready.setup, ready.model, data));
  }
};
