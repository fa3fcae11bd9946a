import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { tokenRows, tokenScript, tokensOf } from "ehrloom/models/code_tokens.ts";
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
  tied: 1,
};
const tied = gpt.create(config);
const untied = gpt.create({ ...config, tied: 0 });
const { start, end_labels, end_visit, end_record, pad } = file.special;

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

testTraining("gpt with tied=0, as published", {
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

/** What a reader makes of tokens after the start. */
function read(tokens: readonly number[]) {
  const reader = tokenScript(sizes, config.context).reader();
  for (const token of tokens) if (reader.part !== "end") reader.read([token]);
  const { labels, visits, part } = reader;
  return { labels: labels.flatMap((on, i) => on === 1 ? [i] : []), visits, part };
}

Deno.test("tokenScript() reads back what tokensOf() writes", () => {
  for (const [record, { visits, labels }] of file.records.entries()) {
    const [, ...tokens] = tokensOf(sizes, cohort, record);
    const found = read(tokens);
    assertEquals(found.visits, visits.map((visit) => visit.toSorted((a, b) => a - b)));
    assertEquals(found.labels, labels.flatMap((on, i) => on === 1 ? [i] : []));
    assertEquals(found.part, "end");
  }
});

Deno.test("tokenScript() reads sequences that no record gives, by the original's rules", () => {
  const label = sizes.codes;
  // Before the labels end only they count; codes once a visit; empty visits and odd tokens don't
  assertEquals(
    read([3, label + 1, end_visit, start, label, end_labels, 7, 2, 7, label + 2, pad, end_visit])
      .visits,
    [[7, 2]],
  );
  assertEquals(read([3, label + 1, end_visit, label, end_labels, label + 2]).labels, [0, 1]);
  assertEquals(read([end_labels, end_visit, end_visit, 4, end_visit, end_visit, end_record]), {
    labels: [],
    visits: [[4]],
    part: "end",
  });
  assertEquals(read([end_labels, 4, end_visit, 5, 6]).visits, [[4], [5, 6]]); // cut off in a visit
  // Here the original would read on
  assertEquals(read([label, end_record, end_labels, 4]), { labels: [0], visits: [], part: "end" });
});

Deno.test("gpt.configFor() takes the longest record's tokens, and refuses fewer", () => {
  const { context } = gpt.configFor(cohort, { width: 8, heads: 2 });
  const longest = Math.max(...file.input_ids.map((ids) => ids.indexOf(end_record) + 1));
  assertEquals(context, longest);
  assertThrows(
    () => gpt.configFor(cohort, { context: longest - 1 }),
    RangeError,
    `Cannot make "gpt": the longest record has ${longest} tokens and context is ${longest - 1}`,
  );
});
