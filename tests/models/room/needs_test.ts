import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, cohortOf, generateParts, type RecordLists, train, vocabulary } from "ehrloom";
import { gradientModelOf, modelFamily } from "ehrloom/models/mod.ts";
import type { GradientModel } from "ehrloom/models/interface/model.ts";
import {
  extraNeed,
  type Extras,
  fittingCount,
  fittingRuns,
  needOf,
  passFloats,
  type Stage,
} from "ehrloom/models/room/needs.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import { type NamedArrays, toTensors } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import { roomOn } from "ehrloom/nn/room.ts";
import { allowWasmKernels } from "ehrloom/nn/wasm_kernels.ts";
import { localGradients } from "ehrloom/train/gradients/local.ts";
import { testOnBackends } from "../../golden.ts";
import { assertClose } from "../../nn/layer.ts";
import { inFolder } from "../../folder.ts";
import { tinyCohort } from "../../tiny.ts";

await useBackend("wasm");

/** Records of so many visits, of one to three codes each. */
function listed(codes: number, visits: number, records: number): Cohort {
  const draws = random(1);
  const lists = Array.from({ length: records }, (): RecordLists => ({
    visits: Array.from(
      { length: visits },
      () => Array.from({ length: 1 + draws.integer(3) }, () => draws.integer(codes)),
    ),
    labels: [draws.integer(2)],
    split: 0,
  }));
  return cohortOf(vocabulary(Array.from({ length: codes }, (_, code) => `${code}`)), ["x"], lists);
}

function modelFor(name: string, cohort: Cohort, settings: Record<string, number>): GradientModel {
  const family = modelFamily(name);
  const own = Object.entries(settings).filter(([key]) => Object.hasOwn(family.settings, key));
  const config = family.configFor(cohort, Object.fromEntries(own));
  const model = family.create(config, family.schemaFor?.(cohort, config));
  if ("learn" in model) throw new TypeError(`${name} counts`);
  return model;
}

const everyRecord = ({ recordCount }: Cohort) =>
  Int32Array.from({ length: recordCount }, (_, record) => record);

/** The most bytes that wasm's tensors took at once while something ran. */
async function peakBytes(run: () => Promise<void>): Promise<number> {
  const backend = tf.backend() as BackendWasm;
  const { move, disposeData } = backend;
  const held = new Map<unknown, number>();
  let bytes = 0;
  let peak = 0;
  backend.move = (dataId, values, shape, dtype, refCount) => {
    const size = tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
    held.set(dataId, size);
    bytes += size;
    peak = Math.max(peak, bytes);
    move.call(backend, dataId, values, shape, dtype, refCount);
  };
  backend.disposeData = (dataId, force) => {
    const isGone = disposeData.call(backend, dataId, force);
    if (isGone) bytes -= held.get(dataId) ?? 0;
    if (isGone) held.delete(dataId);
    return isGone;
  };
  try {
    await run();
  } finally {
    Object.assign(backend, { move, disposeData });
  }
  return peak;
}

async function learn(model: GradientModel, cohort: Cohort, clip?: number): Promise<void> {
  const optimizer = adam(drawn(model.initial, random(1)));
  const gradients = localGradients(model, cohort, optimizer, 1);
  const moment = { seed: 1, epoch: 1 };
  const { gradients: slopes } = await gradients.compute(everyRecord(cohort), moment, clip);
  await optimizer.step(slopes, 0.1);
  optimizer.dispose();
}

const stages: Record<
  Exclude<Stage, "writing">,
  (model: GradientModel, cohort: Cohort) => Promise<void>
> = {
  learning: learn,
  async judging(model, cohort) {
    const parameters = toTensors(drawn(model.initial, random(1)));
    await model.likelihoods?.(parameters, cohort, everyRecord(cohort));
    tf.dispose(parameters);
  },
};

const networks = ["halo", "halo-coarse", "gpt", "lstm", "hisgt", "synehrgy", "synteg", "eva"];
const forms: (readonly [name: string, settings: Record<string, number>])[] = [
  ...networks.map((name) => [name, {}] as const),
  ["halo", { headRank: 8, headBlock: 64 }],
];

for (const [name, settings] of forms) {
  const form = [name, ...Object.entries(settings).map((setting) => setting.join("="))].join(" ");
  Deno.test(`needOf() is what "${form}" takes at most, and no more than twice that`, async () => {
    await useBackend("wasm");
    for (const [codes, visits, records, width] of [[300, 40, 4, 32], [1000, 20, 4, 64]]) {
      const cohort = listed(codes, visits, records);
      const model = modelFor(name, cohort, { width, layers: 2, heads: 2, ...settings });
      for (const stage of ["learning", "judging"] as const) {
        if (stage === "judging" && model.likelihoods === undefined) continue;
        for (const isOwn of [true, false]) {
          allowWasmKernels(isOwn);
          const floats = passFloats(model, stage, cohort, everyRecord(cohort));
          const wanted = needOf(model, stage, floats).engine;
          const peak = await peakBytes(() => stages[stage](model, cohort));
          allowWasmKernels(true);
          const operations = isOwn ? "own" : "tfjs";
          const found =
            `${stage} ${codes} codes by ${operations} operations: ${wanted} for ${peak}`;
          assert(peak <= wanted, found);
          assert(wanted <= 2.2 * peak, found);
        }
      }
    }
  });
}

async function assertWritingFits(folder: string, name: string, settings: Record<string, number>) {
  const own = Object.keys(modelFamily(name).settings);
  const sizes = Object.entries({ width: 64, layers: 1, heads: 2, codesSoFar: true, ...settings });
  const cohort = {
    ...listed(1500, 3, 24),
    splits: Uint8Array.from({ length: 24 }, (_, i) => i % 3),
  };
  const run = await train(cohort, `${folder}/run`, {
    model: name,
    settings: Object.fromEntries(sizes.filter(([key]) => own.includes(key))),
    epochs: 1,
    batch: 8,
  });
  const { model: family, config, schema } = run.runConfig;
  const model = gradientModelOf(family, config, schema);
  for (const isOwn of [true, false]) {
    allowWasmKernels(isOwn);
    const wanted = needOf(model, "writing", model.writingFootprint(1)).engine;
    const peak = await peakBytes(async () => {
      for await (const _ of generateParts(run, { count: 1 }));
    });
    allowWasmKernels(true);
    assert(peak <= wanted, `${wanted} for ${peak}, own operations: ${isOwn}`);
  }
}

for (const [name, settings] of forms) {
  if (["synteg", "eva", "hisgt"].includes(name)) continue; // their training takes longer
  const form = [name, ...Object.entries(settings).map((setting) => setting.join("="))].join(" ");
  Deno.test(`needOf() is what "${form}" takes at most to write a record`, async () => {
    await useBackend("wasm");
    await inFolder((folder) => assertWritingFits(folder, name, settings));
  });
}

Deno.test("extraNeed() is averaged weights, the noise and the sum of gradients, by hand", () => {
  const initial = { a: { shape: [10, 20] }, b: { shape: [50] } }; // 250 numbers, 1000 bytes
  const of = (extras: Extras, hasHost: boolean) => {
    const { engine, process } = extraNeed({ initial }, extras, hasHost);
    return [engine, process];
  };
  assertEquals(of({}, true), [0, 0]);
  assertEquals(of({}, false), [0, 0]);
  assertEquals(of({ isAveraged: true }, true), [0, 2000]); // with its copy to be stored
  assertEquals(of({ isAveraged: true }, false), [1000, 1000]);
  assertEquals(of({ isPrivate: true }, true), [0, 2000]);
  assertEquals(of({ isPrivate: true }, false), [2000, 1000]);
  assertEquals(of({ isPrivate: true, isAveraged: true }, true), [0, 4000]);
  assertEquals(of({ isPrivate: true, isAveraged: true }, false), [3000, 2000]);
});

/** What the norms take of any model: three times 2^20 numbers. */
const ofNorms = 12 * 2 ** 20;

for (const [name, settings] of forms.filter(([name]) => modelFamily(name).canBePrivate)) {
  const form = [name, ...Object.keys(settings)].join(" ");
  Deno.test(`private training of "${form}" takes hardly more than plain training, and fits in needOf()`, async () => {
    await useBackend("wasm");
    const cohort = listed(1000, 20, 16);
    const model = modelFor(name, cohort, { width: 64, layers: 2, heads: 2, ...settings });
    const wanted =
      needOf(model, "learning", passFloats(model, "learning", cohort, everyRecord(cohort))).engine;
    const plain = await peakBytes(() => learn(model, cohort));
    const clipped = await peakBytes(() => learn(model, cohort, 1));
    assert(clipped <= wanted + ofNorms, `${wanted} for ${clipped}`);
    assert(clipped <= 1.25 * plain + ofNorms, `${clipped}, plain ${plain}`);
  });
}

Deno.test("needOf() is what HALO with waits takes at most, and no more than twice that", async () => {
  await useBackend("wasm");
  const plain = listed(60, 40, 4);
  const cohort = { ...plain, gapDays: plain.gapDays.map((_, visit) => visit % 7) };
  const model = modelFor("halo", cohort, { width: 16, layers: 1, heads: 2, waits: 40 });
  for (const stage of ["learning", "judging"] as const) {
    const floats = passFloats(model, stage, cohort, everyRecord(cohort));
    const wanted = needOf(model, stage, floats).engine;
    const peak = await peakBytes(() => stages[stage](model, cohort));
    assert(peak <= wanted && wanted <= 2.2 * peak, `${stage}: ${wanted} for ${peak}`);
  }
});

for (
  const [form, settings] of [
    ["HALO", {}],
    ["HALO in blocks", { headRank: 8, headBlock: 64 }],
  ] as const
) {
  Deno.test(`needOf() is what ${form} takes to write records, and no more than twice that`, async () => {
    const cohort = listed(300, 40, 4);
    const model = modelFor("halo", cohort, { width: 32, layers: 2, heads: 2, ...settings });
    const records = everyRecord(cohort);
    const peak = await peakBytes(async () => {
      const parameters = toTensors(drawn(model.initial, random(1)));
      const sampling = model.sampling(parameters);
      assert(sampling.kind === "steps");
      const writer = sampling.begin();
      const steps = { rows: 4, offsets: Int32Array.of(0, 1, 2, 3, 4), columns: new Int32Array(4) };
      for (let row = 1; row < sampling.codec.limit; row++) writer.advance(steps);
      await writer.draw(records, new Float32Array(4 * sampling.uniforms).fill(0.9));
      writer.dispose();
      sampling.dispose();
      tf.dispose(parameters);
    });
    const wanted = needOf(model, "writing", model.writingFootprint(4)).engine;
    assert(peak <= wanted && wanted <= 2 * peak, `${wanted} for ${peak}`);
  });
}

Deno.test("fittingRuns() keeps records that fit together, and cuts others in order", () => {
  const cohort = tinyCohort(40);
  const model = modelFor("halo", cohort, { width: 8, layers: 1, heads: 2 });
  const records = everyRecord(cohort);
  assertEquals(fittingRuns(model, "learning", roomOn(), cohort, records), [records]);
  const need = (part: Int32Array) =>
    needOf(model, "learning", passFloats(model, "learning", cohort, part)).engine;
  const room = { ...roomOn(), bytes: need(records) / 3 };
  const runs = fittingRuns(model, "learning", room, cohort, records);
  assert(runs.length >= 3 && runs.every((run) => need(run) <= room.bytes));
  assertEquals(runs.flatMap((run) => [...run]), [...records]);
  const none = fittingRuns(model, "learning", { ...room, bytes: 0 }, cohort, records);
  assertEquals(none.length, 40);
});

Deno.test("fittingCount() is as many records as fit side by side, at least one", () => {
  const model = modelFor("gpt", listed(50, 40, 2), { width: 8, layers: 1, heads: 2 });
  assertEquals(fittingCount(model, roomOn(), 256), 256);
  const count = fittingCount(model, roomOn(), 10 ** 9);
  assert(count > 256 && count < 10 ** 9);
  assertEquals(fittingCount(model, { ...roomOn(), bytes: 0 }, 256), 1);
});

for (const name of ["halo", "lstm"]) {
  testOnBackends(`localGradients() of "${name}" in runs add up to the batch's`, async () => {
    const cohort = tinyCohort(24);
    const model = modelFor(name, cohort, { width: 8, layers: 1, heads: 2 });
    const records = everyRecord(cohort);
    const runs: number[] = [];
    const losses: number[] = [];
    const means: NamedArrays[] = []; // of the gradients, a tenth of each after a first step
    const whole = needOf(model, "learning", passFloats(model, "learning", cohort, records));
    for (const room of [roomOn(), { ...roomOn(), bytes: 0.7 * whole.engine }]) {
      const optimizer = adam(drawn(model.initial, random(1)));
      const source = localGradients(model, cohort, optimizer, 5, room);
      const { loss, gradients } = await source.compute(records, { seed: 1, epoch: 1 });
      runs.push(fittingRuns(model, "learning", room, cohort, records).length);
      losses.push(loss);
      await optimizer.step(gradients, 0.1);
      means.push((await optimizer.readState()).means);
      optimizer.dispose();
    }
    assert(runs[0] === 1 && runs[1] > 1, `${runs}`);
    assertAlmostEquals(losses[0], losses[1], 1e-5 * losses[0]);
    for (const [parameter, { numbers }] of Object.entries(means[0])) {
      assertClose(means[1][parameter].numbers, numbers, parameter);
    }
  });
}
