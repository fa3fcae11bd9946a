import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { halo, haloLogits } from "ehrloom/models/halo.ts";
import { packedRows, paddedRows, type VisitRows } from "ehrloom/models/rows/visit_rows.ts";
import { visitHistories } from "ehrloom/models/rows/visit_transformer.ts";
import type { Sampler } from "ehrloom/models/interface/model.ts";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
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
import { columnsOn, testTraining, uniformSteps, writtenSteps } from "./original.ts";

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
  publishedStart: false,
  labelsInHead: false,
  codesSoFar: false,
  calibrate: false,
  waits: 0,
  exclusiveBins: false,
  headRank: 0,
  headBlock: 256,
};
const model = halo.create(config);

testTraining("halo", {
  model,
  weights: goldenWeights(file.weights),
  cohort,
  loss: file.loss,
  gradientNorms: file.grad_norms,
  learningRate: file.adam_lr,
  losses: file.losses,
});

testOnBackends("halo.loss()'s gradients have the norm that an optimizer reports", async () => {
  const optimizer = adam(model.fromOriginal(goldenWeights(file.weights)));
  const names = Object.keys(optimizer.parameters());
  const divisor = model.lossDivisor(cohort, all.length);
  const { value, grads } = tf.valueAndGrads((...tensors) =>
    tf.div(
      model.loss(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), cohort, all),
      divisor,
    )
  )(Object.values(optimizer.parameters()));
  value.dispose();
  const squares = Object.values(file.grad_norms).reduce((sum, norm) => sum + norm ** 2, 0);
  const norm = await optimizer.step(grads, file.adam_lr);
  assertAlmostEquals(norm, Math.sqrt(squares), 1e-3 * norm);
  optimizer.dispose();
});

const layouts: Readonly<Record<string, () => VisitRows>> = {
  padded: () => paddedRows(config, cohort, all),
  packed: () => packedRows(config, cohort, all),
  "packed and then padded": () => packedRows(config, cohort, all, 64),
};
for (const [layout, batchOf] of Object.entries(layouts)) {
  testOnBackends(`halo's histories and logits of ${layout} rows equal the original's`, async () => {
    const parameters = toTensors(model.fromOriginal(goldenWeights(file.weights)));
    const batch = batchOf();
    const hidden = tf.tidy(() => visitHistories(config, parameters, batch));
    const logits = tf.tidy(() => haloLogits(config, parameters, batch));
    const [foundHidden, foundLogits] = [await hidden.data(), await logits.data()];
    for (const record of all) {
      const first = batch.offsets[record];
      for (let r = first; r < batch.offsets[record + 1] && batch.mask[r] === 1; r++) {
        for (
          const [name, found, expected, width, rows] of [
            ["hidden", foundHidden, file.hidden, config.width, config.context],
            ["logits", foundLogits, file.logits, columns, config.context - 1],
          ] as const
        ) {
          const at = record * rows + r - first;
          const difference = largestDifference(
            found.slice(r * width, (r + 1) * width),
            expected.slice(at * width, (at + 1) * width),
          );
          const where = `${name} of record ${record} row ${r - first}`;
          assert(difference < 1e-4, `${where} differ by ${difference}`);
        }
      }
    }
    tf.dispose([hidden, logits, parameters]);
  });
}

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

const startRows = (records: number) =>
  rowsFrom(Array.from({ length: records }, () => [codes + labels]));
const uniforms = uniformSteps(extra.sampling.uniforms);
const [, sampled] = extra.sampling.uniforms.shape;
const original = { model, weights: goldenWeights(file.weights) };

for (const sampler of ["fixed-point", "block-order"] satisfies Sampler[]) {
  testOnBackends(
    `the ${sampler} sampler draws the original's rows from equal uniforms`,
    async () => {
      const found = await writtenSteps(original, [startRows(sampled)], uniforms, sampler);
      assertEquals(found, columnsOn(extra.sampling.rows));
    },
  );

  testOnBackends(`the ${sampler} sampler draws the original's rows from given labels`, async () => {
    const first = [startRows(sampled), sparse(extra.conditional.label_rows.flat(), columns)];
    const found = await writtenSteps(original, first, uniforms.slice(1), sampler);
    assertEquals(found, columnsOn(extra.conditional.rows));
  });

  testOnBackends(`the ${sampler} sampler draws the original's greedy rows`, async () => {
    const half = new Float32Array(columns).fill(0.5); // on where the probability is above it
    const steps = new Array<Float32Array>(file.greedy.length - 1).fill(half);
    const shape = [1, file.greedy.length, columns];
    const expected = columnsOn({ shape, data: file.greedy.flat() });
    assertEquals(await writtenSteps(original, [startRows(1)], steps, sampler), expected);
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
  assertEquals(sum(({ hits }) => hits?.truePositives ?? NaN), truePositives);
  assertEquals(sum(({ hits }) => hits?.falsePositives ?? NaN), falsePositives);
  assertEquals(sum(({ hits }) => hits?.falseNegatives ?? NaN), falseNegatives);
});

testOnBackends("halo.loss() weighs cells that are on", async () => {
  const weighted = halo.create({ ...config, positiveWeight: 3 });
  const parameters = toTensors(model.fromOriginal(goldenWeights(file.weights)));
  const loss = tf.tidy(() => weighted.loss(parameters, cohort, all));
  const found = (await loss.data())[0] / weighted.lossDivisor(cohort, all.length);
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
