import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type Cohort, helpTrain, type Run, train, type TrainOptions, useBackend } from "ehrloom";
import { computesWith } from "ehrloom/train/processes/announcement.ts";
import { fromFirst } from "ehrloom/train/processes/process_group.ts";
import { version } from "ehrloom/version.ts";
import { join } from "node:path";
import { inFolder } from "../../folder.ts";
import { testOnBackends } from "../../golden.ts";
import { tinyCohort, tinySettings } from "../../tiny.ts";
import { epochsOf, interrupted, stateOf } from "../interrupted.ts";
import { groupsInMemory } from "./group_in_memory.ts";

await useBackend("wasm");

const source = tinyCohort(80); // 40 of them to train on
const options: TrainOptions = {
  settings: tinySettings,
  batch: 8,
  epochs: 3,
  learningRate: 0.01,
  warmup: 2,
};
const stepsPerEpoch = 5;

/** Trains in several processes, of which all but the first only help. */
async function together(
  size: number,
  cohort: Cohort,
  folder: string,
  options: TrainOptions,
): Promise<Run> {
  const [processes, ...helpers] = groupsInMemory(size);
  const helping = helpers.map((helper) => helpTrain(cohort, helper));
  const run = await train(cohort, folder, { ...options, processes });
  await Promise.all(helping);
  return run;
}

/**
 * Losses may differ by the order of sums of float32 alone: each step rounds a sum by 6e-8 of it, and fifteen
 * steps of Adam on a tiny model let that grow to 1e-6 or so.
 */
const tolerance = 2e-5;

/** Checks that two runs had the same losses, to the tolerance, and learned something. */
function assertSameLosses(found: Run, expected: Run): void {
  assertEquals(found.training.length, expected.training.length);
  for (const [i, line] of expected.training.entries()) {
    const other = found.training[i];
    for (const name of ["validation_loss", "gradient_norm", "train_loss"] as const) {
      const [a, b] = [other[name], line[name]];
      if (a === null || b === null) assertEquals(a, b);
      else assertAlmostEquals(a, b, tolerance * Math.abs(b), `${name} of epoch ${i + 1}`);
    }
    assertEquals({ ...other, seconds: 0, validation_loss: 0, gradient_norm: 0, train_loss: 0 }, {
      ...line,
      seconds: 0,
      validation_loss: 0,
      gradient_norm: 0,
      train_loss: 0,
    });
  }
  const [first, last] = [expected.training[0], expected.training[expected.training.length - 1]];
  assert(last.validation_loss < first.validation_loss);
}

testOnBackends(
  "train() in several processes has the losses of one",
  () =>
    inFolder(async (folder) => {
      const expected = await train(source, join(folder, "one"), options);
      for (const size of [2, 3]) {
        const found = await together(size, source, join(folder, `${size}`), options);
        assertSameLosses(found, expected);
        assertEquals(found.runConfig, expected.runConfig);
      }
    }),
);

const small = { width: 8, latent: 4 };
const channels = { channels1: 8, channels2: 8, channels3: 8, channels4: 8, channels5: 8 };
const drawing = { gpt: tinySettings, synehrgy: tinySettings, eva: { ...small, ...channels } };
for (const [model, settings] of Object.entries(drawing)) {
  Deno.test(`train() in two processes drops out and draws for ${model} what one process does`, () =>
    inFolder(async (folder) => {
      await useBackend("wasm");
      const all = { ...options, model, settings, epochs: 2, acceptLoss: true };
      const expected = await train(source, join(folder, "one"), all);
      assertSameLosses(await together(2, source, join(folder, "two"), all), expected);
    }));
}

Deno.test("train() in more processes than a batch has records has the losses of one", () =>
  inFolder(async (folder) => {
    const all = { ...options, batch: 2, epochs: 2 };
    const expected = await train(source, join(folder, "one"), all);
    assertSameLosses(await together(3, source, join(folder, "three"), all), expected);
  }));

for (const adaptiveClip of [false, true]) {
  const which = adaptiveClip ? "an adaptive" : "a given";
  testOnBackends(
    `train() in two processes clips by ${which} bound, and adds the noise of one process once`,
    () =>
      inFolder(async (folder) => {
        const privacy = { epsilon: 20, delta: 1e-2, ...adaptiveClip && { adaptiveClip } };
        const all = { ...options, epochs: 2, privacy };
        const expected = await train(source, join(folder, "one"), all);
        const found = await together(2, source, join(folder, "two"), all);
        assertSameLosses(found, expected);
        const { privacy: standing } = (await stateOf(join(folder, "two"))).standing;
        const { privacy: wanted } = (await stateOf(join(folder, "one"))).standing;
        assertEquals(standing.taken, wanted.taken);
        assertAlmostEquals(standing.clip, wanted.clip, tolerance);
      }),
  );
}

Deno.test("train() in two processes is resumed to the same run, to the bit, and also by one or three", () =>
  inFolder(async (folder) => {
    const path = (name: string) => join(folder, name);
    const expected = await together(2, source, path("whole"), options);
    const parts = ["two", "one", "three"];
    for (const part of parts) {
      const [processes, helper] = groupsInMemory(2);
      helpTrain(source, helper); // it waits for good, as MPI would have ended it
      await interrupted(source, path(part), stepsPerEpoch + 3, { ...options, processes });
    }
    const two = await together(2, source, path("two"), { resume: true });
    assertEquals(epochsOf(two), epochsOf(expected));
    assertEquals(two.parameters, expected.parameters);
    assertEquals(await stateOf(path("two")), await stateOf(path("whole")));
    assertSameLosses(await train(source, path("one"), { resume: true }), expected);
    assertSameLosses(await together(3, source, path("three"), { resume: true }), expected);
  }));

Deno.test("train() in two processes resumes averaged weights and epochs of some steps, to the bit", () =>
  inFolder(async (folder) => {
    const all = { ...options, averageWeights: 0.9, steps: 3, checkpointMinutes: 0 };
    const expected = await together(2, source, join(folder, "whole"), all);
    assertSameLosses(expected, await train(source, join(folder, "one"), all));
    const path = join(folder, "parts");
    const [processes, helper] = groupsInMemory(2);
    helpTrain(source, helper); // it waits for good, as MPI would have ended it
    await interrupted(source, path, 5, { ...all, processes });
    const found = await together(2, source, path, { resume: true });
    assertEquals(epochsOf(found), epochsOf(expected));
    assertEquals(found.parameters, expected.parameters);
  }));

Deno.test("train() in two processes repeats exactly, and continues a finished run with more epochs", () =>
  inFolder(async (folder) => {
    const all: TrainOptions = { ...options, schedule: "constant" };
    const expected = await together(2, source, join(folder, "whole"), all);
    const path = join(folder, "extended");
    await together(2, source, path, { ...all, epochs: 2 });
    const extended = await together(2, source, path, { resume: true, epochs: 3 });
    assertEquals(epochsOf(extended), epochsOf(expected));
    assertEquals(extended.parameters, expected.parameters);
  }));

Deno.test("train() in two processes shares canaries, and resumes an audited run", () =>
  inFolder(async (folder) => {
    const all = { ...options, canaries: 20 };
    const expected = await train(source, join(folder, "one"), all);
    const path = join(folder, "two");
    assertSameLosses(await together(2, source, path, { ...all, epochs: 3 }), expected);
    await together(2, source, path, { resume: true, epochs: 4 });
  }));

Deno.test("train() in two processes follows the clock of the first", () =>
  inFolder(async (folder) => {
    const run = await together(2, source, join(folder, "run"), {
      ...options,
      epochs: 1000,
      patience: 1000,
      minutes: 1e-5,
    });
    assertEquals(run.training.length, 1);
  }));

Deno.test("train() refuses to share what cannot be shared, before it writes anything", () =>
  inFolder(async (folder) => {
    const [processes] = groupsInMemory(2);
    const path = join(folder, "run");
    await assertRejects(
      () => train(source, path, { model: "markov", processes }),
      RangeError,
      'Cannot train "markov" in 2 processes: it counts, which one process does',
    );
    const privacy = { epsilon: 20, delta: 1e-2, noiseSource: "secure" as const };
    await assertRejects(
      () => train(source, path, { ...options, privacy, processes }),
      RangeError,
      "Cannot train in 2 processes with secure noise: each would draw its own",
    );
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("train() in another process than the first says to call helpTrain()", () =>
  inFolder(async (folder) => {
    const [, processes] = groupsInMemory(2);
    await assertRejects(
      () => train(source, join(folder, "run"), { ...options, processes }),
      RangeError,
      "Cannot train in the process with rank 1 of 2: the one with rank 0 calls train(), the others call " +
        "helpTrain()",
    );
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("helpTrain() refuses another cohort than that of the first process", () =>
  inFolder(async (folder) => {
    const [processes, helper] = groupsInMemory(2);
    const helping = assertRejects(
      () => helpTrain(tinyCohort(80, 2), helper),
      RangeError,
      "the cohort here is not the one that the first process has",
    );
    train(source, join(folder, "run"), { ...options, processes }); // MPI would end it
    await helping;
  }));

Deno.test("helpTrain() refuses another engine, device or Ehrloom than that of the first process", async () => {
  await useBackend("wasm");
  const { commit: _, ...released } = computesWith();
  const others: [Record<string, string>, string][] = [
    [{ ...released, backend: "tensorflow" }, "backend tensorflow, and this one wasm"],
    [{ ...released, device: "graphics card" }, "device graphics card, and this one processor"],
    [{ ...released, ehrloom: "0.0.1" }, `ehrloom 0.0.1, and this one ${version}`],
    [{ ...released, commit: "another" }, "commit another, and this one "],
    [{ ...computesWith(), precision: "half" }, "precision half, and this one none"],
    [{ deno: Deno.version.deno }, `ehrloom none, and this one ${version}`],
  ];
  for (const [versions, difference] of others) {
    const [processes, helper] = groupsInMemory(2);
    const helping = assertRejects(
      () => helpTrain(source, helper),
      RangeError,
      `Cannot train together: the first process has ${difference}`,
    );
    await fromFirst(processes, { versions });
    await helping;
  }
});
