import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  estimateTraining,
  readRun,
  runFingerprint,
  runLikelihood,
  splitOf,
  train,
  type TrainOptions,
  trainOptionsOf,
  useBackend,
  withCanaries,
} from "ehrloom";
import { foreignPart } from "ehrloom/files/ours.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";
import { trainWithBegun } from "./begun_run.ts";

await useBackend("wasm");

const source = tinyCohort(80);
const audited: TrainOptions = {
  settings: tinySettings,
  batch: 8,
  epochs: 2,
  canaries: 20,
  seed: 3,
};

Deno.test("train() with canaries keeps them and their coins in the run folder, and learns from those in training", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const notes: string[] = [];
    const starts: number[] = [];
    const run = await train(source, path, {
      ...audited,
      onNote: (note) => notes.push(note),
      onStart: ({ trainRecords }) => starts.push(trainRecords),
    });
    const { canaries, isIn } = withCanaries(source, { canaries: 20, seed: 3 });
    const included = isIn.reduce((sum, each) => sum + each, 0);
    assertEquals(notes, [`20 canaries: ${included} of them are among the training records`]);
    assertEquals(starts, [splitOf(source, "train").recordCount + included]);
    assertEquals(run.runConfig.canaries?.count, 20);
    assertEquals(run.canaries?.isIn, isIn);
    const parts = ["visitOffsets", "codeOffsets", "codes", "labels", "gapDays"] as const;
    for (const part of parts) assertEquals(run.canaries?.canaries[part], canaries[part]);
    assertEquals(await foreignPart(path), undefined); // train --force may replace it
    const without = await train(source, join(folder, "plain"), { ...audited, canaries: undefined });
    assertNotEquals(run.parameters, without.parameters);
    assertEquals(without.canaries, undefined);
  }));

Deno.test("train() with canaries knows the patients' cohort, and its fingerprint knows the coins", () =>
  inFolder(async (folder) => {
    const options = { model: "markov", canaries: 20, seed: 3 };
    const run = await train(source, join(folder, "run"), options);
    const plain = await train(source, join(folder, "plain"), { ...options, canaries: undefined });
    assertEquals(run.runConfig.cohort, plain.runConfig.cohort);
    assert((await runLikelihood(run, source, { resamples: 0 })).nll_per_visit > 0);
    const other = { ...run.runConfig.canaries, count: 20, sha256: "0" };
    const changed = { ...run, runConfig: { ...run.runConfig, canaries: other } };
    assertNotEquals(await runFingerprint(run), await runFingerprint(changed));
    assertEquals("canaries" in trainOptionsOf(run.runConfig), false);
  }));

Deno.test("train() with canaries resumed from its beginning gives the same run", () =>
  inFolder(async (folder) => {
    const [whole, begun] = [join(folder, "whole"), join(folder, "begun")];
    await trainWithBegun(source, { whole, begun, options: audited });
    assert([...Deno.readDirSync(begun)].some(({ name }) => name === "canaries.json"));
    const found = await train(source, begun, { resume: true, canaries: 20 });
    assertEquals(found.parameters, (await readRun(whole)).parameters);
    assertEquals(
      await Deno.readTextFile(join(begun, "canaries.json")),
      await Deno.readTextFile(join(whole, "canaries.json")),
    );
  }));

Deno.test("train() does not resume a run with other canaries", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    await train(source, path, { model: "markov", canaries: 20 });
    await assertRejects(
      () => train(source, path, { resume: true, canaries: 30 }),
      RangeError,
      "with canaries 30: it was started with 20",
    );
    await train(source, path, { model: "markov", force: true });
    await assertRejects(
      () => train(source, path, { resume: true, canaries: 30 }),
      RangeError,
      "with canaries 30: it was started with none",
    );
  }));

Deno.test("train() refuses canaries for models without a likelihood, too many of them, and too few", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    const failing = (options: TrainOptions, message: string) =>
      assertRejects(() => train(source, path, options), RangeError, message);
    for (const model of ["synteg", "memoriser", "independent"]) {
      await failing(
        { model, canaries: 20 },
        `Cannot train "${model}" with canaries: it gives records no likelihood`,
      );
    }
    await failing({ canaries: 41 }, "no more than the 40 training records");
    await failing({ canaries: 0 }, "Cannot add 0 canaries: there must be at least 12");
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("estimateTraining() counts the canaries in training", async () => {
  const plain = { ...audited, canaries: undefined };
  const [found, without] = [
    await estimateTraining(source, audited),
    await estimateTraining(source, plain),
  ];
  const { isIn } = withCanaries(source, { canaries: 20, seed: 3 });
  assertEquals(found.records - without.records, isIn.reduce((sum, each) => sum + each, 0));
});

Deno.test("readRun() refuses canaries that are missing or were changed", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run");
    await train(source, path, { model: "markov", canaries: 20 });
    const file = join(path, "canaries.json");
    const text = await Deno.readTextFile(file);
    const failing = (kind: typeof SyntaxError | typeof Deno.errors.NotFound, message: string) =>
      assertRejects(() => readRun(path), kind, message);
    await Deno.writeTextFile(file, text.replace("true", "false"));
    await failing(SyntaxError, `"${file}": it is not the file that the run was started with`);
    await Deno.remove(file);
    await failing(Deno.errors.NotFound, "canaries.json");
    await Deno.writeTextFile(file, text);
    const names = join(path, "vocabulary.json");
    const known = await Deno.readTextFile(names);
    await Deno.writeTextFile(names, known.replace('"code 3"', '"code X"'));
    await failing(SyntaxError, `"${file}": the run does not know the code "code 3"`);
  }));
