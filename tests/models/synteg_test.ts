import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { readRun, splitOf, train, useBackend } from "ehrloom";
import { gradientModelOf } from "ehrloom/models/mod.ts";
import { synteg } from "ehrloom/models/synteg.ts";
import { fitAdversary } from "ehrloom/train/adversarial.ts";
import { readBest } from "ehrloom/train/read_parameters.ts";
import { writeBest } from "ehrloom/train/run_folder.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinyTraining } from "../tiny.ts";

const tiny = {
  model: "synteg",
  settings: {
    width: 8,
    layers: 1,
    heads: 2,
    feedForward: 8,
    lstmWidth: 8,
    condition: 4,
    noise: 4,
    ganWidth: 16,
    ganBatch: 32,
    ganEpochs: 4,
  },
  epochs: 2,
  batch: 8,
};

Deno.test("synteg goes on in either stage to the same parameters", async () => {
  await useBackend("cpu");
  const source = tinyCohort(40);
  await inFolder(async (folder) => {
    const before = tf.memory().numTensors;
    const whole = await train(source, join(folder, "whole"), tiny);
    for (const stop of ["training", "training, second stage"]) {
      const path = join(folder, stop);
      const killed = train(source, path, {
        ...tiny,
        onProgress({ stage, done }) {
          const step = stage === "training" ? 4 : 2; // in its second epoch, when one is stored
          if (stage === stop && done === step) throw new Error("killed");
        },
      });
      await assertRejects(() => killed, Error, "killed");
      if (stop !== "training") {
        await assertRejects(() => readRun(path), RangeError, "second stage of training is not");
      }
      const resumed = await train(source, path, { ...tiny, resume: true });
      assertEquals(resumed.parameters, whole.parameters);
    }
    assertEquals(tf.memory().numTensors, before);
  });
});

Deno.test("synteg's second stage goes on from a stored epoch as if it had not stopped", async () => {
  await useBackend("cpu");
  const source = tinyCohort(40);
  await inFolder(async (parent) => {
    const folder = join(parent, "run");
    // where rates fall, those of 6 epochs are not those of 4
    const training = { ...tinyTraining, schedule: "constant" } as const;
    const run = await train(source, folder, { ...tiny, schedule: "constant" });
    const model = gradientModelOf("synteg", run.runConfig.config);
    const { adversary } = model;
    if (adversary === undefined) throw new Error("synteg has a second stage");
    const longer = { ...adversary, epochs: 6 };
    await fitAdversary(model, longer, source, folder, training);
    const { parameters: goneOn } = await readBest(folder, model);
    const first = Object.keys(model.initial).map((name) => [name, goneOn[name]]);
    await writeBest(folder, Object.fromEntries(first)); // as it is before the second stage
    await Deno.remove(join(folder, "resume-adversary.safetensors"));
    await fitAdversary(model, longer, source, folder, training);
    assertEquals((await readBest(folder, model)).parameters, goneOn);
    const lines = (await Deno.readTextFile(join(folder, "adversary.jsonl"))).trimEnd().split("\n");
    assertEquals(lines.map((line) => JSON.parse(line).epoch), [1, 2, 3, 4, 5, 6]);
    assertNotEquals(goneOn, run.parameters);
  });
});

Deno.test("synteg begins no further epoch of either stage when the minutes are over", async () => {
  await useBackend("cpu");
  await inFolder(async (parent) => {
    const folder = join(parent, "run");
    const run = await train(tinyCohort(40), folder, { ...tiny, minutes: 1e-6 });
    assertEquals(run.training.length, 1);
    const lines = (await Deno.readTextFile(join(folder, "adversary.jsonl"))).trimEnd().split("\n");
    assertEquals(lines.length, 1);
    const one = { epochs: 1, ended_by: "minutes" };
    assertEquals(JSON.parse(await Deno.readTextFile(join(folder, "finished.json"))), {
      ...one,
      second_stage: one,
    });
  });
});

Deno.test("a synteg that is resumed when both stages have ended writes no state again", async () => {
  await useBackend("cpu");
  const source = tinyCohort(40);
  await inFolder(async (parent) => {
    const folder = join(parent, "run");
    const run = await train(source, folder, tiny);
    const states = ["model.safetensors", "training.jsonl", "resume.safetensors"]
      .concat("adversary.jsonl", "resume-adversary.safetensors");
    for (const name of states) {
      await Deno.utime(join(folder, name), 5, 5);
    }
    const again = await train(source, folder, { resume: true });
    assertEquals(again.parameters, run.parameters);
    for (const name of states) {
      assertEquals((await Deno.stat(join(folder, name))).mtime, new Date(5000), name);
    }
    assertEquals(JSON.parse(await Deno.readTextFile(join(folder, "finished.json"))), {
      epochs: 2,
      ended_by: "epochs",
      second_stage: { epochs: 4, ended_by: "epochs" },
    });
  });
});

Deno.test("synteg fits 3,000 steps of its second stage into whole epochs", () => {
  const source = tinyCohort(40);
  const { visitCount, recordCount } = splitOf(source, "train");
  const rows = visitCount + recordCount;
  for (const [ganBatch, steps] of [[rows, 1], [rows - 1, 2]]) {
    assertEquals(synteg.configFor(source, { ganBatch }).ganEpochs, 3000 / steps);
  }
  assertEquals(synteg.configFor(source, { ganEpochs: 7 }).ganEpochs, 7);
});

Deno.test("synteg refuses settings that contradict each other or the cohort", async () => {
  const source = tinyCohort(20);
  const cases: [Record<string, number>, string][] = [
    [{ width: 9 }, 'Cannot make "synteg": width 9 is not a multiple of heads 4'],
    [{ visitLength: 3 }, "but visitLength 3 allows 1; set visitLength="],
    [{ context: 3 }, 'Cannot make "synteg": the longest record has'],
  ];
  for (const [settings, message] of cases) {
    await inFolder(async (folder) => {
      const training = train(source, join(folder, "run"), { ...tiny, settings });
      await assertRejects(() => training, RangeError, message);
    });
  }
});
