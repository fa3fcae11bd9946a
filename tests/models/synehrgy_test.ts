import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  brokenRules,
  type Cohort,
  generate,
  random,
  readMeds,
  readRun,
  rulesFor,
  type Run,
  sexNames,
  splitOf,
  syntheaLabsSample,
  train,
  trimmed,
  useBackend,
  writeMeds,
} from "ehrloom";
import { coverageInWords, coverageOf } from "ehrloom/models/coverage.ts";
import { sequenceRows } from "ehrloom/models/tokens/code_tokens.ts";
import type { GradientModel } from "ehrloom/models/interface/model.ts";
import type { ModelConfig } from "ehrloom/models/interface/settings.ts";
import { softLabels, softTargets } from "ehrloom/models/synehrgy/soft_labels.ts";
import { gptHistories, gptLogits } from "ehrloom/models/gpt.ts";
import { synehrgy, type SynehrgyConfig } from "ehrloom/models/synehrgy.ts";
import { categoricalNll } from "ehrloom/nn/categorical.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { rowOf, rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { type NamedArrays, toTensors } from "ehrloom/nn/parameters.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import {
  golden,
  type GoldenArray,
  goldenWeights,
  largestDifference,
  testOnBackends,
} from "../golden.ts";
import { tinyCohort, tinyTraining } from "../tiny.ts";
import { measuredCohort } from "./measured_cohort.ts";

const cohort = measuredCohort(120);
const small = { width: 8, layers: 2, heads: 2 };

/** A SynEHRgy for a cohort; its configs are its own. */
function modelFor(source: Cohort, set: ModelConfig = {}) {
  const config = synehrgy.configFor(source, { ...small, ...set }) as SynehrgyConfig;
  const schema = synehrgy.schemaFor?.(source, config);
  return { config, schema, model: synehrgy.create(config, schema) };
}

Deno.test("softLabels() are the published code's", () => {
  const { soft_labels } = golden<{
    soft_labels: { bin: number; bins: number; target: number[] }[];
  }>("synehrgy-tokens-tiny");
  for (const { bin, bins, target } of soft_labels) {
    assert(largestDifference(softLabels(bins, bin), target) < 1e-12);
  }
});

testOnBackends("categoricalNll() of soft targets is their cross-entropy", async () => {
  const draws = random(5);
  const rows = Array.from({ length: 4 }, () => Array.from({ length: 9 }, () => draws.normal()));
  const chosen = rowsFrom([[1], [], [5], [8]]);
  const block = { from: 3, count: 5 };
  const blockOf = (token: number) => token >= 3 && token < 8 ? block : undefined;
  const { targets, weights } = softTargets(chosen, blockOf);
  const logits = tf.tensor2d(rows);
  const { value, grad } = tf.valueAndGrad((x) =>
    categoricalNll(x as tf.Tensor2D, targets, weights)
  )(
    logits,
  );
  const expected = rows.map((row, r) => {
    const wanted = new Float64Array(9);
    if (r === 0) wanted[1] = 1;
    if (r === 2) wanted.set(softLabels(5, 2), 3);
    if (r === 3) wanted[8] = 1;
    const mass = row.reduce((sum, x) => sum + Math.exp(x), 0);
    const count = r === 1 ? 0 : 1;
    return {
      loss: count * Math.log(mass) - row.reduce((sum, x, c) => sum + x * wanted[c], 0),
      gradient: row.map((x, c) => count * Math.exp(x) / mass - wanted[c]),
    };
  });
  const loss = expected.reduce((sum, { loss }) => sum + loss, 0);
  assertAlmostEquals((await value.data())[0], loss, 1e-5);
  const gradient = expected.flatMap(({ gradient }) => gradient);
  assert(largestDifference(await grad.data(), gradient) < 1e-6);
  tf.dispose([logits, value, grad]);
});

testOnBackends("synehrgy's network is a GPT-2 with one matrix for embedding and head", async () => {
  const file = golden<{
    config: Record<string, number>;
    weights: Record<string, GoldenArray>;
    input: number[][];
    n_targets: number;
    ablations: { plain: { loss: number } };
  }>("hisgt-tiny");
  const tokens = file.config.total_vocab_size;
  const { config } = modelFor(tinyCohort(4));
  const sized = {
    ...config,
    width: file.config.n_embd,
    layers: file.config.n_layer,
    heads: file.config.n_head,
  };
  const all = goldenWeights(file.weights);
  const isPlain = (name: string) => /^transformer\.(code_embed|pos_embed|h\.|ln_f)/.test(name);
  const parameters = toTensors(
    Object.fromEntries(Object.entries(all).filter(([name]) => isPlain(name))),
  );
  const sequences = file.input.map((ids) => ids.filter((id) => id !== tokens - 1));
  const batch = sequenceRows(sequences, 1);
  const loss = tf.tidy(() =>
    categoricalNll(gptLogits(parameters, gptHistories(sized, parameters, batch)), batch.targets)
  );
  assertAlmostEquals((await loss.data())[0] / file.n_targets, file.ablations.plain.loss, 1e-4);
  tf.dispose([parameters, loss]);
});

/** A network that knows nothing, with weights so large that tokens depend strongly on earlier ones. */
function randomWeights({ initial }: Pick<GradientModel, "initial">): NamedArrays {
  const weights = drawn(initial, random(3));
  for (const { shape, numbers } of Object.values(weights)) {
    if (shape.length === 2) numbers.forEach((x, i) => numbers[i] = 12 * x);
  }
  return weights;
}

const trained = modelFor(cohort, { softLabels: true });
const weights = randomWeights(trained.model);
const batch = Int32Array.of(1, 2, 3, 4);

/** Loss and gradients' norms, where all weights are as above. */
async function lossAndNorms(): Promise<number[]> {
  const { model } = trained;
  const parameters = toTensors(weights);
  const names = Object.keys(parameters);
  const { value, grads } = tf.valueAndGrads((...tensors) =>
    model.loss(
      Object.fromEntries(names.map((name, i) => [name, tensors[i]])),
      cohort,
      batch,
      { seed: 1, epoch: 0 },
    )
  )(Object.values(parameters));
  const norms = grads.map((grad) => tf.tidy(() => tf.norm(grad)));
  const found = (await Promise.all([value, ...norms].map((x) => x.data()))).map(([x]) => x);
  tf.dispose([parameters, value, grads, norms]);
  return found;
}

/** Tokens that many records draw from the same uniform numbers. */
async function drawnTokens(set: ModelConfig): Promise<number[][]> {
  const model = synehrgy.create({ ...trained.config, ...set }, trained.schema);
  const parameters = toTensors(weights);
  const sampling = model.sampling(parameters);
  if (sampling.kind !== "steps") throw new TypeError("SynEHRgy draws steps");
  const readers = Array.from({ length: 6 }, () => sampling.codec.reader());
  const writer = sampling.begin();
  const all = Int32Array.from(readers.keys());
  let steps = rowsFrom(readers.map(() => sampling.codec.first));
  const tokens = readers.map(() => [...sampling.codec.first]);
  for (let step = 1; step < sampling.codec.limit; step++) {
    writer.advance(steps);
    const uniforms = new Float32Array(readers.length);
    random(9, step).fillUniform(uniforms);
    const isOver = readers.map(({ part }) => part === "end");
    const forbidden = readers.map((reader, i) => isOver[i] ? undefined : reader.forbidden?.());
    steps = await writer.draw(all, uniforms, forbidden);
    readers.forEach((reader, i) => {
      if (isOver[i]) return;
      tokens[i].push(rowOf(steps, i)[0]);
      reader.read(rowOf(steps, i));
    });
  }
  writer.dispose();
  sampling.dispose();
  tf.dispose(parameters);
  return tokens;
}

await useBackend("cpu");
const onCpu = {
  numbers: await lossAndNorms(),
  tokens: await drawnTokens({ context: 32 }),
  likeliest: await drawnTokens({ context: 32, topK: 3 }),
};

testOnBackends("synehrgy's loss and gradients are those of other backends", async () => {
  const found = await lossAndNorms();
  found.forEach((number, i) => assertAlmostEquals(number, onCpu.numbers[i], 1e-3 * number + 1e-6));
});

testOnBackends("synehrgy draws the tokens of other backends, all records ended", async () => {
  const found = await drawnTokens({ context: 32 });
  assertEquals(found, onCpu.tokens);
  const ends = new Set(found.map((tokens) => tokens[tokens.length - 1]));
  assertEquals(ends.size, 1);
  assert(found.some(({ length }) => length > 20));
  assertEquals(await drawnTokens({ context: 32, topK: 3 }), onCpu.likeliest);
});

Deno.test("synehrgy with topK=1 draws the same of whatever numbers", async () => {
  const tokens = await drawnTokens({ context: 40, topK: 1 });
  for (const other of tokens) assertEquals(other, tokens[0]);
  assert(new Set(onCpu.tokens.map(String)).size > 1);
});

/** A run of a network that knows nothing. */
function randomRun(set: ModelConfig): Run {
  const { config, schema, model } = modelFor(cohort, set);
  return {
    runConfig: {
      ehrloom: "test",
      model: "synehrgy",
      config,
      schema,
      training: tinyTraining,
      cohort: "",
      versions: {},
    },
    parameters: randomWeights(model),
    vocabulary: cohort.vocabulary,
    labelNames: cohort.labelNames,
    training: [],
  };
}

Deno.test("synehrgy ends every record of a network that knows nothing; without grammar few end", async () => {
  await useBackend("wasm");
  for (const published of [false, true]) {
    for (const context of [20, 120]) {
      const { cohort: found, cutOff } = await generate(randomRun({ published, context }), {
        count: 60,
      });
      assertEquals(cutOff, 0);
      assertEquals(found.recordCount, 60);
    }
    const free = await generate(randomRun({ published, context: 60, grammar: false }), {
      count: 60,
    });
    assert(free.cutOff > 6, `${free.cutOff} of 60 have no end`);
  }
});

Deno.test("synehrgy learns values, times, ages and sexes, and writes them to MEDS", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const run = await train(cohort, join(folder, "run"), {
      model: "synehrgy",
      settings: { width: 16, layers: 1, heads: 2 },
      epochs: 20,
      batch: 8,
      learningRate: 0.02,
      minCell: 1,
    });
    assertEquals(run.runConfig.sources?.values, "3 measured codes in 18 bins");
    const { limit, beyond } = run.runConfig.coverage?.context ?? {};
    assertEquals([limit, beyond], [147, 0]);
    assertEquals(await readRun(join(folder, "run")), run);
    const { cohort: written, cutOff } = await generate(run, { count: 150 });
    assertEquals(cutOff, 0);
    const { values, demographics, codes, codeOffsets, visitOffsets, startDays } = written;
    assert(values !== null && demographics !== null);
    const measured = (of: Cohort, code: number) =>
      [...of.codes.keys()].filter((i) => of.codes[i] === code).map((i) => of.values?.[i] ?? NaN)
        .filter((value) => !Number.isNaN(value));
    for (const code of [3, 4, 5]) {
      const [real, found] = [cohort, written].map((of) => measured(of, code));
      const mean = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
      assert(found.length > 50);
      assert(Math.min(...found) >= Math.min(...real) && Math.max(...found) <= Math.max(...real));
      assert(Math.abs(mean(found) - mean(real)) < 0.06 * mean(real), `${mean(found)}`);
    }
    assert(codes.some((code, i) => code === 0 && Number.isNaN(values[i])));
    for (let visit = 0; visit < written.visitCount; visit++) {
      assert(codeOffsets[visit + 1] > codeOffsets[visit], "a visit is empty");
    }
    const ages = Array.from(startDays, (day, i) => (day - demographics.birthDays[i]) / 365.25);
    const known = ages.filter((age) => !Number.isNaN(age));
    assert(known.length > 100 && known.length < 150, `${known.length} ages are known`);
    assert(known.every((age) => age >= 25 && age <= 70), known.join());
    assertEquals(new Set(demographics.sexes).size, sexNames.length);
    const later = written.gapDays.filter((_, visit) => !visitOffsets.includes(visit));
    assert(later.some((gap) => gap < 0.2) && later.some((gap) => gap > 100));
    await writeMeds(join(folder, "written"), written);
    const back = await readMeds(join(folder, "written"));
    assertEquals(back.values, values);
    assertEquals(back.codes, codes);
    assertEquals(back.demographics?.sexes, demographics.sexes);
    assert(largestDifference(back.gapDays, written.gapDays) < 1e-3);
  }));

Deno.test("synehrgy writes Synthea's laboratory values within what was measured", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const real = trimmed(await syntheaLabsSample({ timeSeries: true }), { maxVisits: 6 });
    const run = await train(real, join(folder, "run"), {
      model: "synehrgy",
      settings: { width: 16, layers: 1, heads: 2 },
      epochs: 8,
      batch: 4,
      learningRate: 0.02,
    });
    assert(run.training[7].validation_loss < 0.7 * (run.training[0].train_loss ?? NaN));
    const { cohort: written, cutOff } = await generate(run, { count: 40 });
    assertEquals(cutOff, 0);
    await writeMeds(join(folder, "written"), written);
    const back = await readMeds(join(folder, "written"));
    const learned = splitOf(real, "train");
    const rangeOf = (of: Cohort, code: number) => {
      const values = [...of.codes.keys()].filter((i) => of.codes[i] === code)
        .map((i) => of.values?.[i] ?? NaN).filter((value) => !Number.isNaN(value));
      return { count: values.length, low: Math.min(...values), high: Math.max(...values) };
    };
    let count = 0;
    for (let code = 0; code < real.vocabulary.codes.length; code++) {
      const [wide, found] = [learned, back].map((of) => rangeOf(of, code));
      if (found.count === 0) continue;
      assert(found.low >= wide.low && found.high <= wide.high, real.vocabulary.codes[code]);
      count += found.count;
    }
    assert(count > 1000, `${count} values`);
    const ageOf = (of: Cohort) => (record: number) =>
      (of.startDays[record] - (of.demographics?.birthDays[record] ?? NaN)) / 365.25;
    const ages = Array.from({ length: back.recordCount }, (_, record) => ageOf(back)(record));
    const most = Math.max(...Array.from({ length: real.recordCount }, (_, r) => ageOf(real)(r)));
    assert(ages.every((age) => age >= 0 && age <= most + 1), ages.join());
    const longest = learned.gapDays.reduce((a, b) => Math.max(a, b));
    assert(back.gapDays.every((days) => days >= 0 && days <= longest + 1));
  }));

Deno.test("synehrgy learns from long records as far as its context reaches, and says so", () => {
  const { model, config } = modelFor(cohort, { context: 30 });
  const all = modelFor(cohort).model;
  const lengths = Array.from({ length: 120 }, (_, record) => all.rowsOf(cohort, record) + 1);
  assertEquals(config.context, 30);
  lengths.forEach((length, record) => {
    assertEquals(model.rowsOf(cohort, record), Math.min(30, length) - 1);
  });
  const learned = lengths.filter((_, record) => cohort.splits?.[record] === 0);
  const long = learned.filter((length) => length > 30);
  const beyond = long.reduce((sum, length) => sum + length - 30, 0);
  const share = 100 * beyond / learned.reduce((sum, length) => sum + length, 0);
  assertEquals(coverageInWords("synehrgy", coverageOf(model, cohort)), [
    `${
      share.toFixed(1)
    }% of the training tokens are beyond the context of 30 tokens and are not learned ` +
    `(in ${long.length} of ${learned.length} records)`,
  ]);
});

Deno.test("synehrgy refuses what it cannot do", async () => {
  await useBackend("cpu");
  const refuses = (set: ModelConfig, wanted: string) =>
    assertThrows(() => synehrgy.configFor(cohort, set), RangeError, wanted);
  refuses({ outcomes: 3 }, 'Cannot make "synehrgy" with outcomes 3: there are 2 labels');
  refuses(
    { context: 13 },
    'Cannot make "synehrgy" with context 13: a record with all labels needs 14',
  );
  await assertRejects(
    () => generate(randomRun({ published: true }), { count: 1, labels: { ill: 1 } }),
    RangeError,
    "Cannot generate with given labels: with these settings the model writes labels later",
  );
});

Deno.test("readRun() refuses a run whose schema is gone or no schema", () =>
  inFolder(async (folder) => {
    await useBackend("cpu");
    const path = join(folder, "run");
    await train(cohort, path, { model: "synehrgy", settings: small, epochs: 1 });
    const file = join(path, "config.json");
    const config = JSON.parse(await Deno.readTextFile(file));
    for (
      const [schema, message] of [
        [undefined, "its schema is missing"],
        [{ ...config.schema, ages: [30, 20] }, "schema is {"],
        [7, "schema is 7, must be a schema of records"],
      ]
    ) {
      await Deno.writeTextFile(file, JSON.stringify({ ...config, schema }));
      await assertRejects(
        () => readRun(path),
        SyntaxError,
        `Cannot read "${file}": ${message}`,
      );
    }
  }));

Deno.test("synehrgy's records are shared among workers as in one thread", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const [one, two] = await Promise.all(
      [1, 2].map((workers) =>
        train(cohort, join(folder, `${workers}`), {
          model: "synehrgy",
          settings: small,
          epochs: 1,
          workers,
        })
      ),
    );
    const losses = [one, two].map(({ training }) => training[0].train_loss ?? NaN);
    assertAlmostEquals(losses[0], losses[1], 1e-4 * losses[0]);
  }));

Deno.test("synehrgy's likelihood bounds that of records, and is none beyond its context", async () => {
  await useBackend("cpu");
  const records = Int32Array.from({ length: 20 }, (_, record) => record);
  for (const source of [tinyCohort(20), cohort]) {
    const { model, config, schema } = modelFor(source);
    const parameters = toTensors(randomWeights(model));
    const found = await model.likelihoods?.(parameters, source, records) ?? [];
    assertEquals(found.length, 20);
    const loss = tf.tidy(() => model.loss(parameters, source, records));
    const sum = found.reduce((sum, { logProbability }) => sum + logProbability, 0);
    assert(-sum < 0.8 * (await loss.data())[0], "what is forbidden takes no share");
    const short = synehrgy.create({ ...config, context: 20 }, schema);
    const some = await short.likelihoods?.(parameters, source, records) ?? [];
    some.forEach(({ logProbability }, record) => {
      assertEquals(logProbability === -Infinity, model.rowsOf(source, record) + 1 > 20);
    });
    tf.dispose([parameters, loss]);
  }
  assertEquals(modelFor(cohort, { grammar: false }).model.likelihoods, undefined);
  assertEquals(modelFor(cohort, { topK: 5 }).model.likelihoods, undefined);
});

Deno.test("synehrgy keeps to rules about ages, sexes and measured codes", async () => {
  await useBackend("wasm");
  const run = randomRun({ context: 120 });
  const rules = rulesFor([
    { kind: "sex", sex: "female", codes: ["heart rate"] },
    { kind: "age", min: 35, max: 44, codes: ["fever", "cough"] },
    { kind: "never-together", within: "record", codes: ["temperature"], with: ["score"] },
    { kind: "never-together", within: "visit", codes: ["flu", "wound"], with: ["score"] },
  ], run);
  const free = await generate(run, { count: 60 });
  assert(brokenRules(free.cohort, rules).every(({ records }) => records > 0));
  const kept = await generate(run, { count: 60, rules });
  assertEquals(brokenRules(kept.cohort, rules).map(({ records }) => records), [0, 0, 0, 0]);
  assertEquals(kept.cutOff, 0);
});

Deno.test("synehrgy leaves out stays for which rules leave nothing", async () => {
  await useBackend("wasm");
  const run = randomRun({ context: 120 });
  const measured = ["heart rate", "temperature", "score"];
  const old = rulesFor([{ kind: "age", min: 40, codes: measured }], run);
  const kept = await generate(run, { count: 60, rules: old });
  assertEquals(brokenRules(kept.cohort, old)[0].records, 0);
  for (const code of measured) {
    assert(kept.cohort.codes.includes(run.vocabulary.codes.indexOf(code)));
  }
  const [label] = run.labelNames;
  const { codes } = run.vocabulary;
  const never = rulesFor([
    { kind: "label", label, value: 0, codes },
    { kind: "label", label, value: 1, codes },
  ], run);
  const empty = await generate(run, { count: 60, rules: never });
  assertEquals([empty.cohort.visitCount, empty.cutOff], [0, 0]);
});
