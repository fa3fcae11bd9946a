import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  specialTokens,
  tokenCodec,
  tokenRows,
  tokensOf,
} from "ehrloom/models/tokens/code_tokens.ts";
import { gpt, type GptConfig, gptHistories, gptLogits, gptMemory } from "ehrloom/models/gpt.ts";
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
import { testTraining, uniformSteps, writtenSteps } from "./original.ts";

interface GptGolden {
  config: Record<string, number>;
  records: { visits: number[][]; labels: number[] }[];
  special: Record<string, number>;
  weights: Record<string, GoldenArray>;
  state_dict_keys: string[];
  input_ids: number[][];
  loss: number;
  losses: { untied: number[]; single_parameter: number[] };
  grad_norms: Record<string, number>;
  grad_norm_true_tied_embedding: number;
  adam_lr: number;
  hidden_first_record: number[];
  logits_first_record: number[];
  logits_last_position: number[];
  sample_uniforms: GoldenArray;
  sample_ids: number[][];
  greedy: number[];
}

const file = golden<GptGolden>("gpt-tiny");
const weights = goldenWeights(file.weights);
const sizes = { codes: file.config.code_vocab_size, labels: file.config.label_vocab_size };
const cohort = goldenCohort(sizes.codes, sizes.labels, file.records);
const config: GptConfig = {
  ...sizes,
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
};
const tied = gpt.create(config);
const untied = gpt.create({ ...config, tied: false });
const { start, end_record, pad } = file.special;

testTraining("gpt", {
  model: tied,
  weights,
  cohort,
  loss: file.loss,
  gradientNorms: {
    ...file.grad_norms,
    "transformer.code_embed_mat.weight": file.grad_norm_true_tied_embedding,
  },
  learningRate: file.adam_lr,
  losses: file.losses.single_parameter,
});

testTraining("gpt with tied=false, as published", {
  model: untied,
  weights,
  cohort,
  loss: file.loss,
  gradientNorms: file.grad_norms,
  learningRate: file.adam_lr,
  losses: file.losses.untied,
});

Deno.test("tokensOf() gives the original's sequences", () => {
  for (const [record, ids] of file.input_ids.entries()) {
    assertEquals(tokensOf(sizes, cohort, record), ids.filter((id) => id !== pad));
    assertEquals(
      tied.rowsOf(cohort, record),
      tokensOf(sizes, cohort, record).length - 1,
    );
  }
});

testOnBackends("gpt's histories and logits equal the original's", async () => {
  const parameters = toTensors(tied.fromOriginal(weights));
  const batch = tokenRows(sizes, cohort, Int32Array.of(0));
  const history = tf.tidy(() => gptHistories(config, parameters, batch));
  const logits = gptLogits(parameters, history);
  const [foundHistory, foundLogits] = [await history.data(), await logits.data()];
  const rows = batch.inputs.rows;
  assertEquals(rows, tokensOf(sizes, cohort, 0).length - 1);
  for (
    const [found, expected, width] of [
      [foundHistory, file.hidden_first_record, config.width],
      [foundLogits, file.logits_first_record, tied.columns],
    ] as const
  ) {
    assert(largestDifference(found, expected.slice(0, rows * width)) < 1e-4);
  }
  tf.dispose([parameters, history, logits]);
});

for (const model of [tied, untied]) {
  const name = `gpt with tied=${model.config.tied}`;

  testOnBackends(`${name} with cached keys has the original's last logits`, async () => {
    const parameters = toTensors(model.fromOriginal(weights));
    const memory = gptMemory(config, parameters);
    for (const step of Array.from({ length: config.context }, (_, step) => step)) {
      const history = memory.advance(rowsFrom(file.input_ids.map((ids) => [ids[step]])));
      if (step === config.context - 1) {
        const logits = gptLogits(parameters, history);
        assert(largestDifference(await logits.data(), file.logits_last_position) < 1e-4);
        logits.dispose();
      }
      history.dispose();
    }
    memory.dispose();
    tf.dispose(parameters);
  });

  testOnBackends(`${name} draws the original's tokens from equal uniforms`, async () => {
    const first = rowsFrom(file.sample_ids.map(() => [start]));
    const uniforms = uniformSteps(file.sample_uniforms);
    const found = await writtenSteps({ model, weights }, [first], uniforms);
    assertEquals(found.map((steps) => steps.flat()), file.sample_ids);
  });

  Deno.test(`${name}: toOriginal() has every key of the original's state dict`, () => {
    const stateDict = model.toOriginal(model.fromOriginal(weights));
    assertEquals(Object.keys(stateDict).sort(), file.state_dict_keys.toSorted());
    for (const [name, array] of Object.entries(weights)) assertEquals(stateDict[name], array);
  });
}

testOnBackends("gpt's likeliest tokens are the original's greedy ones", async () => {
  const parameters = toTensors(tied.fromOriginal(weights));
  const memory = gptMemory(config, parameters);
  const found = [start];
  while (found.length < file.greedy.length) {
    const history = memory.advance(rowsFrom([[found[found.length - 1]]]));
    const logits = gptLogits(parameters, history);
    const numbers = await logits.data();
    found.push(numbers.indexOf(Math.max(...numbers)));
    tf.dispose([history, logits]);
  }
  memory.dispose();
  tf.dispose(parameters);
  assertEquals(found, file.greedy);
});

Deno.test("tokenCodec() reads back what tokensOf() writes, and permits every token of it", () => {
  for (const [record, { visits, labels }] of file.records.entries()) {
    const reader = tokenCodec(sizes, config.context).reader();
    for (const token of tokensOf(sizes, cohort, record).slice(1)) {
      assertEquals(reader.forbidden?.()?.columns[token], 0);
      reader.read([token]);
    }
    assertEquals(reader.visits, visits.map((visit) => visit.toSorted((a, b) => a - b)));
    assertEquals(reader.labels, labels);
    assertEquals(reader.part, "end");
  }
});

Deno.test("tokenCodec() permits the tokens that go on to spell a record, and no others", () => {
  const sizes = { codes: 3, labels: 2 }; // labels are 3 and 4
  const { endLabels, endVisit, endRecord } = specialTokens(sizes);
  const cases: [tokens: number[], permitted: number[]][] = [
    [[], [3, 4, endLabels]],
    [[3], [4, endLabels]],
    [[3, 4], [endLabels]],
    [[4, endLabels], [0, 1, 2, endRecord]],
    [[endLabels, 1], [2, endVisit]],
    [[endLabels, 0, 2], [endVisit]],
    [[endLabels, 0, 2, endVisit], [0, 1, 2, endRecord]],
  ];
  for (const [tokens, permitted] of cases) {
    const reader = tokenCodec(sizes, 20).reader();
    for (const token of tokens) reader.read([token]);
    const columns = reader.forbidden?.()?.columns ?? [];
    assertEquals(Array.from(columns.keys()).filter((token) => columns[token] === 0), permitted);
  }
});

Deno.test("gpt.configFor() takes the longest record's tokens, and refuses fewer", () => {
  const { context } = gpt.configFor(cohort, { width: 8, heads: 2 });
  const longest = Math.max(...file.input_ids.map((ids) => ids.indexOf(end_record) + 1));
  assertEquals(context, longest);
  assertThrows(
    () => gpt.configFor(cohort, { context: longest - 1 }),
    RangeError,
    `Cannot make "gpt": the longest record has ${longest} tokens, but context is ${longest - 1}`,
  );
});
