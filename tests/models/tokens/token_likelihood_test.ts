import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, generate, random, type Run } from "ehrloom";
import { tokenCodec, tokenKinds } from "ehrloom/models/tokens/code_tokens.ts";
import { gradientModelOf, modelFamily } from "ehrloom/models/mod.ts";
import { sequenceLogProbability } from "ehrloom/models/tokens/token_likelihood.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { goldenCohort, testOnBackends } from "../../golden.ts";
import { tinyTraining } from "../../tiny.ts";

const sizes = { codes: 2, labels: 1 };

Deno.test("sequenceLogProbability() shares one out among all that may be spelt", () => {
  const columns = tokenKinds(sizes);
  const longest = 8;
  const codec = tokenCodec(sizes, longest);
  const draws = random(1);
  const logits = Float32Array.from({ length: longest * columns }, () => 2 * draws.normal());
  const probability = (tokens: number[]) =>
    Math.exp(sequenceLogProbability(codec, tokens, logits, columns));
  /** Of all that begins so: what ends, and what is as long as was asked for. */
  const below = (tokens: number[]): number => {
    const reader = codec.reader();
    for (const token of tokens.slice(1)) reader.read([token]);
    if (reader.part === "end" || tokens.length === longest) return probability(tokens);
    const { columns: forbidden } = reader.forbidden?.() ?? {};
    assert(forbidden !== undefined);
    const permitted = [...forbidden.slice().keys()].filter((token) => forbidden[token] === 0);
    return permitted.map((token) => below([...tokens, token])).reduce((a, b) => a + b);
  };
  assertAlmostEquals(below([...codec.first]), 1, 1e-9);
  const endVisit = 5; // before any code
  assertEquals(probability([...codec.first, endVisit]), 0);
});

const cohort = goldenCohort(sizes.codes, sizes.labels, [
  { visits: [[0]], labels: [0] },
  { visits: [[1]], labels: [0] },
  { visits: [[0, 1]], labels: [1] },
  { visits: [[0, 1], [1]], labels: [1] },
  { visits: [], labels: [0] },
]);
const records = Int32Array.from({ length: cohort.recordCount }, (_, record) => record);

const spelt = (cohort: Cohort, record: number) =>
  JSON.stringify([
    [...cohort.labels.subarray(record * sizes.labels, (record + 1) * sizes.labels)],
    Array.from(
      { length: cohort.visitOffsets[record + 1] - cohort.visitOffsets[record] },
      (_, i) => {
        const visit = cohort.visitOffsets[record] + i;
        return [...cohort.codes.subarray(cohort.codeOffsets[visit], cohort.codeOffsets[visit + 1])];
      },
    ),
  ]);

for (const name of ["gpt", "synehrgy"]) {
  const family = modelFamily(name);
  const config = family.configFor(cohort, { width: 8, layers: 1, heads: 2, context: 20 });
  const schema = family.schemaFor?.(cohort, config);
  const model = gradientModelOf(name, config, schema);
  const parameters = drawn(model.initial, random(3));
  parameters["ehr_head.labels.weight"].numbers.forEach((_, i, of) => of[i] = Math.sin(i));

  testOnBackends(`${name}'s likelihoods are the shares of the records that it writes`, async () => {
    const isBound = model.likelihoodIsBound ?? false;
    assertEquals(isBound, name === "synehrgy");
    const tensors = toTensors(parameters);
    const before = tf.memory().numTensors;
    const found = await model.likelihoods?.(tensors, cohort, records);
    assert(found !== undefined);
    assertEquals(tf.memory().numTensors, before);
    const loss = tf.tidy(() => model.loss(tensors, cohort, records));
    const free = -(await loss.data())[0]; // where nothing is forbidden
    assert(found.reduce((sum, { logProbability }) => sum + logProbability, 0) > free);
    tf.dispose([tensors, loss]);

    const run: Run = {
      runConfig: {
        ehrloom: "test",
        model: name,
        config,
        schema,
        training: tinyTraining,
        cohort: "",
        versions: {},
      },
      parameters,
      vocabulary: cohort.vocabulary,
      labelNames: cohort.labelNames,
      training: [],
    };
    const count = 800;
    const { cohort: written } = await generate(run, { count, seed: 2 });
    const counts = new Map<string, number>();
    for (let record = 0; record < count; record++) {
      const text = spelt(written, record);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    for (const record of records) {
      const probability = Math.exp(found[record].logProbability);
      const deviation = Math.sqrt(count * probability * (1 - probability)) + 1;
      const off = (counts.get(spelt(cohort, record)) ?? 0) - count * probability;
      assert(
        (isBound ? -off : Math.abs(off)) < 4 * deviation,
        `${spelt(cohort, record)}: ${off} of ${deviation}`,
      );
    }
  });
}

testOnBackends("gpt's likelihoods are about the same rows and cells as HALO's", async () => {
  const counts = async (name: string) => {
    const config = modelFamily(name).configFor(cohort, { width: 8, layers: 1, heads: 2 });
    const model = gradientModelOf(name, config);
    const tensors = toTensors(drawn(model.initial, random(1)));
    const found = await model.likelihoods?.(tensors, cohort, records);
    tf.dispose(tensors);
    return found?.map(({ visits, positives }) => ({ visits, positives }));
  };
  assertEquals(await counts("gpt"), await counts("halo"));
});
