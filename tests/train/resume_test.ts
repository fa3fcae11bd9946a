import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { writeMeds } from "ehrloom/cohort/meds/write.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { readSafetensors, writeSafetensors } from "ehrloom/nn/safetensors.ts";
import { readRun } from "ehrloom/train/read_run.ts";
import type { Run } from "ehrloom/train/run_folder.ts";
import { train, type TrainOptions } from "ehrloom/train/train.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { testOnBackends } from "../golden.ts";
import { runTask, startTask, tinyCohort, tinySettings } from "../tiny.ts";
import { changeIn } from "../watch.ts";
import { trainWithBegun } from "./begun_run.ts";
import { epochsOf, interrupted, stateOf, withSlowClock } from "./interrupted.ts";

await useBackend("wasm");

const source = tinyCohort(80);
const options: TrainOptions = {
  settings: tinySettings,
  batch: 8,
  epochs: 3,
  learningRate: 0.01,
  schedule: "cosine",
  warmup: 2,
};
const stepsPerEpoch = 5;

Deno.test("train() resumed from its last epoch gives the same run, to the bit", () =>
  inFolder(async (folder) => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const expected = await train(source, whole, options);
    await interrupted(source, parts, stepsPerEpoch + 3, options);
    await interrupted(source, parts, 2 * stepsPerEpoch + 1, { resume: true });
    const found = await train(source, parts, { resume: true });
    assertEquals(epochsOf(found), epochsOf(expected));
    assertEquals(found.parameters, expected.parameters);
    assertEquals(await stateOf(parts), await stateOf(whole));
  }));

Deno.test("train() that fails before anything is stored leaves nothing, so it can begin again", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    await interrupted(source, path, 2, options);
    assertEquals([...Deno.readDirSync(folder)], []);
    await train(source, path, { ...options, epochs: 1 });
    const before = await stateOf(path);
    await assertRejects( // an older run stays until the new one has a model
      () => train(source, path, { ...options, learningRate: 1e30, force: true }),
      RangeError,
      "try a learning rate below 1e+30",
    );
    assertEquals(await stateOf(path), before);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["run"]);
  }));

Deno.test("train() that replaces a run and is killed in its first epoch is continued from its state", () =>
  inFolder(async (folder) => {
    const [whole, path] = [join(folder, "whole"), join(folder, "run")];
    const others = { ...options, seed: 2 };
    const expected = await train(source, whole, others);
    await train(source, path, { ...options, epochs: 1 });
    await interrupted(source, path, 4, { ...others, force: true, checkpointMinutes: 0 });
    assertEquals((await stateOf(path)).standing.batch, 3);
    const found = await train(source, path, { resume: true });
    assertEquals(found.parameters, expected.parameters);
  }));

Deno.test("train() resumed from its beginning, as a run that was killed there, gives the same run", () =>
  inFolder(async (folder) => {
    const [whole, begun] = [join(folder, "whole"), join(folder, "begun")];
    await trainWithBegun(source, { whole, begun, options });
    assertEquals(
      [...Deno.readDirSync(begun)].map(({ name }) => name).sort(),
      ["config.json", "resume.safetensors", "vocabulary.json"],
    );
    const found = await train(source, begun, { resume: true });
    assertEquals(found.parameters, (await readRun(whole)).parameters);
    assertEquals(await stateOf(begun), await stateOf(whole));
  }));

for (
  const [how, more] of [
    ["", {}],
    [", with averaged weights", { averageWeights: 0.9 }],
    [", with averaged weights and two Workers", { averageWeights: 0.9, workers: 2 }],
  ] as const
) {
  Deno.test(`train() resumed from the middle of an epoch gives the same run, to the bit${how}`, () =>
    inFolder(async (folder) => {
      const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
      const asked = { ...options, ...more };
      const expected = await train(source, whole, asked);
      await withSlowClock(async () => {
        await interrupted(source, parts, stepsPerEpoch + 4, asked);
        assertEquals((await stateOf(parts)).standing.batch, 3);
        await interrupted(source, parts, 2 * stepsPerEpoch + 2, { resume: true });
        assertEquals((await stateOf(parts)).standing.batch, 1);
      });
      const found = await train(source, parts, { resume: true });
      assertEquals(epochsOf(found), epochsOf(expected));
      assertEquals(found.parameters, expected.parameters);
      assertEquals(await stateOf(parts), await stateOf(whole));
    }));
}

Deno.test("train() with averaged weights takes the same steps, and keeps and validates their mean", () =>
  inFolder(async (folder) => {
    const [plain, averaged] = [join(folder, "plain"), join(folder, "averaged")];
    const first = await train(source, plain, options);
    const second = await train(source, averaged, { ...options, averageWeights: 0.9 });
    const [{ tensors: last }, { tensors: state }] = [await stateOf(plain), await stateOf(averaged)];
    const losses = ({ training }: Run) => training.map(({ train_loss }) => train_loss);
    assertEquals(losses(second), losses(first));
    for (const [name, tensor] of Object.entries(last)) assertEquals(state[name], tensor);
    const best = await readSafetensors(join(averaged, "model.safetensors"));
    assertEquals(second.training.at(-1)?.best, true); // so the mean of all steps is kept
    const biases = second.calibration?.kept ? ["ehr_head.auto2.bias"] : [];
    for (const [name, { numbers }] of Object.entries(best.tensors)) {
      if (!biases.includes(name)) assertEquals(numbers, state[`averages.${name}`].numbers);
    }
    const { validation_before } = second.calibration ?? {};
    const { validation_loss = NaN } = second.training.at(-1) ?? {};
    assertAlmostEquals(validation_before ?? NaN, validation_loss, 1e-5 * validation_loss);
    assert(Math.abs(validation_loss - (first.training.at(-1)?.validation_loss ?? NaN)) > 1e-3);
  }));

Deno.test("train() refuses to resume without the averaged weights of a run, or with stray ones", () =>
  inFolder(async (folder) => {
    const [plain, averaged] = [join(folder, "plain"), join(folder, "averaged")];
    await train(source, plain, { ...options, epochs: 1 });
    await train(source, averaged, { ...options, epochs: 1, averageWeights: 0.9 });
    const [lacking, having] = [plain, averaged].map((path) => join(path, "resume.safetensors"));
    const bytes = await Deno.readFile(having);
    await Deno.copyFile(lacking, having);
    await assertRejects(
      () => train(source, averaged, { resume: true }),
      Error,
      'resume.safetensors": no tensor "',
    );
    await Deno.writeFile(lacking, bytes);
    await assertRejects(
      () => train(source, plain, { resume: true }),
      SyntaxError,
      'it has a tensor "averages.',
    );
  }));

/** 16 steps in epochs of 4, which end within passes of 5. */
const inParts: TrainOptions = { ...options, epochs: 4, steps: 4, checkpointMinutes: 0 };

Deno.test("train() in epochs of some steps takes those of passes, and judges and stores at their ends", () =>
  inFolder(async (folder) => {
    const [passes, parts] = [join(folder, "passes"), join(folder, "parts")];
    const constant = { ...options, schedule: "constant" } as const; // a rate by step alone
    await train(source, passes, { ...constant, epochs: 4 });
    const { training, runConfig } = await train(source, parts, {
      ...constant,
      epochs: 5,
      steps: 4,
      patience: 9,
    });
    assertEquals(runConfig.training.steps, 4);
    assertEquals(training.map(({ step }) => step), [4, 8, 12, 16, 20]);
    const [expected, found] = [await stateOf(passes), await stateOf(parts)];
    assertEquals(found.tensors, expected.tensors); // 20 steps on the same batches
    assertEquals([found.steps, expected.steps], ["20", "20"]);
    assertEquals(found.standing.epoch, 5);
  }));

Deno.test("train() in epochs of some steps, killed within epochs and passes, gives the same run, to the bit", () =>
  inFolder(async (folder) => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const expected = await train(source, whole, inParts);
    await interrupted(source, parts, 4 + 3, inParts);
    assertEquals((await stateOf(parts)).standing.batch, 2);
    await interrupted(source, parts, 3 * 4 + 2, { resume: true, checkpointMinutes: 0 });
    assertEquals((await stateOf(parts)).standing.batch, 1);
    const found = await train(source, parts, { resume: true });
    assertEquals(epochsOf(found), epochsOf(expected));
    assertEquals(found.parameters, expected.parameters);
    assertEquals(await stateOf(parts), await stateOf(whole));
  }));

Deno.test("train() stores no state within an epoch before its minutes are over", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    await withSlowClock(async () => { // six minutes a look
      await interrupted(source, path, stepsPerEpoch + 4, { ...options, checkpointMinutes: 1e6 });
      assertEquals((await stateOf(path)).standing.batch, 0);
    });
  }));

Deno.test("train() begins no epoch after its minutes, but ends the first, resumed too", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const limited = { ...options, epochs: 50, schedule: "cosine", warmup: 0 } as const;
    await withSlowClock(async () => {
      // an epoch of steps takes hours on this clock
      const { training } = await train(source, path, { ...limited, minutes: 1000 });
      assert(training.length > 1 && training.length < 50, `${training.length}`);
      const [first] = training;
      const last = training[training.length - 1];
      assert(training.every(({ seconds }) => seconds < 60 * 1000 || seconds === last.seconds));
      assert(last.learning_rate < 0.5 * first.learning_rate, "the cosine follows time");
      const again = await train(source, path, { resume: true });
      assertEquals(again.training, training);

      const short = join(folder, "short");
      const kill = new Error("killed");
      await assertRejects(() =>
        train(source, short, {
          ...limited,
          minutes: 1,
          onProgress: ({ done }) => {
            if (done === 2) throw kill;
          },
        })
      );
      assertEquals((await train(source, short, { resume: true })).training.length, 1);
    });
  }));

Deno.test("train() resumed after its end changes nothing", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const first = await train(source, path, options);
    const bytes = () =>
      [...Deno.readDirSync(path)].map(({ name }) => [name, Deno.readFileSync(join(path, name))]);
    const before = bytes();
    const again = await train(source, path, { resume: true });
    assertEquals(again.training, first.training);
    assertEquals(again.parameters, first.parameters);
    assertEquals(bytes(), before);
  }));

/** Trainings of 12 epochs that are killed by SIGKILL, and when. */
const killedTrainings: {
  readonly what: string;
  readonly args: string[];
  readonly steps?: number;
  readonly isMoment: (standing: { epoch: number; batch: number }) => boolean;
}[] = [
  {
    what: "in the middle of an epoch", // in the 40 steps of the next epoch
    args: [],
    isMoment: ({ epoch }) => epoch >= 2,
  },
  {
    what: "after a checkpoint within an epoch of --steps",
    args: ["--steps", "30", "--checkpoint-minutes", "0"],
    steps: 30,
    isMoment: ({ epoch, batch }) => epoch >= 2 && batch >= 5, // in the second pass of 40 steps
  },
];

for (const { what, args: more, steps, isMoment } of killedTrainings) {
  Deno.test(`deno task train, killed by SIGKILL ${what}, resumes to the same losses`, () =>
    inFolder(async (folder) => {
      const [cohort, run] = [join(folder, "cohort"), join(folder, "run")];
      await writeMeds(cohort, source, { name: "tiny" });
      const set = Object.entries(tinySettings).flatMap(([name, value]) => [
        "--set",
        `${name}=${value}`,
      ]);
      const args = ["--cohort", cohort, "--out", run, "--backend", "wasm"];
      const how = [...set, "--epochs", "12", "--batch", "1", "--lr", "0.001", ...more];
      const task = startTask("train", [...args, ...how]);
      await changeIn(folder, async ({ kind }) => {
        if (kind !== "rename") return false; // the run's files come in by renaming
        const stored = await stateOf(run).catch(() => undefined);
        return stored !== undefined && isMoment(stored.standing);
      });
      task.kill("SIGKILL");
      assertEquals((await task.output()).signal, "SIGKILL");
      const { standing } = await stateOf(run);
      assert(standing.epoch < 12, `${standing.epoch}`);

      const { code, lines: said } = await runTask("train", ...args, "--resume");
      assertEquals(code, 0, said.join("\n"));
      assertMatch(said.join("\n"), /^Best epoch \d+: validation loss \d+\.\d{3} nats per visit$/m);
      const expected = await train(source, join(folder, "whole"), {
        settings: tinySettings,
        epochs: 12,
        batch: 1,
        learningRate: 0.001,
        steps,
      });
      assertEquals(epochsOf(await readRun(run)), epochsOf(expected));
      assertEquals(await stateOf(run), await stateOf(join(folder, "whole")));
    }));
}

Deno.test("train() refuses to resume with other options, or another cohort", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    await train(source, path, { ...options, epochs: 2 });
    const before = await stateOf(path);
    const refused: [TrainOptions, string][] = [
      [{ learningRate: 0.5 }, "with learningRate 0.5: it was started with 0.01"],
      [{ seed: 2 }, "with seed 2: it was started with 1"],
      [{ averageWeights: 0.9 }, "with averageWeights 0.9: it was started with 0"],
      [{ steps: 3 }, "with steps 3: it was started with 0"],
      [{ settings: { width: 16 } }, "with width 16: it was started with 8"],
      [{ model: "gpt" }, "with model gpt: it was started with halo"],
      [
        { epochs: 1 },
        "with epochs 1: it was started with 2; more epochs are possible, fewer are not",
      ],
    ];
    for (const [change, message] of refused) {
      await assertRejects(
        () => train(source, path, { ...change, resume: true }),
        RangeError,
        `Cannot resume "${path}" ${message}`,
      );
    }
    await assertRejects(
      () => train({ ...source, labelNames: ["ill", "tall"] }, path, { resume: true }),
      RangeError,
      `Cannot resume "${path}": it was started on another cohort or other splits`,
    );
    assertEquals(await stateOf(path), before);
    await train(source, path, { ...options, epochs: 2, resume: true }); // the same ones are fine
  }));

Deno.test("train() refuses to resume on other records of the same codes and labels", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    await train(source, path, { ...options, epochs: 1 });
    const longer = cohortOf(source.vocabulary, source.labelNames, [
      { visits: Array.from({ length: 9 }, () => [0]), labels: [0, 0], split: 0 },
      { visits: [[1]], labels: [0, 1], split: 1 },
    ]);
    await assertRejects(
      () => train(longer, path, { resume: true }),
      RangeError,
      `Cannot resume "${path}": it was started on another cohort or other splits`,
    );
  }));

/** Damages to a run's folder, and what resuming then says. */
const damages: [what: string, (path: string) => Promise<void>, message: string][] = [
  [
    "a resume.safetensors that is cut short",
    async (path) => {
      const file = join(path, "resume.safetensors");
      await Deno.truncate(file, (await Deno.stat(file)).size - 100);
    },
    'resume.safetensors": it is cut short: tensor "squares.ehr_head.auto2.',
  ],
  [
    "a resume.safetensors that is something else",
    (path) => Deno.writeTextFile(join(path, "resume.safetensors"), "not a checkpoint at all"),
    'resume.safetensors": it is not a complete safetensors file: its header claims',
  ],
  [
    "a checkpoint of something else",
    (path) =>
      writeSafetensors(join(path, "resume.safetensors"), {
        "model.weight": { shape: [1], numbers: Float32Array.of(1) },
      }),
    'resume.safetensors": it has a tensor "model.weight" that does not belong to the model',
  ],
  [
    "a checkpoint without progress",
    async (path) => {
      const file = join(path, "resume.safetensors");
      await writeSafetensors(file, (await readSafetensors(file)).tensors);
    },
    'resume.safetensors": it does not say where the run was interrupted',
  ],
  [
    "a checkpoint that lacks half of Adam's state",
    async (path) => {
      const file = join(path, "resume.safetensors");
      const { tensors, metadata } = await readSafetensors(file);
      for (const name of Object.keys(tensors)) if (name.startsWith("means")) delete tensors[name];
      await writeSafetensors(file, tensors, metadata);
    },
    'resume.safetensors": no tensor "transformer.vis_embed_mat.weight"',
  ],
  [
    "a config.json that is cut short",
    async (path) => {
      const text = await Deno.readTextFile(join(path, "config.json"));
      await Deno.writeTextFile(join(path, "config.json"), text.slice(0, 40));
    },
    'config.json" as JSON: ',
  ],
  [
    "a config.json of something else",
    (path) => Deno.writeTextFile(join(path, "config.json"), '{"model": "halo", "config": null}'),
    `config.json": it has no ehrloom, so it is not a run's config`,
  ],
  [
    "a vocabulary.json of something else",
    (path) => Deno.writeTextFile(join(path, "vocabulary.json"), "null"),
    `vocabulary.json": it is not a run's vocabulary`,
  ],
  [
    "a training.jsonl that is cut short",
    (path) => Deno.writeTextFile(join(path, "training.jsonl"), '{"epo', { append: true }),
    'training.jsonl" row 2: it is not JSON',
  ],
  [
    "no config.json",
    (path) => Deno.remove(join(path, "config.json")),
    'config.json": there is no such file; is it a run?',
  ],
];

for (const [what, damage, message] of damages) {
  Deno.test(`train() refuses to resume a run with ${what}, in one line`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "run");
      await train(source, path, { ...options, epochs: 1 });
      await damage(path);
      const error = await assertRejects(
        () => train(source, path, { resume: true }),
        Error,
        message,
      );
      assert(!error.message.includes("\n"), error.message);
    }));
}

testOnBackends(
  "train() resumed gives the losses of a run never interrupted",
  () =>
    inFolder(async (folder) => {
      const expected = await train(source, join(folder, "whole"), options);
      await interrupted(source, join(folder, "parts"), stepsPerEpoch + 3, options);
      const found = await train(source, join(folder, "parts"), { resume: true });
      const losses = ({ training }: Run) =>
        training.flatMap(({ train_loss, validation_loss }) => [train_loss ?? NaN, validation_loss]);
      const again = losses(found);
      for (const [i, loss] of losses(expected).entries()) {
        // TensorFlow's threads sum in any order: to float32's precision
        assertAlmostEquals(again[i], loss, 1e-5 * loss);
      }
    }),
);
