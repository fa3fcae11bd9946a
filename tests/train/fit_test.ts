import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { splitOf } from "ehrloom/cohort/cohort.ts";
import { grownFolder } from "ehrloom/files/growing_folder.ts";
import { halo } from "ehrloom/models/halo.ts";
import type { GradientModel } from "ehrloom/models/interface/model.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { fit } from "ehrloom/train/fit.ts";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings, tinyTraining } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(80);
const learnerCount = splitOf(source, "train").recordCount;

/** The batches of each pass of a training, as the model is asked for their loss. */
async function batchesOf(epochs: number, seed: number, steps = 0): Promise<number[][][]> {
  const asked: number[][][] = [];
  const model = halo.create(halo.configFor(source, tinySettings));
  const watched: GradientModel = {
    ...model,
    loss(parameters, cohort, records, moment) {
      if (moment !== undefined) (asked[moment.epoch] ??= []).push([...records]);
      return model.loss(parameters, cohort, records, moment);
    },
  };
  const training = { ...tinyTraining, batch: 8, epochs, steps, seed };
  await inFolder(async (folder) => {
    await fit(watched, source, grownFolder(folder), training);
  });
  return asked;
}

Deno.test("fit() shows each record once in each epoch, in other batches than in the epoch before", async () => {
  const epochs = await batchesOf(3, 1);
  for (const [epoch, batches] of epochs.entries()) {
    assertEquals(
      batches.flat().sort((a, b) => a - b),
      Array.from({ length: learnerCount }, (_, record) => record),
    );
    if (epoch > 0) assertNotEquals(batches, epochs[epoch - 1]);
  }
});

Deno.test("fit() takes the order of batches from its seed", async () => {
  const [first] = await batchesOf(1, 1);
  assertEquals(await batchesOf(1, 1), [first]);
  assertNotEquals(await batchesOf(1, 2), [first]);
});

Deno.test("fit() in epochs of 3 steps goes through the same batches as in passes", async () => {
  const passes = await batchesOf(3, 1);
  assertEquals(await batchesOf(5, 1, 3), passes); // 15 steps, 5 to a pass
  const [first, second] = await batchesOf(1, 1, 7);
  assertEquals([first, second], [passes[0], passes[1].slice(0, 2)]);
});

Deno.test("fit() stopped between the last step and the validation logs the rate of that step", () =>
  inFolder(async (folder) => {
    const model = halo.create(halo.configFor(source, tinySettings));
    const training = { ...tinyTraining, batch: 8, epochs: 2, schedule: "cosine" as const };
    const stopped = (): never => {
      throw new Error("stopped");
    };
    const unable: GradientModel = { ...model, validationLoss: stopped };
    const fitted = (model: GradientModel, run: string) =>
      fit(model, source, grownFolder(join(folder, run)), training, { checkpointMinutes: 0 });
    for (const run of ["whole", "parts"]) await Deno.mkdir(join(folder, run));
    const [whole] = await fitted(model, "whole");
    await assertRejects(() => fitted(unable, "parts"), Error, "stopped");
    const [line] = await fitted(model, "parts");
    assert(line.learning_rate > 0);
    assertEquals(line.learning_rate, whole.learning_rate);
  }));
