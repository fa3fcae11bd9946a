import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { cohortOf, recordLists } from "ehrloom/cohort/records.ts";
import { splitOf } from "ehrloom/cohort/cohort.ts";
import { modelFamily } from "ehrloom/models/mod.ts";
import type { GradientModel } from "ehrloom/models/interface/model.ts";
import type { ModelConfig } from "ehrloom/models/interface/settings.ts";
import { adam, type Gradients } from "ehrloom/nn/optimizer.ts";
import type { Room } from "ehrloom/nn/room.ts";
import { initialOf } from "ehrloom/train/fit.ts";
import { clipFactor } from "ehrloom/train/gradients/clipped.ts";
import { localGradients } from "ehrloom/train/gradients/local.ts";
import { passGradients } from "ehrloom/train/gradients/pass.ts";
import { sharedGradients } from "ehrloom/train/gradients/workers.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { testOnBackends } from "../../golden.ts";
import { tinyCohort, tinySettings } from "../../tiny.ts";

const source = tinyCohort(40);
const train = splitOf(source, "train");
const moment = { seed: 1, epoch: 0 };
/** Sums of float32 in another order differ by this, relative to the largest number. */
const tolerance = 1e-4;

function tinyModel(name: string, settings: ModelConfig = {}): GradientModel {
  const family = modelFamily(name);
  const known = Object.entries(tinySettings).filter(([key]) => key in family.settings);
  const config = family.configFor(source, { ...Object.fromEntries(known), ...settings });
  const model = family.create(config, family.schemaFor?.(source, config));
  if ("learn" in model) throw new Error(`${name} does not descend`);
  return model;
}

async function numbersOf(gradients: Gradients): Promise<Float32Array> {
  if (gradients instanceof Float32Array) return gradients.slice();
  if (Array.isArray(gradients)) throw new Error("clipped gradients are flat");
  const numbers = await gradients.data<"float32">();
  gradients.dispose();
  return numbers.slice();
}

/** Gradients of a record's loss alone, in float64, by the optimizer's order. */
async function gradientOf(model: GradientModel, record: number): Promise<Float64Array> {
  const optimizer = adam(initialOf(model, 3));
  const { layout } = optimizer;
  const records = Int32Array.of(record);
  const { value, grads } = passGradients(
    (tensors) => model.loss(tensors, train, records, moment),
    optimizer.parameters(),
  );
  const flat = new Float64Array(layout.length);
  let at = 0;
  for (const [i, grad] of grads.entries()) {
    flat.set(await grad.data(), at);
    at += layout.paddedSizes[i];
  }
  tf.dispose([value, grads]);
  optimizer.dispose();
  return flat;
}

const normOf = (gradient: Float64Array) => Math.hypot(...gradient);

/** The definition: each gradient over its norm where that is above the bound, and added. */
async function byDefinition(model: GradientModel, records: Int32Array, clip: number) {
  let sum = new Float64Array();
  let unclipped = 0;
  for (const record of records) {
    const gradient = await gradientOf(model, record);
    const norm = normOf(gradient);
    if (norm <= clip) unclipped++;
    if (sum.length === 0) sum = new Float64Array(gradient.length);
    gradient.forEach((g, i) => sum[i] += g * Math.min(1, clip / norm));
  }
  return { sum, unclipped };
}

function assertClose(found: Float32Array, expected: Float64Array): void {
  const largest = expected.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  assert(largest > 0);
  for (const [i, each] of found.entries()) {
    assertAlmostEquals(each, expected[i], tolerance * largest, `number ${i}`);
  }
}

/** The median norm, so that half of the patients are clipped. */
async function medianNorm(model: GradientModel, records: Int32Array): Promise<number> {
  const norms = [];
  for (const record of records) norms.push(normOf(await gradientOf(model, record)));
  return norms.toSorted((a, b) => a - b)[Math.floor(norms.length / 2)] * 1.001;
}

async function clipped(model: GradientModel, records: Int32Array, clip: number, room?: Room) {
  const optimizer = adam(initialOf(model, 3));
  const gradients = localGradients(model, train, optimizer, 1, room);
  const { loss, gradients: sum, unclipped } = await gradients.compute(records, moment, clip);
  const numbers = await numbersOf(sum);
  optimizer.dispose();
  return { loss, numbers, unclipped };
}

const records = Int32Array.of(0, 3, 4, 7, 11, 12, 18);

for (const name of ["halo", "halo-coarse", "gpt", "lstm", "hisgt", "synehrgy"]) {
  testOnBackends(
    `the clipped gradients of ${name} are those of each patient, clipped and added`,
    async () => {
      const model = tinyModel(name);
      const clip = await medianNorm(model, records);
      const before = tf.memory().numTensors;
      const { numbers, unclipped } = await clipped(model, records, clip);
      assertEquals(tf.memory().numTensors, before);
      const { sum, unclipped: wanted } = await byDefinition(model, records, clip);
      assertEquals([unclipped, wanted], [4, 4]);
      assertClose(numbers, sum);
    },
  );
}

for (
  const settings of [{ codesSoFar: true }, { codesSoFar: true, numbers: 3, labelsInHead: false }]
) {
  testOnBackends(
    `HALO with ${JSON.stringify(settings)} clips records together as one by one`,
    async () => {
      const model = tinyModel("halo", settings);
      assertEquals(model.knowsNorms, true);
      const plain = { ...model, knowsNorms: false };
      const clip = await medianNorm(model, records);
      const [fast, slow] = [
        await clipped(model, records, clip),
        await clipped(plain, records, clip),
      ];
      assertEquals([fast.unclipped, slow.unclipped], [4, 4]);
      assertClose(fast.numbers, Float64Array.from(slow.numbers));
      assertAlmostEquals(fast.loss, slow.loss, 1e-5 * slow.loss);
    },
  );
}

testOnBackends(
  "clipped gradients do not depend on how much fits in the engine",
  async () => {
    const model = tinyModel("halo");
    const room = { engine: "small", bytes: 1, largest: 1 }; // a record at a time
    const [whole, cut] = [await clipped(model, records, 2), await clipped(model, records, 2, room)];
    assertClose(cut.numbers, Float64Array.from(whole.numbers));
    assertEquals(cut.unclipped, whole.unclipped);
  },
);

Deno.test("HALO with waits, whose head knows no norms, is clipped record by record", () => {
  const { vocabulary, labelNames } = source;
  const lists = Array.from(source.subjectIds, (_, record) => {
    const list = recordLists(source, record);
    return { ...list, gapDays: list.visits.map((_, visit) => 3 * visit) };
  });
  const timed = cohortOf(vocabulary, labelNames, lists);
  const family = modelFamily("halo");
  const config = family.configFor(timed, { ...tinySettings, waits: 2 });
  const model = family.create(config, family.schemaFor?.(timed, config));
  assert(!("learn" in model));
  assertEquals(model.knowsNorms, false);
});

Deno.test("models know norms where each parameter is of one layer that knows them", () => {
  assertEquals(tinyModel("halo").knowsNorms, true);
  // tied embeddings are used twice
  for (const name of ["halo-coarse", "gpt", "hisgt", "synehrgy"]) {
    assertEquals(tinyModel(name).knowsNorms ?? false, false, name);
  }
});

testOnBackends("clipped gradients of no patients are zeros, and bounds are kept", async () => {
  const model = tinyModel("halo");
  const none = await clipped(model, new Int32Array(), 1);
  assertEquals([none.loss, none.unclipped], [0, 0]);
  assertEquals(none.numbers.every((g) => g === 0), true);
  const { numbers } = await clipped(model, Int32Array.of(5), 0.01);
  const norm = Math.hypot(...numbers);
  assert(norm <= 0.01 && norm > 0.00999, `${norm}`);
});

testOnBackends("clipped gradients of parts add up to those of the whole", async () => {
  const model = tinyModel("halo");
  const whole = await clipped(model, records, 2);
  const parts = [
    await clipped(model, records.slice(0, 3), 2),
    await clipped(model, records.slice(3), 2),
  ];
  const sum = Float64Array.from(parts[0].numbers, (g, i) => g + parts[1].numbers[i]);
  assertClose(whole.numbers, sum);
  assertEquals(whole.unclipped, (parts[0].unclipped ?? 0) + (parts[1].unclipped ?? 0));
});

Deno.test("a clip left out, of the batch as a whole, or of a layer apart, would be found", async () => {
  await useBackend("wasm");
  const model = tinyModel("halo");
  const clip = await medianNorm(model, records);
  const { numbers } = await clipped(model, records, clip);
  const each = await Promise.all(Array.from(records, (record) => gradientOf(model, record)));
  const added = (factors: (gradient: Float64Array, i: number) => number) =>
    each[0].map((_, i) =>
      each.reduce((sum, gradient) => sum + gradient[i] * factors(gradient, i), 0)
    );
  const unclipped = added(() => 1);
  const factor = Math.min(1, records.length * clip / normOf(unclipped));
  const { layout: { paddedSizes: [first] } } = adam(initialOf(model, 3));
  const apart = added((gradient, i) => {
    const part = i < first ? gradient.subarray(0, first) : gradient.subarray(first);
    return Math.min(1, clip / normOf(part));
  });
  assertClose(numbers, added((gradient) => Math.min(1, clip / normOf(gradient))));
  for (const broken of [unclipped, unclipped.map((g) => g * factor), apart]) {
    assertThrows(() => assertClose(numbers, broken));
  }
});

Deno.test("Workers clip as one thread does, and find as many within the bound", async () => {
  await useBackend("wasm");
  const model = tinyModel("halo");
  const optimizer = adam(initialOf(model, 3));
  const clip = await medianNorm(model, records);
  const workers = await sharedGradients(model, train, optimizer, 1, 3);
  try {
    const found = await workers.compute(records, moment, clip);
    const { sum, unclipped } = await byDefinition(model, records, clip);
    assertEquals(found.unclipped, unclipped);
    assertClose(await numbersOf(found.gradients), sum);
    const none = await workers.compute(new Int32Array(), moment, clip);
    assertEquals(none.unclipped, 0);
    assertEquals((await numbersOf(none.gradients)).every((g) => g === 0), true);
  } finally {
    workers.dispose();
    optimizer.dispose();
  }
});

Deno.test("clipFactor() leaves short gradients as they are, and hides nothing that is no number", () => {
  assertEquals(clipFactor(0.5, 1), 1);
  assertEquals(clipFactor(0, 1), 1);
  assertAlmostEquals(clipFactor(4, 1), 0.25, 1e-5);
  assert(clipFactor(4, 1) < 0.25);
  assert(Number.isNaN(clipFactor(NaN, 1)));
});
