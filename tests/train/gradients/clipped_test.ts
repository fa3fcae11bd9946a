import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { cohortOf, recordLists } from "ehrloom/cohort/records.ts";
import { type Cohort, splitOf } from "ehrloom/cohort/cohort.ts";
import { modelFamily } from "ehrloom/models/mod.ts";
import type { GradientModel } from "ehrloom/models/interface/model.ts";
import type { ModelConfig } from "ehrloom/models/interface/settings.ts";
import { adam, type Gradients } from "ehrloom/nn/optimizer.ts";
import type { NamedArrays } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import type { Room } from "ehrloom/nn/room.ts";
import { initialOf } from "ehrloom/train/fit.ts";
import { clipFactor } from "ehrloom/train/gradients/clipped.ts";
import { localGradients } from "ehrloom/train/gradients/local.ts";
import { passGradients } from "ehrloom/train/gradients/pass.ts";
import { sharedGradients } from "ehrloom/train/gradients/workers.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { testOnBackends } from "../../golden.ts";
import { tinyCohort, tinySettings } from "../../tiny.ts";

const source = timedCohort(tinyCohort(40));
const train = splitOf(source, "train");
const moment = { seed: 1, epoch: 0 };
/** The share of the bound that clipped gradients use. */
const within = 0.999;
/** Sums of float32 in another order differ by this, relative to the largest number. */
const tolerance = 1e-4;

/** The same records, with days between their visits. */
function timedCohort(cohort: Cohort): Cohort {
  const { vocabulary, labelNames } = cohort;
  const lists = Array.from(cohort.subjectIds, (_, record) => {
    const list = recordLists(cohort, record);
    return { ...list, gapDays: list.visits.map((_, visit) => 3 * visit) };
  });
  return cohortOf(vocabulary, labelNames, lists);
}

function tinyModel(name: string, settings: ModelConfig = {}): GradientModel {
  const family = modelFamily(name);
  const known = Object.entries(tinySettings).filter(([key]) => key in family.settings);
  const config = family.configFor(source, { ...Object.fromEntries(known), ...settings });
  const model = family.create(config, family.schemaFor?.(source, config));
  if ("learn" in model) throw new Error(`${name} does not descend`);
  return model;
}

/** Parameters to begin with; tables that are worked out before training have random numbers. */
function begun(model: GradientModel): NamedArrays {
  const arrays = initialOf(model, 3);
  const tables = Object.entries(model.initial).filter(([, { isComputed }]) => isComputed);
  for (const [i, [name]] of tables.entries()) {
    const draws = random(4, i);
    arrays[name].numbers.forEach((_, at, numbers) => numbers[at] = draws.normal());
  }
  return arrays;
}

async function numbersOf(gradients: Gradients): Promise<Float32Array> {
  if (gradients instanceof Float32Array) return gradients.slice();
  if (Array.isArray(gradients)) throw new Error("clipped gradients are flat");
  const numbers = await gradients.data<"float32">();
  gradients.dispose();
  return numbers.slice();
}

/** Gradients of a record's loss alone, in float64, by the optimizer's order. */
async function gradientOf(
  model: GradientModel,
  record: number,
): Promise<{ gradient: Float64Array; loss: number }> {
  const optimizer = adam(begun(model));
  const { layout } = optimizer;
  const records = Int32Array.of(record);
  const { value, grads } = passGradients(
    (tensors) => model.loss(tensors, train, records, moment),
    optimizer.parameters(),
  );
  const flat = new Float64Array(layout.length);
  for (const [i, grad] of grads.entries()) flat.set(await grad.data(), layout.starts[i]);
  const [loss] = await value.data();
  tf.dispose([value, grads]);
  optimizer.dispose();
  return { gradient: flat, loss };
}

const normOf = (gradient: Float64Array) => Math.hypot(...gradient);

/** The definition: each gradient over its norm where that is above the bound, and added. */
async function byDefinition(model: GradientModel, records: Int32Array, clip: number) {
  let sum = new Float64Array();
  let unclipped = 0;
  let loss = 0;
  for (const record of records) {
    const { gradient, loss: own } = await gradientOf(model, record);
    loss += own;
    const norm = normOf(gradient);
    if (norm <= within * clip) unclipped++;
    if (sum.length === 0) sum = new Float64Array(gradient.length);
    gradient.forEach((g, i) => sum[i] += g * Math.min(1, within * clip / norm));
  }
  return { sum, loss, unclipped };
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
  for (const record of records) norms.push(normOf((await gradientOf(model, record)).gradient));
  return norms.toSorted((a, b) => a - b)[Math.floor(norms.length / 2)] * 1.002;
}

async function clipped(model: GradientModel, records: Int32Array, clip: number, room?: Room) {
  const optimizer = adam(begun(model));
  const gradients = localGradients(model, train, optimizer, 1, room);
  const { loss, gradients: sum, unclipped } = await gradients.compute(records, moment, clip);
  const numbers = await numbersOf(sum);
  optimizer.dispose();
  return { loss, numbers, unclipped };
}

const records = Int32Array.of(0, 3, 4, 7, 11, 12, 18);

/** Each model, and settings that give it other layers. */
const forms: readonly [name: string, settings: ModelConfig][] = [
  ["halo", {}],
  ["halo", { codesSoFar: true }],
  ["halo", { codesSoFar: true, numbers: 3, labelsInHead: false }],
  ["halo", { waits: 2 }],
  ["halo", { headRank: 2, headBlock: 3 }],
  ["halo-coarse", {}],
  ["halo-coarse", { tied: false, codesSoFar: true }],
  ["halo-coarse", { calibrate: false, labelsInHead: false }],
  ["gpt", {}],
  ["gpt", { tied: false }],
  ["gpt", { calibrate: false, labelsInHead: false, numbers: 3 }],
  ["lstm", {}],
  ["lstm", { layers: 2, numbers: 3, labelsInHead: false }],
  ["hisgt", {}],
  ["hisgt", { semantic: false, tied: false }],
  ["hisgt", { hierarchy: false, semanticWeight: 0.5 }],
  ["synehrgy", {}],
  ["synehrgy", { softLabels: true, calibrate: false, published: true }],
];

for (const [name, settings] of forms) {
  testOnBackends(
    `the clipped gradients of ${name} with ${
      JSON.stringify(settings)
    } are those of each patient, ` +
      "clipped and added",
    async () => {
      const model = tinyModel(name, settings);
      assert(model.separateLoss !== undefined);
      const clip = await medianNorm(model, records);
      const before = tf.memory().numTensors;
      const { loss, numbers, unclipped } = await clipped(model, records, clip);
      assertEquals(tf.memory().numTensors, before);
      const { sum, loss: whole, unclipped: wanted } = await byDefinition(model, records, clip);
      assertEquals([unclipped, wanted], [4, 4]);
      assertClose(numbers, sum);
      assertAlmostEquals(loss, whole, 1e-5 * whole);
    },
  );
}

testOnBackends("a model whose layers know no norms is clipped record by record", async () => {
  const { separateLoss: _, ...model } = tinyModel("halo");
  const clip = await medianNorm(model, records);
  const { numbers, unclipped } = await clipped(model, records, clip);
  const { sum } = await byDefinition(model, records, clip);
  assertEquals(unclipped, 4);
  assertClose(numbers, sum);
});

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

testOnBackends("clipped gradients of no patients are zeros, and bounds are kept", async () => {
  const model = tinyModel("halo");
  const none = await clipped(model, new Int32Array(), 1);
  assertEquals([none.loss, none.unclipped], [0, 0]);
  assertEquals(none.numbers.every((g) => g === 0), true);
  const { numbers } = await clipped(model, Int32Array.of(5), 0.01);
  const norm = Math.hypot(...numbers);
  assert(norm <= 0.01 && norm > 0.00998, `${norm}`);
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
  const each = await Promise.all(
    Array.from(records, async (record) => (await gradientOf(model, record)).gradient),
  );
  const added = (factors: (gradient: Float64Array, i: number) => number) =>
    each[0].map((_, i) =>
      each.reduce((sum, gradient) => sum + gradient[i] * factors(gradient, i), 0)
    );
  const unclipped = added(() => 1);
  const factor = Math.min(1, records.length * clip / normOf(unclipped));
  const { layout: { paddedSizes: [first] } } = adam(begun(model));
  const apart = added((gradient, i) => {
    const part = i < first ? gradient.subarray(0, first) : gradient.subarray(first);
    return Math.min(1, within * clip / normOf(part));
  });
  assertClose(numbers, added((gradient) => Math.min(1, within * clip / normOf(gradient))));
  for (const broken of [unclipped, unclipped.map((g) => g * factor), apart]) {
    assertThrows(() => assertClose(numbers, broken));
  }
});

Deno.test("Workers clip as one thread does, and find as many within the bound", async () => {
  await useBackend("wasm");
  const model = tinyModel("halo");
  const optimizer = adam(begun(model));
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
  assertAlmostEquals(clipFactor(4, 1), 0.25 * within, 1e-12);
  assert(clipFactor(4, 1) < 0.25);
  assert(Number.isNaN(clipFactor(NaN, 1)));
});
