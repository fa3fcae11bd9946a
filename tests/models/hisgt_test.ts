import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { sequenceRows, tokensOf } from "ehrloom/models/tokens/code_tokens.ts";
import {
  hisgt,
  type HisgtConfig,
  hisgtHistories,
  hisgtLoss,
  hisgtLosses,
  hisgtMemory,
} from "ehrloom/models/hisgt.ts";
import { gpt, gptLogits } from "ehrloom/models/gpt.ts";
import type { GradientModel } from "ehrloom/models/interface/model.ts";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import {
  golden,
  type GoldenArray,
  goldenCohort,
  goldenWeights,
  largestDifference,
  testOnBackends,
} from "../golden.ts";
import { testTraining, writtenSteps } from "./original.ts";

interface HisgtGolden {
  config: Record<string, number>;
  records: { visits: number[][]; labels: number[] }[];
  input: number[][];
  semantic_table: GoldenArray;
  hierarchy_table: GoldenArray;
  weights: Record<string, GoldenArray>;
  state_dict_keys: string[];
  hidden: GoldenArray;
  logits: GoldenArray;
  sequence_loss: number;
  semantic_loss: number;
  hierarchy_loss: number;
  loss: number;
  n_nonpad_inputs: number;
  n_targets: number;
  adam_lr: number;
  modes: Record<"untied" | "tied", { grad_norms: Record<string, number>; losses: number[] }>;
  ablations: Record<string, Record<string, number | boolean | null>>;
  greedy: { tokens: number[]; max_logit: number[] };
}

const file = golden<HisgtGolden>("hisgt-tiny");
const embeddingName = "transformer.code_embed_mat.weight";
const weights = goldenWeights({
  ...file.weights,
  "ehr_head.decoder.weight": file.weights[embeddingName],
  semantic_table: file.semantic_table,
  hierarchy_table: file.hierarchy_table,
});
const config: HisgtConfig = {
  codes: file.config.code_vocab_size,
  labels: file.config.label_vocab_size,
  context: file.config.n_ctx,
  positions: file.config.n_positions,
  width: file.config.n_embd,
  layers: file.config.n_layer,
  heads: file.config.n_head,
  epsilon: file.config.layer_norm_epsilon,
  tied: true,
  publishedStart: true,
  labelsInHead: false,
  calibrate: false,
  semantic: true,
  semanticWidth: file.config.semantic_dim,
  semanticWeight: file.config.beta,
  hierarchy: true,
  hierarchyWeight: file.config.gamma,
  graphSteps: 10,
};
const pad = file.config.total_vocab_size - 1;
const start = config.codes + config.labels;
// as the original had them: codes in any order, one twice, a visit without any
const sequences = file.input.map((ids) => ids.filter((id) => id !== pad));
const batch = sequenceRows(sequences, 0);
const cohort = goldenCohort(config.codes, config.labels, file.records);

/** The model on the file's sequences, whatever records it is asked about. */
function onSequences(config: HisgtConfig): GradientModel {
  return {
    ...hisgt.create(config),
    loss: (parameters) => hisgtLoss(config, parameters, batch),
    lossDivisor: () => batch.targets.columns.length,
  };
}

Deno.test("sequenceRows() counts the original's inputs and targets", () => {
  assertEquals(batch.inputs.columns.length, file.n_nonpad_inputs);
  assertEquals(batch.targets.columns.length, file.n_targets);
});

for (const mode of ["tied", "untied"] as const) {
  testTraining(mode === "tied" ? "hisgt" : "hisgt with tied=false, as published", {
    model: onSequences({ ...config, tied: mode === "tied" }),
    weights,
    cohort,
    loss: file.loss,
    gradientNorms: { ...file.modes[mode].grad_norms, semantic_table: 0, hierarchy_table: 0 },
    learningRate: file.adam_lr,
    losses: file.modes[mode].losses,
  });
}

testOnBackends("hisgt's histories, logits and three losses equal the original's", async () => {
  const parameters = toTensors(hisgt.create(config).fromOriginal(weights));
  const { history, logits, losses } = tf.tidy(() => {
    const history = hisgtHistories(config, parameters, batch);
    const losses = hisgtLosses(config, parameters, batch);
    return { history, logits: gptLogits(parameters, history), losses: { ...losses } };
  });
  const steps = batch.inputs.rows / batch.records;
  for (
    const [tensor, { shape: [, context, width], data }] of [
      [history, file.hidden],
      [logits, file.logits],
    ] as const
  ) {
    const found = await tensor.data();
    for (const [record, ids] of sequences.entries()) {
      for (const step of ids.keys()) {
        const at = (record * steps + step) * width;
        const from = (record * context + step) * width;
        const expected = data.slice(from, from + width);
        assert(largestDifference(found.slice(at, at + width), expected) < 1e-4);
      }
    }
  }
  const { sequence, semantic, hierarchy } = losses;
  for (
    const [tensor, count, expected] of [
      [sequence, file.n_targets, file.sequence_loss],
      [semantic, file.n_nonpad_inputs, file.semantic_loss],
      [hierarchy, file.n_nonpad_inputs, file.hierarchy_loss],
    ] as const
  ) {
    assert(tensor !== undefined);
    assertAlmostEquals((await tensor.data())[0] / count, expected, 1e-4 * expected);
  }
  tf.dispose([parameters, history, logits, losses]);
});

for (const [name, figures] of Object.entries(file.ablations)) {
  testOnBackends(`hisgt's loss equals the original's, ${name}`, async () => {
    const model = onSequences({
      ...config,
      semantic: Boolean(figures.flag_vec_semantic),
      hierarchy: Boolean(figures.flag_vec_hierarchy),
    });
    const parameters = toTensors(model.fromOriginal(weights));
    const loss = tf.tidy(() => model.loss(parameters, cohort, new Int32Array()));
    const expected = Number(figures.loss);
    assertAlmostEquals((await loss.data())[0] / file.n_targets, expected, 1e-4 * expected);
    tf.dispose([parameters, loss]);
  });
}

testOnBackends(
  "hisgt has gradients where its other losses weigh nothing, and is judged alike",
  async () => {
    const model = hisgt.create({ ...config, semanticWeight: 0, hierarchyWeight: 0 });
    const parameters = toTensors(model.fromOriginal(weights));
    const records = Int32Array.of(0, 1, 2, 3);
    const names = Object.keys(parameters);
    const { value, grads } = tf.valueAndGrads((...tensors) =>
      model.loss(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), cohort, records)
    )(Object.values(parameters));
    const head = grads[names.indexOf("semantic_head.weight")];
    assert((await head.data()).every((x) => x === 0));
    const validation = hisgt.create(config).validationLoss;
    assert(validation !== undefined);
    const judged = tf.tidy(() => validation(parameters, cohort, records));
    assertAlmostEquals((await judged.data())[0], (await value.data())[0], 1e-3);
    tf.dispose([parameters, value, grads, judged]);
  },
);

testOnBackends("hisgt without descriptions and hierarchy is a GPT", async () => {
  const plain = hisgt.create({ ...config, semantic: false, hierarchy: false });
  const parameters = toTensors(plain.fromOriginal(weights));
  const records = Int32Array.of(0, 1, 2, 3);
  const [found, expected] = [plain, gpt.create(config)].map((model) => {
    assertEquals(Object.keys(model.initial), Object.keys(parameters));
    assertEquals(model.lossDivisor(cohort, 4), file.n_targets - 1); // a code is there twice
    return tf.tidy(() => model.loss(parameters, cohort, records));
  });
  assertAlmostEquals((await found.data())[0], (await expected.data())[0], 1e-3);
  tf.dispose([parameters, found, expected]);
});

testOnBackends(
  "hisgt's likeliest tokens, by cached keys, are the original's greedy ones",
  async () => {
    const parameters = toTensors(hisgt.create(config).fromOriginal(weights));
    const memory = hisgtMemory(config, parameters);
    const { tokens, max_logit } = file.greedy;
    const found = [start];
    while (found.length < tokens.length) {
      const history = memory.advance(rowsFrom([[found[found.length - 1]]]));
      const logits = gptLogits(parameters, history);
      const numbers = await logits.data();
      const most = Math.max(...numbers);
      assertAlmostEquals(most, max_logit[found.length - 1], 1e-4);
      found.push(numbers.indexOf(most));
      tf.dispose([history, logits]);
    }
    memory.dispose();
    tf.dispose(parameters);
    assertEquals(found, tokens);
  },
);

testOnBackends(
  "hisgt draws each token by the softmax of what came before, without caches",
  async () => {
    const model = hisgt.create(config);
    const uniforms = Array.from({ length: 8 }, (_, i) => Float32Array.of(0.05 + 0.11 * i, 0.5));
    const first = rowsFrom([[start], [start]]);
    const written = await writtenSteps({ model, weights }, [first], uniforms);
    const parameters = toTensors(model.fromOriginal(weights));
    for (const [record, steps] of written.entries()) {
      const tokens = steps.flat();
      const prefix = sequenceRows([tokens.slice(0, -1)], 0);
      const probabilities = tf.tidy(() =>
        tf.softmax(gptLogits(parameters, hisgtHistories(config, parameters, prefix)))
      );
      const numbers = Array.from(await probabilities.data());
      probabilities.dispose();
      for (const [step, uniform] of uniforms.entries()) {
        const row = numbers.slice(step * (pad + 1), (step + 1) * (pad + 1));
        const below = row.slice(0, tokens[step + 1]).reduce((sum, p) => sum + p, 0);
        const tolerance = 1e-5; // float32, summed in another order
        assert(below <= uniform[record] + tolerance, `${record}, ${step}`);
        assert(below + row[tokens[step + 1]] > uniform[record] - tolerance, `${record}, ${step}`);
      }
    }
    tf.dispose(parameters);
  },
);

Deno.test("hisgt.toOriginal() has every key of the original's state dict, and the tables", () => {
  const model = hisgt.create(config);
  const stateDict = model.toOriginal(model.fromOriginal(weights));
  const expected = [...file.state_dict_keys, "semantic_table", "hierarchy_table"];
  assertEquals(Object.keys(stateDict).sort(), expected.sort());
  for (const [name, array] of Object.entries(weights)) assertEquals(stateDict[name], array);
});

Deno.test("hisgt reads a record's sequence as it is laid out, to its last token", () => {
  const model = hisgt.create(config);
  for (let record = 0; record < cohort.recordCount; record++) {
    assertEquals(model.rowsOf(cohort, record), tokensOf(config, cohort, record).length);
  }
});

Deno.test("hisgt.configFor() weighs its losses by widths, and takes those of embeddings", () => {
  const set = { width: 24, heads: 2 };
  const made = hisgt.configFor(cohort, set);
  assertEquals(made.semanticWidth, 30); // as many as codes
  assertEquals(made.semanticWeight, 0.8 / 30);
  assertEquals(made.hierarchyWeight, 0.5 / 24);
  const embeddings = { keys: [], width: 7, vectors: new Float32Array(), source: '"v.json"' };
  assertEquals(hisgt.configFor(cohort, set, { embeddings }).semanticWidth, 7);
  assertThrows(
    () => hisgt.configFor(cohort, { ...set, semanticWidth: 8 }, { embeddings }),
    RangeError,
    'Cannot use "v.json": its vectors have width 7, but semanticWidth is 8',
  );
});
