// The last step of training: output biases at their maximum of likelihood.
import * as tf from "@tensorflow/tfjs-core";
import { assert, assertAlmostEquals, assertEquals, assertLess, assertRejects } from "@std/assert";
import { join } from "node:path";
import {
  type Cohort,
  cohort as cohortFrom,
  cohortOf,
  readRun,
  type Run,
  subset,
  train,
  unfinishedRun,
  vocabulary,
} from "ehrloom";
import { splitOf } from "ehrloom/cohort/cohort.ts";
import type { RecordLists } from "ehrloom/cohort/records.ts";
import type { GradientModel } from "ehrloom/models/interface/model.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { readSafetensors } from "ehrloom/nn/safetensors.ts";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { inFolder } from "../folder.ts";
import { measuredCohort } from "../models/measured_cohort.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(160);
const short = { epochs: 2, learningRate: 0.003, batch: 16 };

const settingsOf: Readonly<Record<string, Record<string, number>>> = {
  halo: tinySettings,
  "halo-coarse": tinySettings,
  lstm: { width: 8, layers: 1 },
  eva: {
    width: 8,
    latent: 4,
    ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((i) => [`channels${i}`, 8])),
  },
  gpt: tinySettings,
  hisgt: { ...tinySettings, semanticWidth: 4, graphSteps: 2 },
  synehrgy: tinySettings,
};

const optionsOf = (model: string) => ({ ...short, model, settings: settingsOf[model] });

/** A run as it is when it is killed before its last step. */
async function killedBefore(model: string, folder: string, cohort: Cohort): Promise<Run> {
  const kill = new Error("killed");
  await assertRejects(() =>
    train(cohort, folder, {
      ...optionsOf(model),
      onProgress({ stage }) {
        if (stage === "calibrating") throw kill;
      },
    })
  );
  return await readRun(folder);
}

function networkOf(run: Run): GradientModel {
  const model = modelOf(run.runConfig);
  if ("learn" in model) throw new Error("a network is wanted");
  return model;
}

/** Mean nats per visit of a split's records, by the model's likelihoods. */
async function lossOf(run: Run, split: "train" | "validation"): Promise<number> {
  const tensors = toTensors(run.parameters);
  const cohort = splitOf(source, split);
  const records = Int32Array.from(cohort.subjectIds.keys());
  const all = await networkOf(run).likelihoods?.(tensors, cohort, records) ?? [];
  tf.dispose(tensors);
  return all.reduce((sum, each) => sum - each.logProbability, 0) /
    all.reduce((sum, each) => sum + each.visits, 0);
}

for (const name of Object.keys(settingsOf)) {
  Deno.test(`calibration makes training and validation records of ${name} more probable`, async () => {
    await inFolder(async (parent) => {
      const folder = join(parent, "run");
      const before = await killedBefore(name, folder, source);
      assertEquals(before.calibration, undefined);
      const after = await train(source, folder, { resume: true });
      const { calibration } = after;
      const { kept, validation_before, validation_after } = calibration ?? {};
      assert(kept && typeof validation_before === "number" && typeof validation_after === "number");
      assertLess(validation_after, validation_before);
      assertAlmostEquals(validation_before, await lossOf(before, "validation"), 1e-4);
      assertAlmostEquals(validation_after, await lossOf(after, "validation"), 1e-4);
      assertLess(await lossOf(after, "train"), await lossOf(before, "train"));
    });
  });
}

for (const name of ["halo", "halo-coarse", "lstm"]) {
  Deno.test(`the loss of calibrated ${name} rises by the prior's pull alone as a bias moves`, async () => {
    await inFolder(async (parent) => {
      const folder = join(parent, "run");
      const before = await killedBefore(name, folder, source);
      const after = await train(source, folder, { resume: true });
      const { outputBiases, loss } = networkOf(after);
      assert(outputBiases !== undefined);
      const { parameter, from, count } = outputBiases;
      const learners = splitOf(source, "train");
      const records = Int32Array.from(learners.subjectIds.keys());
      const tensors = toTensors(after.parameters);
      const gradient = tf.grad((biases) =>
        loss({ ...tensors, [parameter]: biases }, learners, records)
      )(tensors[parameter]);
      const slopes = await gradient.data();
      tf.dispose([gradient, tensors]);
      let largest = 0;
      for (let i = from; i < from + count; i++) {
        const shift = after.parameters[parameter].numbers[i] -
          before.parameters[parameter].numbers[i];
        assertAlmostEquals(slopes[i], -5 * shift, 0.05, `bias ${i}`);
        largest = Math.max(largest, Math.abs(shift));
      }
      assertLess(0.05, largest);
    });
  });
}

Deno.test("a run killed during calibration resumes to the bytes of one that was not", async () => {
  await inFolder(async (parent) => {
    const whole = await train(source, join(parent, "whole"), optionsOf("gpt"));
    const folder = join(parent, "killed");
    await killedBefore("gpt", folder, source);
    const resumed = await train(source, folder, { resume: true });
    assertEquals(resumed.parameters, whole.parameters);
    const again = await train(source, folder, { resume: true });
    assertEquals(again.parameters, whole.parameters);
    assertEquals(again.calibration, resumed.calibration); // it is done once
  });
});

Deno.test("biases stay where validation records are not like the training records", async () => {
  const lists = Array.from({ length: 60 }, (_, i): RecordLists => {
    const split = i % 3 === 0 ? 1 : 0;
    const code = split === 1 ? 1 : 0; // the codes of one split never occur in the other
    return { visits: [[code], [code]], labels: [], split };
  });
  const cohort = cohortOf(vocabulary(["a", "b"]), [], lists);
  await inFolder(async (parent) => {
    const folder = join(parent, "run");
    const before = await killedBefore("halo", folder, cohort);
    const after = await train(cohort, folder, { resume: true });
    assertEquals(after.calibration?.kept, false);
    assertEquals(after.parameters, before.parameters);
  });
});

Deno.test("the published form of a model has nothing to calibrate", async () => {
  await inFolder(async (parent) => {
    for (const name of Object.keys(settingsOf)) {
      const folder = join(parent, name);
      const run = await train(source, folder, {
        ...short,
        epochs: 1,
        model: name,
        settings: { ...settingsOf[name], form: "published" },
      });
      assertEquals(run.calibration, undefined, name);
      const { metadata } = await readSafetensors(join(folder, "model.safetensors"));
      assertEquals(metadata.calibration, undefined);
    }
  });
});

Deno.test("calibration leaves no tensor behind", async () => {
  await inFolder(async (parent) => {
    const folder = join(parent, "run");
    await killedBefore("synehrgy", folder, source);
    const { numTensors } = tf.memory();
    await train(source, folder, { resume: true });
    assertEquals(tf.memory().numTensors, numTensors);
  });
});

Deno.test("a run whose validation records are all longer than the context is finished all the same", async () => {
  const whole = measuredCohort(40);
  const context = 40;
  await inFolder(async (parent) => {
    const folder = join(parent, "run");
    const how = { ...optionsOf("synehrgy"), epochs: 1, acceptLoss: true };
    const settings = { ...tinySettings, context };
    const { runConfig } = await train(whole, join(parent, "all"), { ...how, settings });
    const { tokensOf } = modelOf(runConfig);
    assert(tokensOf !== undefined);
    const records = [...whole.subjectIds.keys()]
      .filter((record) => whole.splits?.[record] !== 1 || tokensOf(whole, record) > context);
    const cohort = cohortFrom(subset(whole, records));
    const run = await train(cohort, folder, { ...how, settings });
    assertEquals(run.calibration, {
      validation_before: null,
      validation_after: null,
      kept: false,
      seconds: run.calibration?.seconds ?? NaN,
    });
    assertEquals(await unfinishedRun(folder), undefined);
    const again = await train(cohort, folder, { resume: true });
    assertEquals(again, run);
  });
});
