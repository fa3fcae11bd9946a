import { assertEquals, assertRejects } from "@std/assert";
import { train, type TrainOptions } from "ehrloom";
import { isThere } from "ehrloom/files/is_there.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(40);
const options: TrainOptions = { settings: tinySettings, batch: 8, epochs: 2 };

/** What a run's `finished.json` says; undefined if there is none. */
async function finished(folder: string): Promise<unknown> {
  const path = join(folder, "finished.json");
  return await isThere(path) ? JSON.parse(await Deno.readTextFile(path)) : undefined;
}

/** Ends a training when its epochs are over and its calibration begins. */
const killed = new Error("killed");
const killing: TrainOptions = {
  onProgress: ({ stage }) => {
    if (stage === "calibrating") throw killed;
  },
};

Deno.test("finished.json is there from the end of a training until it is given more epochs", () =>
  inFolder(async (folder) => {
    const run = join(folder, "run");
    await assertRejects(() => train(source, run, { ...options, ...killing }), Error, "killed");
    assertEquals(await finished(run), undefined); // its calibration is left
    await train(source, run, { resume: true });
    assertEquals(await finished(run), { epochs: 2, ended_by: "epochs" });
    const more = { resume: true, epochs: 4, ...killing };
    await assertRejects(() => train(source, run, more), Error, "killed");
    assertEquals(await finished(run), undefined);
    await train(source, run, { resume: true });
    assertEquals(await finished(run), { epochs: 4, ended_by: "epochs" });
  }));

Deno.test("finished.json says what ended a training, and is written for a run that lacks it", () =>
  inFolder(async (folder) => {
    const run = join(folder, "run");
    const impatient = { ...options, epochs: 9, patience: 1, learningRate: 10 }; // it diverges
    const { training } = await train(source, run, impatient);
    const expected = { epochs: training.length, ended_by: "patience" };
    assertEquals(await finished(run), expected);
    await Deno.remove(join(run, "finished.json"));
    await train(source, run, { resume: true });
    assertEquals(await finished(run), expected);
    const floor = join(folder, "floor");
    await train(source, floor, { model: "markov" });
    assertEquals(await finished(floor), { epochs: 0, ended_by: "epochs" });
  }));
