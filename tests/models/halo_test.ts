import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { blockOrderRows } from "ehrloom/generate/block_order.ts";
import { fixedPointRows } from "ehrloom/generate/fixed_point.ts";
import { rowsFrom } from "ehrloom/generate/row_lists.ts";
import { halo, haloHistories, haloLogits } from "ehrloom/models/halo.ts";
import { visitRows } from "ehrloom/models/visit_rows.ts";
import type { MaskedHead } from "ehrloom/nn/masked_head.ts";
import type { MultiHot } from "ehrloom/nn/multi_hot.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import {
  golden,
  type GoldenArray,
  goldenCohort,
  goldenWeights,
  largestDifference,
  sparse,
  testOnBackends,
} from "../golden.ts";

interface HaloGolden {
  config: Record<string, number>;
  records: { visits: number[][]; labels: number[] }[];
  weights: Record<string, GoldenArray>;
  probs_masked: number[];
  loss: number;
  hidden: number[];
  logits: number[];
  grad_norms: Record<string, number>;
  adam_lr: number;
  losses: number[];
  state_dict_keys: string[];
  greedy: number[][];
}

const file = golden<HaloGolden>("halo-tiny");
const codes = file.config.code_vocab_size;
const labels = file.config.label_vocab_size;
const columns = file.config.total_vocab_size;
const cohort = goldenCohort(codes, labels, file.records);
const all = Int32Array.from(file.records.keys());
const config = {
  codes,
  labels,
  context: file.config.n_ctx,
  positions: file.config.n_positions,
  width: file.config.n_embd,
  layers: file.config.n_layer,
  heads: file.config.n_head,
  epsilon: file.config.layer_norm_epsilon,
  positiveWeight: 1,
};
const model = halo.create(config);

testOnBackends("halo.loss() and its gradients equal the original's", async () => {
  const parameters = toTensors(model.fromOriginal(goldenWeights(file.weights)));
  const names = Object.keys(parameters);
  const { value, grads } = tf.valueAndGrads((...tensors) =>
    model.loss(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), cohort, all)
  )(Object.values(parameters));
  const divisor = model.lossDivisor(all.length);
  assertAlmostEquals((await value.data())[0] / divisor, file.loss, 1e-4 * file.loss);
  for (const [i, name] of names.entries()) {
    const expected = file.grad_norms[name];
    const norm = tf.tidy(() => tf.norm(grads[i]));
    const found = (await norm.data())[0] / divisor;
    norm.dispose();
    const tolerance = expected < 1e-6 ? 1e-8 : 1e-3 * expected;
    assert(Math.abs(found - expected) <= tolerance, `${name}: ${found}, wanted ${expected}`);
  }
  tf.dispose([parameters, value, grads]);
});

testOnBackends("halo trains like the original: five Adam losses", async () => {
  const optimizer = adam(model.fromOriginal(goldenWeights(file.weights)));
  const divisor = model.lossDivisor(all.length);
  for (const expected of file.losses) {
    const parameters = optimizer.parameters();
    const names = Object.keys(parameters);
    const { value, grads } = tf.valueAndGrads((...tensors) =>
      tf.div(
        model.loss(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), cohort, all),
        divisor,
      )
    )(Object.values(parameters));
    assertAlmostEquals((await value.data())[0], expected, 1e-4 * expected);
    value.dispose();
    const squares = Object.values(file.grad_norms).reduce((sum, norm) => sum + norm ** 2, 0);
    const norm = await optimizer.step(grads, file.adam_lr);
    if (expected === file.losses[0]) assertAlmostEquals(norm, Math.sqrt(squares), 1e-3 * norm);
  }
  optimizer.dispose();
});

testOnBackends("halo's histories and logits equal the original's", async () => {
  const parameters = toTensors(model.fromOriginal(goldenWeights(file.weights)));
  const batch = visitRows(config, cohort, all);
  const hidden = tf.tidy(() => haloHistories(config, parameters, batch.inputs, all.length));
  const logits = tf.tidy(() => haloLogits(config, parameters, batch));
  const [foundHidden, foundLogits] = [await hidden.data(), await logits.data()];
  for (let r = 0; r < batch.mask.length; r++) {
    if (batch.mask[r] === 0) continue;
    const record = Math.floor(r / batch.rows);
    const row = r % batch.rows;
    for (
      const [name, found, expected, width, rows] of [
        ["hidden", foundHidden, file.hidden, config.width, config.context],
        ["logits", foundLogits, file.logits, columns, config.context - 1],
      ] as const
    ) {
      const difference = largestDifference(
        found.slice(r * width, (r + 1) * width),
        expected.slice((record * rows + row) * width, (record * rows + row + 1) * width),
      );
      assert(difference < 1e-4, `${name} of record ${record} row ${row} differ by ${difference}`);
    }
  }
  tf.dispose([hidden, logits, parameters]);
});

interface HaloExtra {
  loss_pos_weight_3: number;
  metrics: {
    confusion: [[number, number], [number, number]];
    n_visits: number;
    n_positive_codes: number;
  };
  log_probability_per_record: number[];
  sampling: { uniforms: GoldenArray; rows: GoldenArray };
  conditional: { label_rows: number[][]; rows: GoldenArray };
}
const extra = golden<HaloExtra>("halo-extra-tiny");

/**
 * Writes rows with given uniforms, whatever ends a record.
 *
 * @param first rows that the records begin with
 * @param uniforms [records × columns] for each further row
 * @returns [records × rows × columns]
 */
async function written(
  first: MultiHot[],
  uniforms: Float32Array[],
  draw: (head: MaskedHead, history: tf.Tensor2D, uniforms: Float32Array) => Promise<MultiHot>,
): Promise<number[]> {
  const parameters = toTensors(model.fromOriginal(goldenWeights(file.weights)));
  const stepper = model.stepper(parameters);
  const rows = [...first];
  for (const given of first.slice(0, -1)) stepper.advance(given).dispose();
  for (const step of uniforms) {
    const history = stepper.advance(rows[rows.length - 1]);
    rows.push(await draw(stepper.head, history, step));
    history.dispose();
  }
  stepper.dispose();
  tf.dispose(parameters);
  return Array.from(
    { length: first[0].rows },
    (_, record) =>
      rows.flatMap(({ offsets, columns: on }) => {
        const dense = new Array<number>(columns).fill(0);
        on.subarray(offsets[record], offsets[record + 1]).forEach((c) => dense[c] = 1);
        return dense;
      }),
  ).flat();
}

const samplers = {
  "the fixed-point sampler": async (
    head: MaskedHead,
    history: tf.Tensor2D,
    uniforms: Float32Array,
  ) => (await fixedPointRows(head, history, uniforms)).rows,
  "the block-order sampler": blockOrderRows,
};
const startRows = (records: number) =>
  rowsFrom(Array.from({ length: records }, () => [codes + labels]));
const [stepCount, sampled] = extra.sampling.uniforms.shape;
const uniforms = Array.from({ length: stepCount }, (_, step) => {
  const size = sampled * columns;
  return Float32Array.from(extra.sampling.uniforms.data.slice(step * size, (step + 1) * size));
});

for (const [name, draw] of Object.entries(samplers)) {
  testOnBackends(`${name} draws the original's rows from equal uniforms`, async () => {
    assertEquals(await written([startRows(sampled)], uniforms, draw), extra.sampling.rows.data);
  });

  testOnBackends(`${name} draws the original's rows from given labels`, async () => {
    const given = sparse(extra.conditional.label_rows.flat(), columns);
    assertEquals(
      await written([startRows(sampled), given], uniforms.slice(1), draw),
      extra.conditional.rows.data,
    );
  });

  testOnBackends(`${name} draws the original's greedy rows`, async () => {
    const half = new Float32Array(columns).fill(0.5); // on where the probability is above it
    const steps = new Array<Float32Array>(file.greedy.length - 1).fill(half);
    assertEquals(await written([startRows(1)], steps, draw), file.greedy.flat());
  });
}

testOnBackends("halo.likelihoods() gives the original's test metrics", async () => {
  const parameters = toTensors(model.fromOriginal(goldenWeights(file.weights)));
  const found = await model.likelihoods(parameters, cohort, all);
  tf.dispose(parameters);
  assert(
    largestDifference(
      found.map(({ logProbability }) => logProbability),
      extra.log_probability_per_record,
    ) < 1e-4 * 200, // relative to the largest of them
  );
  const sum = (of: (one: typeof found[number]) => number) =>
    found.reduce((total, one) => total + of(one), 0);
  const [[, falsePositives], [falseNegatives, truePositives]] = extra.metrics.confusion;
  assertEquals(sum(({ visits }) => visits), extra.metrics.n_visits);
  assertEquals(sum(({ positives }) => positives), extra.metrics.n_positive_codes);
  assertEquals(sum(({ truePositives }) => truePositives), truePositives);
  assertEquals(sum(({ falsePositives }) => falsePositives), falsePositives);
  assertEquals(sum(({ falseNegatives }) => falseNegatives), falseNegatives);
});

testOnBackends("halo.loss() weighs cells that are on", async () => {
  const weighted = halo.create({ ...config, positiveWeight: 3 });
  const parameters = toTensors(model.fromOriginal(goldenWeights(file.weights)));
  const loss = tf.tidy(() => weighted.loss(parameters, cohort, all));
  const found = (await loss.data())[0] / weighted.lossDivisor(all.length);
  tf.dispose([loss, parameters]);
  assertAlmostEquals(found, extra.loss_pos_weight_3, 1e-4 * found);
});

Deno.test("halo.toOriginal() has every key of the original's state dict", () => {
  const stateDict = model.toOriginal(model.fromOriginal(goldenWeights(file.weights)));
  assertEquals(Object.keys(stateDict).sort(), file.state_dict_keys.toSorted());
});

Deno.test("halo.fromOriginal() refuses a tensor of another shape", () => {
  const weights = goldenWeights(file.weights);
  weights["transformer.ln_f.weight"] = { shape: [3], numbers: new Float32Array(3) };
  assertThrows(() => model.fromOriginal(weights), RangeError, "[3], wanted [16]");
});
