import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { readRun, train, type TrainOptions, unfinishedRun } from "ehrloom";
import { useBackend } from "ehrloom/nn/backend.ts";
import type { Run } from "ehrloom/train/run_folder.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";
import { trainWithBegun } from "./begun_run.ts";

await useBackend("wasm");

const source = tinyCohort(80);
const options: TrainOptions = {
  settings: tinySettings,
  batch: 8,
  epochs: 2,
  learningRate: 0.01,
  schedule: "cosine",
  warmup: 2,
};

/** A run's epochs, without what a clock says. */
const epochsOf = ({ training }: Run) => training.map((line) => ({ ...line, seconds: 0 }));

Deno.test("a finished run with a constant rate, resumed with more epochs, is the run that had them from the start", () =>
  inFolder(async (folder) => {
    const constant = { ...options, schedule: "constant" } as const;
    const whole = await train(source, join(folder, "whole"), { ...constant, epochs: 5 });
    const path = join(folder, "parts");
    await train(source, path, constant);
    const found = await train(source, path, { resume: true, epochs: 5 });
    assertEquals(epochsOf(found), epochsOf(whole));
    assertEquals(found.parameters, whole.parameters);
  }));

Deno.test("a finished run, resumed with more epochs, starts its cosine again, says so and stores it", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const first = await train(source, path, options);
    const notes: string[] = [];
    const found = await train(source, path, {
      resume: true,
      epochs: 4,
      onNote: (note) => notes.push(note),
    });
    assertEquals(epochsOf(found).slice(0, 2), epochsOf(first));
    // 5 steps an epoch: the last step of epoch 3 is number 4 of 10, that of epoch 4 number 9
    const rate = (step: number) => 0.01 * (1 + Math.cos(Math.PI * step / 10)) / 2;
    assertAlmostEquals(found.training[2].learning_rate, rate(4), 1e-12);
    assertAlmostEquals(found.training[3].learning_rate, rate(9), 1e-12);
    assertEquals(notes, [
      "4 epochs are planned now instead of 2; the learning rate starts again after epoch 2",
    ]);
    assertEquals(found.runConfig.training.epochs, 4);
    assertEquals(found.runConfig.restarts, [{ after: 2, planned: 2 }]);
    // the best epoch is that of all
    const losses = found.training.map(({ validation_loss }) => validation_loss);
    const best = found.training.findLast((line) => line.best);
    assertEquals(best?.validation_loss, Math.min(...losses));
  }));

Deno.test("a run that was given more epochs and then killed continues to the same run", () =>
  inFolder(async (folder) => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    for (const path of [whole, parts]) await train(source, path, options);
    const expected = await train(source, whole, { resume: true, epochs: 5 });
    const kill = new Error("killed");
    const error = await assertRejects(() =>
      train(source, parts, {
        resume: true,
        epochs: 5,
        onProgress: ({ done }) => {
          if (done === 18) throw kill; // in epoch 4
        },
      })
    );
    assertEquals(error, kill);
    assertEquals(await unfinishedRun(parts), "an unfinished run (3 of 5 epochs)");
    const found = await train(source, parts, { resume: true });
    assertEquals(epochsOf(found), epochsOf(expected));
    assertEquals(found.runConfig, expected.runConfig);
    assertEquals(found.parameters, expected.parameters);
  }));

Deno.test("a run that its patience had ended has that patience again with more epochs", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const still = { ...options, learningRate: 0, patience: 2, epochs: 9 };
    const ended: (string | undefined)[] = [];
    const onProgress: TrainOptions["onProgress"] = ({ stage, done, total, ended: how }) => {
      if (stage === "training" && done === total) ended.push(how);
    };
    await train(source, path, { ...still, onProgress }); // no step, so no epoch beats the first
    const found = await train(source, path, { resume: true, epochs: 12, onProgress });
    assertEquals(found.training.length, 5);
    assertEquals(ended, [
      "stopped after 3 of 9 epochs: no lower validation loss for 2 epochs; best epoch 1",
      "stopped after 5 of 12 epochs: no lower validation loss for 2 epochs; best epoch 1",
    ]);
  }));

Deno.test("a run that has stored nothing yet simply has more epochs", () =>
  inFolder(async (folder) => {
    const [whole, begun] = [join(folder, "whole"), join(folder, "begun")];
    await trainWithBegun(source, { whole, begun, options });
    const found = await train(source, begun, { resume: true, epochs: 3 });
    assertEquals(found.runConfig.restarts, undefined);
    const expected = await train(source, join(folder, "three"), { ...options, epochs: 3 });
    assertEquals(found.parameters, expected.parameters);
  }));

Deno.test("models without epochs, or with a second stage that has begun, refuse more epochs", () =>
  inFolder(async (folder) => {
    const floor = join(folder, "floor");
    await train(source, floor, { model: "markov" });
    await assertRejects(
      () => train(source, floor, { resume: true, epochs: 90 }),
      RangeError,
      'with epochs 90: "markov" counts its records once',
    );
    const two = join(folder, "two");
    const small = { width: 8, heads: 2, layers: 1, ganEpochs: 1, ganBatch: 16 };
    await train(source, two, { model: "synteg", settings: small, epochs: 1, batch: 8 });
    const before = await readRun(two);
    await assertRejects(
      () => train(source, two, { resume: true, epochs: 2 }),
      RangeError,
      "its second stage of training has begun, which needs the first as it is",
    );
    assertEquals((await readRun(two)).runConfig, before.runConfig);
  }));

Deno.test("train() offers to resume an unfinished run before it offers to replace it", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const kill = new Error("killed");
    await assertRejects(() =>
      train(source, path, {
        ...options,
        onProgress: ({ done }) => {
          if (done === 7) throw kill;
        },
      })
    );
    await assertRejects(
      () => train(source, path, options),
      Deno.errors.AlreadyExists,
      `Cannot write "${path}": it holds an unfinished run (1 of 2 epochs); ` +
        "pass resume: true to continue it, or force: true to replace it",
    );
    await train(source, path, { resume: true });
    assertEquals(await unfinishedRun(path), undefined);
    const error = await assertRejects(() => train(source, path, options));
    assert(error.message.endsWith("it exists already; pass force: true to replace it"));
    assertEquals(await unfinishedRun(folder), undefined);
  }));
