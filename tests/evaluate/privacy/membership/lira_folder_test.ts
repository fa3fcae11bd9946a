import { assertEquals, assertRejects } from "@std/assert";
import {
  attackByShadows,
  attackPart,
  type Cohort,
  cohort as cohortFrom,
  liraInWords,
  readLira,
  readRun,
  subset,
  train,
  useBackend,
} from "ehrloom";
import { trainingOf } from "ehrloom/evaluate/privacy/membership/lira_plan.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { inFolder } from "../../../folder.ts";
import { simulated } from "../simulated.ts";

const split = (source: Cohort): Cohort => ({
  ...source,
  splits: Uint8Array.from(source.subjectIds, (_, i) => [0, 0, 1, 2, 2][i % 5]),
});
const cohort = split(simulated(1, 100, 50));
const byHeart = { model: "markov", settings: { smoothing: 0.001 } };

Deno.test("attackByShadows() stopped in the middle is continued to the figures of one that was not", () =>
  inFolder(async (folder) => {
    const run = await train(cohort, join(folder, "run"), byHeart);
    const whole = await attackByShadows(run, cohort, join(folder, "whole"), { shadows: 4 });
    const stop = new AbortController();
    const out = join(folder, "lira");
    await assertRejects(() =>
      attackByShadows(run, cohort, out, {
        shadows: 4,
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done === 2) stop.abort();
        },
      })
    );
    const models = () => [...Deno.readDirSync(join(out, "shadows"))].map(({ name }) => name).sort();
    assertEquals(models(), ["1", "2"]);
    const { mtime } = Deno.statSync(join(out, "shadows/1/config.json"));
    const { lira } = await attackByShadows(run, cohort, out, { shadows: 4 });
    assertEquals(lira, whole.lira);
    assertEquals((await readLira(out)).lira, lira);
    assertEquals(Deno.statSync(join(out, "shadows/1/config.json")).mtime, mtime); // is kept

    const more = await attackByShadows(run, cohort, out, { shadows: 6 });
    assertEquals([more.lira.shadows, models().length], [6, 6]);
  }));

Deno.test("attackByShadows() continues no other attack, and replaces nothing that is not its own", () =>
  inFolder(async (folder) => {
    const run = await train(cohort, join(folder, "run"), byHeart);
    const out = join(folder, "lira");
    await attackByShadows(run, cohort, out, { shadows: 4 });
    await assertRejects(
      () => attackByShadows(run, cohort, out, { shadows: 4, seed: 1 }),
      RangeError,
      "begun with another seed; choose another folder, or pass force: true",
    );
    const again = await attackByShadows(run, cohort, out, { shadows: 4, seed: 1, force: true });
    assertEquals(again.about.seed, 1);
    await assertRejects(
      () => attackByShadows(run, cohort, join(folder, "run"), { shadows: 4 }),
      Deno.errors.AlreadyExists,
      "holds no attack to continue",
    );
    const others = subset(cohort, Array.from({ length: cohort.recordCount - 1 }, (_, i) => i));
    const attempts = [
      () => attackByShadows(run, others, join(folder, "other"), { shadows: 4 }),
      () => attackPart(run, others, join(folder, "other"), { shadow: 1 }),
    ];
    for (const attempt of attempts) {
      await assertRejects(
        attempt,
        RangeError,
        "Cannot attack: the run was trained on another cohort or other splits, so nobody knows",
      );
    }
  }));

Deno.test("attackByShadows() of parts has the figures of one process, and trains what is missing", () =>
  inFolder(async (folder) => {
    const run = await train(cohort, join(folder, "run"), byHeart);
    const whole = await attackByShadows(run, cohort, join(folder, "whole"), { shadows: 4 });
    const parts = join(folder, "parts");
    for (const shadow of [4, 1, 2]) {
      await attackPart(run, cohort, join(parts, `part ${shadow}`), { shadow });
    }
    await assertRejects(
      () => attackPart(run, cohort, join(parts, "part 4"), { shadow: 3 }),
      RangeError,
      "it holds shadow model 4; choose another folder",
    );
    for (const shadow of [1, 2]) { // to be seen in what is taken over
      await Deno.writeTextFile(join(parts, `part ${shadow}`, "shadows", `${shadow}`, "note"), "");
    }
    await Deno.remove(join(parts, "part 2", "part.json")); // as if it were not finished
    const out = join(folder, "lira");
    const found = await attackByShadows(run, cohort, out, { shadows: 4, parts });
    assertEquals(found.lira, whole.lira);
    const bytes = (of: string, shadow: number) =>
      Deno.readFileSync(join(folder, of, "shadows", String(shadow), "model.safetensors"));
    for (const shadow of [1, 2, 3, 4]) assertEquals(bytes("lira", shadow), bytes("whole", shadow));
    const noted = [1, 2].map((shadow) => existsSync(join(out, "shadows", `${shadow}`, "note")));
    assertEquals(noted, [true, false]);
    await assertRejects(
      () => attackByShadows(run, cohort, join(folder, "other"), { shadows: 4, seed: 1, parts }),
      RangeError,
      "begun with another seed; remove this part, or choose another folder of parts",
    );
    await assertRejects(
      () => attackPart(run, cohort, join(parts, "part 1"), { shadow: 1, seed: 1 }),
      RangeError,
      "begun with another seed; choose another folder, or remove this one",
    );
  }));

/** 60 records in training, 20 in validation, 20 in test: a half of 40. */
const mostInTraining = cohortFrom({
  ...cohort,
  splits: Uint8Array.from(cohort.subjectIds, (_, i) => [0, 0, 0, 1, 2][i % 5]),
});
const tinyLstm = { model: "lstm", settings: { width: 4, layers: 1 }, epochs: 2, batch: 10 };

Deno.test("attackPart() trains on each record as often as the run did, where epochs are steps", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    // 9 of 6 batches are 1.5 passes, as are 6 of 4
    const run = await train(mostInTraining, join(folder, "run"), { ...tinyLstm, steps: 9 });
    await attackPart(run, mostInTraining, join(folder, "part"), { shadow: 1 });
    const shadow = await readRun(join(folder, "part/shadows/1"));
    assertEquals(shadow.training.map(({ step }) => step), [6, 12]);

    const stepsOf = (training: { steps?: number; batch?: number }) => {
      const runConfig = { ...run.runConfig, training: { ...run.runConfig.training, ...training } };
      return trainingOf({ ...run, runConfig }, mostInTraining, undefined).steps;
    };
    assertEquals(stepsOf({ steps: 0 }), 0); // an epoch is a pass
    assertEquals(stepsOf({ steps: 5, batch: 60 }), 5); // a batch holds all
    assertEquals(stepsOf({ steps: 1, batch: 1 }), 1); // 2 / 3
  }));

Deno.test("attackByShadows() takes a finished part over one that it had begun itself", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const run = await train(mostInTraining, join(folder, "run"), tinyLstm);
    const [out, parts] = [join(folder, "lira"), join(folder, "parts")];
    const stop = new AbortController();
    await assertRejects(() =>
      attackByShadows(run, mostInTraining, out, {
        shadows: 4,
        signal: stop.signal,
        onProgress: () => {
          if (existsSync(join(out, "shadows/1/training.jsonl"))) stop.abort();
        },
      })
    );
    assertEquals((await readRun(join(out, "shadows/1"))).training.length, 1); // of 2 epochs
    await attackPart(run, mostInTraining, join(parts, "1"), { shadow: 1 });
    await Deno.writeTextFile(join(parts, "1/shadows/1/note"), ""); // to be seen in what is taken over
    await attackByShadows(run, mostInTraining, out, { shadows: 4, parts });
    assertEquals(existsSync(join(out, "shadows/1/note")), true);
    assertEquals((await readRun(join(out, "shadows/1"))).training.length, 2);
  }));

Deno.test("liraInWords() says whether training records are told from others", () => {
  const figures = (value: number, low: number, high: number) => ({
    auc: { value, low, high },
    advantage: 0,
    tpr_at_fpr: [],
  });
  const lines = liraInWords({
    about: { ehrloom: "0", created: "", model: "halo", seed: 0, versions: {} },
    lira: {
      shadows: 16,
      members: 100,
      non_members: 90,
      online: figures(0.7, 0.62, 0.78),
      offline: figures(0.52, 0.45, 0.59),
      left_out: [],
    },
  });
  assertEquals(lines, [
    "Online attack by 16 shadow models: area under the ROC curve 0.700 (95% interval 0.620 to " +
    "0.780), 100 training against 90 other records; training records are told from others better " +
    "than by guessing",
    "Offline attack by 16 shadow models: area under the ROC curve 0.520 (95% interval 0.450 to " +
    "0.590), 100 training against 90 other records; training records are not told from others " +
    "better than by guessing",
  ]);
});
