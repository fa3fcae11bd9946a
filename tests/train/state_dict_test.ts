import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { gradientModelOf } from "ehrloom/models/mod.ts";
import { readSafetensors, writeSafetensors } from "ehrloom/nn/safetensors.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { readStateDict, writeStateDict } from "ehrloom/train/state_dict.ts";
import { golden, type GoldenArray, goldenCohort, goldenWeights } from "../golden.ts";
import { tinyTraining } from "../tiny.ts";

const file = golden<{
  config: Record<string, number>;
  records: { visits: number[][]; labels: number[] }[];
  weights: Record<string, GoldenArray>;
  state_dict_keys: string[];
  loss: number;
}>("halo-tiny");
const cohort = goldenCohort(
  file.config.code_vocab_size,
  file.config.label_vocab_size,
  file.records,
);
const about = {
  runConfig: {
    ehrloom: "0",
    model: "halo",
    config: {
      codes: file.config.code_vocab_size,
      labels: file.config.label_vocab_size,
      context: file.config.n_ctx,
      positions: file.config.n_positions,
      width: file.config.n_embd,
      layers: file.config.n_layer,
      heads: file.config.n_head,
      epsilon: file.config.layer_norm_epsilon,
      positiveWeight: 1,
    },
    training: tinyTraining,
    cohort: "",
    versions: {},
  },
  vocabulary: cohort.vocabulary,
  labelNames: cohort.labelNames,
};

Deno.test("readStateDict() loads the original's weights, writeStateDict() writes them", async () => {
  await useBackend("cpu");
  const folder = await Deno.makeTempDir();
  const original = join(folder, "original.safetensors");
  await writeSafetensors(original, goldenWeights(file.weights));
  const run = await readStateDict(original, about);
  const model = gradientModelOf("halo", run.runConfig.config);
  const parameters = toTensors(run.parameters);
  const records = Int32Array.from(file.records.keys());
  const loss = tf.tidy(() => model.loss(parameters, cohort, records));
  assertAlmostEquals(
    (await loss.data())[0] / model.lossDivisor(cohort, records.length),
    file.loss,
    1e-4 * file.loss,
  );
  tf.dispose([loss, parameters]);

  const written = join(folder, "written.safetensors");
  await writeStateDict(run, written);
  const { tensors } = await readSafetensors(written);
  assertEquals(Object.keys(tensors).sort(), file.state_dict_keys.toSorted());
  assertEquals((await readStateDict(written, about)).parameters, run.parameters);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readStateDict() names a tensor that is missing", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "part.safetensors");
  const { "transformer.ln_f.bias": _, ...rest } = goldenWeights(file.weights);
  await writeSafetensors(path, rest);
  await assertRejects(
    () => readStateDict(path, about),
    RangeError,
    'no tensor "transformer.ln_f.bias"',
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("writeStateDict() refuses a model that is no network", async () => {
  const config = { codes: cohort.vocabulary.codes.length, labels: cohort.labelNames.length };
  const runConfig = { ...about.runConfig, model: "independent", config };
  await assertRejects(
    () => writeStateDict({ ...about, runConfig, parameters: {}, training: [] }, "never written"),
    RangeError,
    'Cannot use "independent" as a network: it only counts',
  );
});

Deno.test("readStateDict() takes no weights that are no numbers", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "diverged.safetensors");
  const weights = goldenWeights(file.weights);
  weights["transformer.ln_f.bias"].numbers[3] = NaN;
  await writeSafetensors(path, weights);
  await assertRejects(
    () => readStateDict(path, about),
    SyntaxError,
    `Cannot read "${path}": tensor "transformer.ln_f.bias" has values that are not finite numbers`,
  );
  await Deno.remove(folder, { recursive: true });
});
