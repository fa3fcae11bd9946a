import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, cohort, splitOf, subset } from "ehrloom/cohort/cohort.ts";
import { visitsOf } from "ehrloom/cohort/records.ts";
import { gradientModelOf } from "ehrloom/models/mod.ts";
import type { CodeEmbeddings } from "ehrloom/models/knowledge/code_embeddings.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { readSafetensors } from "ehrloom/nn/safetensors.ts";
import { readRun } from "ehrloom/train/read_run.ts";
import type { Run, TrainingLine } from "ehrloom/train/run_folder.ts";
import { train, type TrainOptions } from "ehrloom/train/train.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { testOnBackends } from "../golden.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(80);
const quick: TrainOptions = {
  settings: tinySettings,
  batch: 8,
  epochs: 3,
  learningRate: 0.01,
  schedule: "constant",
  warmup: 0,
};

/** Mean loss of a run's parameters over a split, in nats per row to predict. */
async function lossOn(run: Run, cohort: Cohort): Promise<number> {
  const parameters = toTensors(run.parameters);
  const records = Int32Array.from({ length: cohort.recordCount }, (_, record) => record);
  const loss = tf.tidy(() =>
    gradientModelOf("halo", run.runConfig.config).loss(parameters, cohort, records)
  );
  const [sum] = await loss.data();
  tf.dispose([loss, parameters]);
  const rows = records.reduce((total, record) => total + visitsOf(cohort, record) + 1, 0);
  return sum / rows;
}

Deno.test("train() learns: losses fall, and far below what the first epoch had", () =>
  inFolder(async (folder) => {
    const { training } = await train(source, join(folder, "run"), { ...quick, epochs: 12 });
    const [first] = training;
    const last = training[training.length - 1];
    assertEquals(training.map(({ epoch }) => epoch), Array.from({ length: 12 }, (_, i) => i + 1));
    assertLess(last.train_loss ?? NaN, 0.7 * (first.train_loss ?? NaN));
    assertLess(last.validation_loss, 0.8 * first.validation_loss);
    // Losses are nats a row over 17 cells: an untrained cell costs log 2
    assertLess(first.train_loss, 17 * Math.log(2));
    assert(training.every(({ gradient_norm }) => gradient_norm > 0 && gradient_norm < 1));
  }));

Deno.test("train() leaves a run folder whose files tell all of it", () =>
  inFolder(async (folder) => {
    const path = join(folder, "deep", "run");
    const run = await train(source, path, { ...quick, seed: 5 });
    assertEquals([...Deno.readDirSync(path)].map(({ name }) => name).sort(), [
      "config.json",
      "finished.json",
      "model.safetensors",
      "resume.safetensors",
      "training.jsonl",
      "vocabulary.json",
    ]);
    const text = (name: string) => Deno.readTextFileSync(join(path, name));
    const config = JSON.parse(text("config.json"));
    assertEquals(config.model, "halo");
    assertEquals(config.config.codes, 12);
    assertEquals(config.config.width, 8);
    assertEquals(config.config.context, 7);
    assertEquals(config.training, {
      epochs: 3,
      batch: 8,
      learningRate: 0.01,
      schedule: "constant",
      warmup: 0,
      patience: 10,
      minutes: 0,
      seed: 5,
      workers: 1,
      averageWeights: 0,
      minCell: 10,
      steps: 0,
    });
    assertEquals(config.versions.backend, "wasm");
    assertEquals(JSON.parse(text("vocabulary.json")), {
      codes: source.vocabulary.codes,
      descriptions: source.vocabulary.descriptions,
      labels: ["ill", "old"],
    });
    const lines = text("training.jsonl").trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines, [...run.training]);
    assertEquals(Object.keys(lines[0]), [
      "epoch",
      "step",
      "train_loss",
      "validation_loss",
      "learning_rate",
      "gradient_norm",
      "seconds",
      "best",
    ]);
    assertEquals(lines.map(({ step }) => step), [5, 10, 15]);
    const { tensors } = await readSafetensors(join(path, "model.safetensors"));
    assertEquals(tensors, run.parameters);
    assertEquals(await readRun(path).then(({ parameters }) => parameters), tensors);
    assertEquals(run.vocabulary.codes, source.vocabulary.codes);
    assertEquals(run.labelNames, source.labelNames);
  }));

Deno.test("train() keeps the best epoch's parameters and stops when patience runs out", () =>
  inFolder(async (folder) => {
    // Six records to learn by heart: soon the others' loss rises
    const learners = splitOf(source, "train");
    const few = subset(source, [
      ...Array.from({ length: 6 }, (_, i) => source.subjectIds.indexOf(learners.subjectIds[i])),
      ...Array.from({ length: source.recordCount }, (_, i) => i).filter((i) =>
        source.splits?.[i] === 1
      ),
    ]);
    const run = await train(few, join(folder, "run"), {
      ...quick,
      epochs: 200,
      settings: { ...tinySettings, calibrate: false }, // parameters as the epoch left them
      learningRate: 0.05,
      patience: 4,
    });
    const losses = run.training.map(({ validation_loss }) => validation_loss);
    const lowest = losses.indexOf(Math.min(...losses));
    assertEquals(losses.length, lowest + 1 + 4);
    assertLess(lowest, 150);
    for (const [i, { best }] of run.training.entries()) {
      assertEquals(best, losses[i] < Math.min(Infinity, ...losses.slice(0, i)));
    }
    const found = await lossOn(run, splitOf(few, "validation"));
    assertAlmostEquals(found, losses[lowest], 1e-5 * found); // the same sum in other batches
    assert(Math.abs(found - losses[losses.length - 1]) > 1e-3);
  }));

/** Learning rates of a run whose epochs have one step each. */
async function rates(options: TrainOptions): Promise<number[]> {
  let training: readonly TrainingLine[] = [];
  await inFolder(async (folder) => {
    ({ training } = await train(source, join(folder, "run"), {
      ...quick,
      ...options,
      batch: 1000,
      patience: 100,
    }));
  });
  return training.map(({ learning_rate }) => learning_rate);
}

Deno.test("train() warms the learning rate up and lets it fall along a cosine", async () => {
  assertEquals(await rates({ epochs: 3, learningRate: 0.5e-3 }), [0.5e-3, 0.5e-3, 0.5e-3]);
  assertEquals(await rates({ epochs: 4, learningRate: 1, warmup: 4 }), [0.25, 0.5, 0.75, 1]);
  const found = await rates({ epochs: 6, learningRate: 1, warmup: 2, schedule: "cosine" });
  const expected = [0.5, 1, 1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2];
  for (const [i, rate] of expected.entries()) assertAlmostEquals(found[i], rate, 1e-12);
});

Deno.test("train() gives the same run for the same seed, another for another", () =>
  inFolder(async (folder) => {
    const [a, b, c] = await Promise.all(
      [1, 1, 2].map((seed, i) => train(source, join(folder, `${i}`), { ...quick, seed })),
    );
    const losses = (run: Run) => run.training.map(({ train_loss }) => train_loss);
    assertEquals(losses(a), losses(b));
    assertEquals(a.parameters, b.parameters);
    assert(losses(a)[0] !== losses(c)[0]);
  }));

Deno.test("train() stops at a loss or gradient that is no number, and says what to try", () =>
  inFolder(async (folder) => {
    const before = tf.memory().numTensors;
    const path = join(folder, "run");
    const error = await assertRejects(
      () => train(source, path, { ...quick, learningRate: 1e30 }),
      RangeError,
      "Cannot continue training: the ",
    );
    assertMatch(
      error.message,
      /is (NaN|Infinity) in epoch 1; try a learning rate below 1e\+30$/,
    );
    assertEquals(tf.memory().numTensors, before);
  }));

const refused: [what: string, change: TrainOptions, message: string][] = [
  ["0 epochs", { epochs: 0 }, "Cannot train with epochs 0: must be a whole number, at least 1"],
  ["an empty batch", { batch: 0 }, "Cannot train with batch 0: must be a whole number, at least 1"],
  ["half a batch", { batch: 0.5 }, "Cannot train with batch 0.5: must be a whole number"],
  ["a negative warmup", { warmup: -1 }, "Cannot train with warmup -1"],
  ["no patience", { patience: 0 }, "Cannot train with patience 0"],
  ["negative minutes", { minutes: -1 }, "Cannot train with minutes -1"],
  ["a negative seed", { seed: -1 }, "Cannot train with seed -1"],
  [
    "a learning rate that is not a number",
    { learningRate: NaN },
    "Cannot train with learningRate NaN: must be a number, at least 0",
  ],
  [
    "an unknown model",
    { model: "hola" },
    'Cannot find model "hola": there is no such model; did you mean halo?',
  ],
  [
    "an unknown setting",
    { settings: { widht: 8 } },
    'Cannot set widht for "halo": there is no such setting; did you mean width?',
  ],
  [
    "a setting out of range",
    { settings: { layers: 0 } },
    'Cannot set layers=0 for "halo": must be a whole number between 1 and 1000',
  ],
  [
    "a width that heads do not divide",
    { settings: { width: 10, heads: 4 } },
    'Cannot make "halo": width 10 is not a multiple of heads 4',
  ],
  [
    "a context too short for the records",
    { settings: { context: 4 } },
    'Cannot make "halo": the longest record has 5 visits, but context 4 allows 2; set context=7',
  ],
];

for (const [what, change, message] of refused) {
  Deno.test(`train() refuses ${what} in one line, before it makes a folder`, () =>
    inFolder(async (folder) => {
      const error = await assertRejects(
        () => train(source, join(folder, "run"), { ...quick, ...change }),
        RangeError,
        message,
      );
      assertEquals(error.message.includes("\n"), false);
      assertEquals([...Deno.readDirSync(folder)], []);
    }));
}

Deno.test("train() refuses a cohort without splits, or with an empty one", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    await assertRejects(
      () => train(cohort({ ...source, splits: null }), path, quick),
      RangeError,
      "Cannot train: the cohort has no splits; deno task prepare makes them",
    );
    for (const [split, name] of [[0, "validation"], [1, "train"]] as const) {
      const splits = new Uint8Array(source.recordCount).fill(split);
      await assertRejects(
        () => train(cohort({ ...source, splits }), path, quick),
        RangeError,
        `Cannot train: the cohort has no ${name} records`,
      );
    }
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

const embeddings: CodeEmbeddings = {
  keys: source.vocabulary.codes,
  width: 3,
  vectors: Float32Array.from({ length: 12 * 3 }, (_, i) => (i % 7) / 7),
  source: '"vectors.json"',
};
const told: TrainOptions = { ...quick, model: "hisgt", knowledge: { embeddings } };

Deno.test("train() stores what it was told of the codes, leaves it as it is and names it", () =>
  inFolder(async (folder) => {
    const { runConfig, parameters } = await train(source, join(folder, "run"), told);
    assertEquals(runConfig.config.semanticWidth, 3);
    assertEquals(runConfig.sources?.semantic_table, '"vectors.json"');
    assertEquals(
      runConfig.sources?.hierarchy_table,
      "by code system, of 12 codes: none placed; without a place: 12; all zeros",
    );
    assertEquals(parameters.semantic_table.numbers.subarray(0, 12 * 3), embeddings.vectors);
    const { runConfig: alone } = await train(source, join(folder, "alone"), quick);
    assertEquals(alone.sources, undefined);
  }));

Deno.test("train() works its tables out again for a run that was killed before it stored any", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const { parameters } = await train(source, path, told);
    for (const file of ["resume.safetensors", "model.safetensors", "training.jsonl"]) {
      await Deno.remove(join(path, file));
    }
    await assertRejects(
      () => train(source, path, { ...told, knowledge: {}, resume: true }),
      RangeError,
      `Cannot resume "${path}": semantic_table now comes from TF-IDF`,
    );
    const again = await train(source, path, { ...told, resume: true });
    assertEquals(again.parameters, parameters);
  }));

Deno.test("train() refuses to tell a model what it cannot use, before it makes a folder", () =>
  inFolder(async (folder) => {
    for (const model of ["halo", "markov"]) {
      await assertRejects(
        () => train(source, join(folder, "run"), { model, knowledge: { embeddings } }),
        RangeError,
        `Cannot train "${model}" with embeddings: this model does not use any`,
      );
    }
    await assertRejects(
      () =>
        train(source, join(folder, "run"), { ...told, settings: { semanticWidth: 4, width: 8 } }),
      RangeError,
      'Cannot use "vectors.json": its vectors have width 3, but semanticWidth is 4',
    );
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("train() with workers has the losses of one thread, and repeats them to the bit", () =>
  inFolder(async (folder) => {
    const before = tf.memory().numTensors;
    const losses = async (workers: number, name: string) => {
      const { training } = await train(source, join(folder, name), { ...quick, workers });
      return training.flatMap((
        { train_loss, validation_loss },
      ) => [train_loss ?? NaN, validation_loss]);
    };
    const alone = await losses(1, "alone");
    const shared = await losses(3, "shared"); // the last batch of 40 has fewer records each
    assertEquals(await losses(3, "again"), shared);
    for (const [i, loss] of alone.entries()) {
      assertAlmostEquals(shared[i], loss, 1e-4 * loss); // sums in another order, over 15 steps
    }
    assertEquals(tf.memory().numTensors, before);
  }));

testOnBackends(
  "train() holds the same tensors at every step and none afterwards",
  () =>
    inFolder(async (folder) => {
      const before = tf.memory().numTensors;
      const counts = new Set<number>();
      let steps = 0;
      await train(source, join(folder, "run"), {
        ...quick,
        onProgress: ({ stage, done, total, finished }) => {
          if (stage !== "training") return;
          assertEquals(total, 15);
          if (finished !== undefined) return;
          if (++steps <= 15) {
            assertEquals(done, steps);
            counts.add(tf.memory().numTensors);
          }
        },
      });
      assertEquals(steps, 16); // one for each, one at the end
      assertEquals(counts.size, 1, [...counts].join());
      assertEquals(tf.memory().numTensors, before);
    }),
);
