import { assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, useBackend } from "ehrloom";
import type { GradientModel, TrainingMoment } from "ehrloom/models/interface/model.ts";
import { type PaddedRows, paddedRows } from "ehrloom/models/rows/visit_rows.ts";
import { synteg, type SyntegConfig } from "ehrloom/models/synteg.ts";
import {
  nextRowLogits,
  rowConditions,
  rowNoise,
  rowsSeen,
  syntegMemory,
  visitEmbeddings,
} from "ehrloom/models/synteg/dependency.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { rowOf, rowsAt } from "ehrloom/nn/multi_hot.ts";
import { copied, type NamedTensors, toTensors } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import {
  golden,
  type GoldenArray,
  goldenCohort,
  goldenWeights,
  testOnBackends,
} from "../../golden.ts";
import { assertClose } from "../../nn/layer.ts";
import { tinyCohort } from "../../tiny.ts";
import { type Original, testRows, testTraining } from "../original.ts";

interface Form {
  probs_masked: number[];
  condition: GoldenArray;
  grad_norms: Record<string, number>;
  losses: number[];
  visit_embedding: GoldenArray;
}

interface DependencyGolden {
  config: Record<string, number>;
  records: { visits: number[][]; labels: number[] }[];
  dependency: {
    weights: Record<string, GoldenArray>;
    state_dict_keys: string[];
    reference: Form;
    corrected: Form;
    adam_lr: number;
  };
}

const { config: sizes, records, dependency } = golden<DependencyGolden>("synteg-tiny");
const cohort = goldenCohort(sizes.code_vocab_dim, sizes.label_vocab_dim, records);

function configOf(published: boolean): SyntegConfig {
  return {
    codes: sizes.code_vocab_dim,
    labels: sizes.label_vocab_dim,
    context: sizes.max_num_visit,
    visitLength: sizes.max_length_visit,
    width: sizes.embedding_dim,
    layers: 2,
    heads: sizes.num_head,
    feedForward: sizes.ff_dim,
    dropout: 0.1,
    lstmWidth: sizes.lstm_dim,
    lstmLayers: sizes.n_layer,
    condition: sizes.condition_dim,
    noise: sizes.z_dim,
    ganWidth: 16,
    ganEpochs: 1,
    ganBatch: 8,
    criticRate: 1e-3,
    generatorRate: 1e-3,
    gradientPenalty: sizes.gp_weight,
    averaged: !published,
    published,
  };
}

for (const [name, form] of [["corrected", false], ["reference", true]] as const) {
  const expected = dependency[name];
  const config = configOf(form);
  const original: Original = {
    model: { ...synteg.create(config), fromOriginal: copied }, // the first stage alone
    weights: goldenWeights(dependency.weights),
    cohort,
    loss: expected.losses[0],
    gradientNorms: expected.grad_norms,
    learningRate: dependency.adam_lr,
    losses: expected.losses,
  };
  testTraining(`synteg's dependency model, ${name}`, original);
  const conditionsOf = (p: NamedTensors, batch: PaddedRows) =>
    rowConditions(config, p, rowsSeen(config, batch), batch.records);
  const outputs: Record<string, [(p: NamedTensors, batch: PaddedRows) => tf.Tensor2D, number[]]> = {
    "visit embeddings": [
      (p, { inputs }) => visitEmbeddings(config, p, inputs),
      expected.visit_embedding.data,
    ],
    conditions: [conditionsOf, expected.condition.data],
    probabilities: [
      (p, batch) => tf.sigmoid(nextRowLogits(p, conditionsOf(p, batch))),
      expected.probs_masked,
    ],
  };
  for (const [what, [compute, numbers]] of Object.entries(outputs)) {
    testRows(`synteg's ${what} equal the original's, ${name}`, original, compute, numbers);
  }
}

Deno.test("synteg has the parameters of the original, by its names", () => {
  const model = synteg.create(configOf(false));
  const initial = drawn(model.initial, random(1));
  assertEquals(Object.keys(initial).sort(), dependency.state_dict_keys.toSorted());
  const all = { ...initial, ...drawn(model.adversary?.initial ?? {}, random(2)) };
  assertEquals(model.fromOriginal(model.toOriginal(all)), all);
});

testOnBackends("synteg's conditions are the same row by row and all at once", async () => {
  const config = configOf(false);
  const parameters = toTensors(goldenWeights(dependency.weights));
  const batch = paddedRows(config, cohort, Int32Array.of(2));
  const whole = tf.tidy(() => rowConditions(config, parameters, batch.inputs, 1));
  const expected = await whole.data();
  const remembered = syntegMemory(config, parameters);
  for (let row = 0; row < batch.rows; row++) {
    const condition = remembered.advance(rowsAt(batch.inputs, [row]));
    const from = row * config.condition;
    const wanted = expected.slice(from, from + config.condition);
    assertClose(await condition.data(), wanted, `row ${row}`);
    condition.dispose();
  }
  remembered.dispose();
  tf.dispose([whole, parameters]);
});

testOnBackends("synteg's generator is shown every row, the last as intended only", async () => {
  for (const published of [false, true]) {
    const config = configOf(published);
    const parameters = toTensors(goldenWeights(dependency.weights));
    const shown = await synteg.create(config).adversary?.examples(parameters, cohort);
    tf.dispose(parameters);
    if (shown === undefined) throw new Error("synteg has a second stage");
    const { rows, conditions } = shown;
    assertEquals(rows.rows, cohort.visitCount + (published ? 0 : cohort.recordCount));
    assertEquals(conditions.length, rows.rows * config.condition);
    const [classToken, end] = [config.codes + config.labels, config.codes + config.labels + 1];
    const all = Array.from({ length: rows.rows }, (_, r) => [...rowOf(rows, r)]);
    assertEquals(all.filter((row) => row.includes(classToken)).length, rows.rows);
    const ends = all.filter((row) => row.at(-1) === end).length;
    assertEquals(ends, published ? 0 : cohort.recordCount);
  }
});

const small = {
  width: 8,
  layers: 1,
  heads: 2,
  feedForward: 8,
  lstmWidth: 8,
  condition: 4,
};

/** Loss and gradients of records at a moment of training, summed. */
async function learned(
  model: GradientModel,
  source: Cohort,
  records: Int32Array,
  moment: TrainingMoment,
): Promise<Float32Array> {
  const parameters = toTensors(drawn(model.initial, random(2)));
  const names = Object.keys(parameters);
  const { value, grads } = tf.valueAndGrads((...tensors) =>
    model.loss(
      Object.fromEntries(names.map((name, i) => [name, tensors[i]])),
      source,
      records,
      moment,
    )
  )(Object.values(parameters));
  const all = await Promise.all([value, ...grads].map((tensor) => tensor.data<"float32">()));
  tf.dispose([parameters, value, grads]);
  return Float32Array.from(all.flatMap((numbers) => [...numbers]));
}

testOnBackends("synteg's dropout is a record's own: a batch learns what its parts do", async () => {
  const source = tinyCohort(24);
  const config = synteg.configFor(source, { ...small, lstmLayers: 2, dropout: 0.4 });
  const model = synteg.create(config);
  const before = tf.memory().numTensors;
  const records = Int32Array.from({ length: 12 }, (_, i) => i);
  const moment = { seed: 3, epoch: 2 };
  const whole = await learned(model, source, records, moment);
  const halves = await Promise.all(
    [[0, 5], [5, 12]].map(([from, to]) => learned(model, source, records.slice(from, to), moment)),
  );
  whole.forEach((number, i) =>
    assertAlmostEquals(halves[0][i] + halves[1][i], number, 1e-4 * (1 + Math.abs(number)))
  );
  const turned = await learned(model, source, records.toReversed(), moment);
  whole.forEach((number, i) =>
    assertAlmostEquals(turned[i], number, 1e-4 * (1 + Math.abs(number)))
  );
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("rowNoise() is another for each record, row, place, epoch and seed, whatever the batch", () => {
  const numbers = (
    { record = 3, row = 0, place = 0, seed = 1, epoch = 0, beside = [] as number[] },
  ) => {
    const records = Int32Array.of(...beside, record);
    const noise = rowNoise({ dropout: 0.1 }, records, 4, { seed, epoch });
    return noise?.(4 * beside.length + row, place).uniform();
  };
  const changes = [{}, { record: 4 }, { row: 1 }, { row: 2 }, { place: 1 }, { seed: 2 }, {
    epoch: 1,
  }];
  assertEquals(new Set(changes.map(numbers)).size, changes.length);
  assertEquals(numbers({ row: 2, beside: [7, 8] }), numbers({ row: 2 }));
  assertEquals(rowNoise({ dropout: 0 }, Int32Array.of(0), 4, { seed: 1, epoch: 0 }), undefined);
  assertEquals(rowNoise({ dropout: 0.1 }, Int32Array.of(0), 4), undefined);
});

Deno.test("synteg's dropout differs between epochs and seeds, and there is none in validation", async () => {
  await useBackend("cpu");
  const source = tinyCohort(24);
  const model = synteg.create(synteg.configFor(source, { ...small, dropout: 0.4 }));
  const records = Int32Array.of(0, 1, 2, 3);
  const lossAt = async (moment: TrainingMoment) =>
    (await learned(model, source, records, moment))[0];
  const first = await lossAt({ seed: 1, epoch: 0 });
  assertEquals(await lossAt({ seed: 1, epoch: 0 }), first);
  assertNotEquals(await lossAt({ seed: 1, epoch: 1 }), first);
  assertNotEquals(await lossAt({ seed: 2, epoch: 0 }), first);
  const parameters = toTensors(drawn(model.initial, random(2)));
  const none = synteg.create(synteg.configFor(source, { ...small, dropout: 0 }));
  const [judged, plain] = [
    tf.tidy(() => model.loss(parameters, source, records)),
    tf.tidy(() => none.loss(parameters, source, records, { seed: 1, epoch: 0 })),
  ];
  assertEquals(await judged.data(), await plain.data());
  tf.dispose([parameters, judged, plain]);
});
