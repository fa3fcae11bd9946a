// Private training as a whole: what a run keeps, says and refuses.
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import {
  epsilonSpent,
  estimateTraining,
  readRun,
  train,
  type TrainOptions,
  trainOptionsOf,
  unfinishedRun,
  useBackend,
} from "ehrloom";
import { readSafetensors, writeSafetensors } from "ehrloom/nn/safetensors.ts";
import { join } from "node:path";
import { inFolder } from "../../folder.ts";
import { tinyCohort, tinySettings } from "../../tiny.ts";
import { epochsOf, interrupted, stateOf, withSlowClock } from "../interrupted.ts";

await useBackend("wasm");

const source = tinyCohort(80);
const budget = { epsilon: 6, delta: 1e-3 };
const options: TrainOptions = {
  settings: tinySettings,
  batch: 8,
  epochs: 3,
  learningRate: 0.01,
  warmup: 2,
  privacy: { ...budget, adaptiveClip: true },
};
const stepsPerEpoch = 5;

Deno.test("a private run spends what the accountant says of its steps, and no more than its budget", () =>
  inFolder(async (folder) => {
    const { runConfig, training } = await train(source, join(folder, "run"), options);
    const { privacy } = runConfig;
    assert(privacy !== undefined);
    const { samplingRate, noiseMultiplier } = privacy;
    for (const { epoch, step, epsilon } of training) {
      assertEquals(step, epoch * stepsPerEpoch);
      const taken = [{ samplingRate, noiseMultiplier, steps: step }];
      assertEquals(epsilon, epsilonSpent(taken, budget.delta));
    }
    const spent = training.at(-1)?.epsilon ?? NaN;
    assert(spent <= budget.epsilon && spent > 0.99 * budget.epsilon, `${spent}`);
    const { standing } = await stateOf(join(folder, "run"));
    assertEquals(standing.privacy.taken, [{ samplingRate, noiseMultiplier, steps: 15 }]);
    assertNotEquals(standing.privacy.clip, 1);
    assertEquals((await readRun(join(folder, "run"))).runConfig.privacy, privacy);
  }));

for (const averageWeights of [0, 0.9]) {
  const how = averageWeights > 0 ? ", with averaged weights" : "";
  Deno.test(`a private run, killed and resumed, is the same run to the bit, with the same budget${how}`, () =>
    inFolder(async (folder) => {
      const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
      const asked = { ...options, averageWeights };
      const expected = await train(source, whole, asked);
      await withSlowClock(async () => {
        await interrupted(source, parts, stepsPerEpoch + 3, asked);
        const { standing } = await stateOf(parts);
        assertEquals([standing.batch, standing.privacy.taken[0].steps], [2, stepsPerEpoch + 2]);
        await interrupted(source, parts, 2 * stepsPerEpoch + 1, { resume: true });
      });
      const found = await train(source, parts, { ...asked, resume: true });
      assertEquals(epochsOf(found), epochsOf(expected));
      assertEquals(found.parameters, expected.parameters);
      assertEquals(await stateOf(parts), await stateOf(whole));
    }));
}

Deno.test("a private run with averaged weights spends the same, and keeps their mean after the last step", () =>
  inFolder(async (folder) => {
    const [plain, path] = [join(folder, "plain"), join(folder, "averaged")];
    const { training: others } = await train(source, plain, options);
    const { training, parameters } = await train(source, path, { ...options, averageWeights: 1 });
    assertEquals(training.map(({ epsilon }) => epsilon), others.map(({ epsilon }) => epsilon));
    const [{ tensors: last }, { tensors: state }] = [await stateOf(plain), await stateOf(path)];
    for (const [name, { numbers }] of Object.entries(parameters)) {
      assertEquals(numbers, state[`averages.${name}`].numbers);
      assertEquals(state[`parameters.${name}`], last[`parameters.${name}`]);
    }
  }));

Deno.test("a private run keeps its last epoch, stops at none, and tells no loss of training patients", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    // at this rate the validation loss is lowest in the first epochs
    const { training, parameters, calibration, runConfig } = await train(source, path, {
      ...options,
      epochs: 14,
      learningRate: 0.3,
      schedule: "constant",
    });
    const losses = training.map(({ validation_loss }) => validation_loss);
    assert(Math.min(...losses) < losses[13]);
    assertEquals(training.length, 14); // with a patience of 10
    assertEquals(training.map(({ best }) => best), losses.map(() => true));
    assertEquals(training.map(({ train_loss }) => train_loss), losses.map(() => null));
    const { tensors, standing } = await stateOf(path);
    assertEquals(standing.sums, { loss: 0, visits: 0, norms: 0 });
    for (const [name, { numbers }] of Object.entries(parameters)) {
      assertEquals(numbers, tensors[`parameters.${name}`].numbers);
    }
    assertEquals([calibration, runConfig.config.calibrate], [undefined, false]);
    assertEquals(await unfinishedRun(path), undefined);
  }));

Deno.test("a private HALO sees no later code of a visit: noise stays below the diagonal", () =>
  inFolder(async (folder) => {
    const { parameters } = await train(source, join(folder, "run"), { ...options, epochs: 1 });
    for (const name of ["ehr_head.auto1.weight", "ehr_head.auto2.weight"]) {
      const { shape: [size], numbers } = parameters[name];
      const above = numbers.filter((_, at) => at % size > Math.floor(at / size));
      assertEquals([above.length, above.every((each) => each === 0)], [
        size * (size - 1) / 2,
        true,
      ]);
    }
  }));

Deno.test("a private run stops before its budget is overspent, and takes more epochs while it lasts", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const noise = 0.8;
    const ended: (string | undefined)[] = [];
    const { training, runConfig } = await train(source, path, {
      ...options,
      epochs: 40,
      privacy: { ...budget, noise },
      onProgress: (progress) => ended.push(progress.ended),
    });
    const epochs = runConfig.privacy?.epochs ?? NaN;
    assertEquals(training.length, epochs);
    const spent = (epochs: number) =>
      epsilonSpent(
        [{
          samplingRate: runConfig.privacy?.samplingRate ?? NaN,
          noiseMultiplier: noise,
          steps: epochs * stepsPerEpoch,
        }],
        budget.delta,
      );
    assert(spent(epochs) <= budget.epsilon && spent(epochs + 1) > budget.epsilon);
    assertEquals(
      ended.at(-1),
      `stopped after ${epochs} of 40 epochs: one more would spend more than the privacy budget's ` +
        "epsilon of 6; the last epoch is kept",
    );
    assertEquals(await unfinishedRun(path), undefined);
    await assertRejects(
      () => train(source, path, { resume: true, epochs: 50 }),
      RangeError,
      `with epochs 50: its privacy budget, an epsilon of 6, allows ${epochs} with its noise`,
    );
    const other = join(folder, "other");
    await train(source, other, { ...options, epochs: 1, privacy: { ...budget, noise } });
    const more = await train(source, other, { resume: true, epochs: 50 });
    assertEquals(more.training.length, epochs);
  }));

Deno.test("a run is resumed under its own budget alone", () =>
  inFolder(async (folder) => {
    const [path, plain] = [join(folder, "run"), join(folder, "plain")];
    await interrupted(source, path, stepsPerEpoch + 2, options);
    const { privacy: _, ...others } = options;
    await interrupted(source, plain, stepsPerEpoch + 2, others);
    const given = options.privacy ?? budget;
    for (
      const [privacy, message] of [
        [{ ...given, epsilon: 7 }, `"${path}" with privacy epsilon 7: it was started with 6`],
        [{ ...given, delta: 1e-4 }, "with privacy delta 0.0001: it was started with 0.001"],
        [{ ...given, noise: 1 }, "with privacy noise 1: it was started with "],
        [{ ...given, noiseSource: "secure" }, "noiseSource secure: it was started with seeded"],
        [{ ...budget, clip: 2 }, "with privacy clip 2: it was started with 1"],
      ] as const
    ) {
      await assertRejects(
        () => train(source, path, { resume: true, privacy }),
        RangeError,
        message,
      );
    }
    await assertRejects(
      () => train(source, plain, { resume: true, privacy: given }),
      RangeError,
      "with a privacy budget: it was started with none",
    );
    assertEquals((await train(source, path, { resume: true, privacy: given })).training.length, 3);
  }));

Deno.test("a budget that was edited, or steps that nothing paid for, are refused", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    await interrupted(source, path, 2 * stepsPerEpoch + 2, options);
    const config = join(path, "config.json");
    const stored = await Deno.readTextFile(config);
    const change = async (edit: (config: Record<string, Record<string, unknown>>) => void) => {
      const changed = JSON.parse(stored);
      edit(changed);
      await Deno.writeTextFile(config, JSON.stringify(changed));
    };
    await change(({ privacy }) => privacy.noiseMultiplier = 0.5);
    await assertRejects(() => train(source, path, { resume: true }), RangeError, "the budget is 6");
    await change(({ privacy }) => privacy.samplingRate = 2);
    await assertRejects(
      () => train(source, path, { resume: true }),
      SyntaxError,
      "samplingRate is 2",
    );
    await Deno.writeTextFile(config, stored);
    const state = join(path, "resume.safetensors");
    const { tensors, metadata } = await readSafetensors(state);
    const standing = JSON.parse(metadata.standing);
    standing.privacy.taken[0].steps++;
    const { steps } = metadata;
    await writeSafetensors(state, tensors, { standing: JSON.stringify(standing), steps });
    await assertRejects(
      () => train(source, path, { resume: true }),
      SyntaxError,
      "its privacy budget paid for 11 steps, and its optimizer took 10",
    );
  }));

Deno.test("secure noise differs from run to run; seeded noise and Workers repeat", () =>
  inFolder(async (folder) => {
    const parametersOf = async (name: string, more: Partial<TrainOptions>) =>
      (await train(source, join(folder, name), { ...options, epochs: 1, ...more })).parameters;
    const secure = { privacy: { ...budget, noiseSource: "secure" as const } };
    assertNotEquals(await parametersOf("a", secure), await parametersOf("b", secure));
    assertEquals(await parametersOf("c", {}), await parametersOf("d", {}));
    assertEquals(await parametersOf("e", { workers: 2 }), await parametersOf("f", { workers: 2 }));
  }));

Deno.test("a private run gives the options of the same run, and can be estimated before", () =>
  inFolder(async (folder) => {
    const first = await train(source, join(folder, "first"), options);
    const again = await train(source, join(folder, "again"), trainOptionsOf(first.runConfig));
    assertEquals(again.parameters, first.parameters);
    assertEquals(epochsOf(again), epochsOf(first));
    const { descent, privacy } = await estimateTraining(source, options);
    assertEquals(descent?.steps, stepsPerEpoch);
    assertEquals(privacy, first.runConfig.privacy);
  }));

for (const model of ["halo-coarse", "gpt", "lstm", "hisgt", "synehrgy"]) {
  Deno.test(`${model} trains privately, and what is computed before training stays as it is`, () =>
    inFolder(async (folder) => {
      const settings = model === "lstm" ? { width: 8 } : tinySettings;
      const path = join(folder, "run");
      const given = { ...options, model, settings, learningRate: 0.003 };
      const { training, parameters } = await train(source, path, given);
      assert(training[2].validation_loss < training[0].validation_loss, model);
      assertMatch(String(training[2].epsilon), /^5\.9/);
      if (model !== "hisgt") return;
      const other = await train(source, join(folder, "other"), { ...given, epochs: 1 });
      for (const name of ["semantic_table", "hierarchy_table"]) {
        assertEquals(parameters[name], other.parameters[name]);
      }
    }));
}
