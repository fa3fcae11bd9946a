// Runs and comparisons of earlier versions, whose configs have 0 and 1 for false and true.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { compare, generate, readRun, train, type TrainOptions, useBackend } from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(40);

/** Writes a JSON file's config as an earlier version would have. */
async function makeOlder(path: string): Promise<void> {
  const json = JSON.parse(await Deno.readTextFile(path));
  const before = JSON.stringify(json.config);
  for (const [name, value] of Object.entries(json.config)) {
    if (typeof value === "boolean") json.config[name] = Number(value);
  }
  assert(JSON.stringify(json.config) !== before, "the config has flags");
  delete json.training?.averageWeights; // which they had not, as what follows
  delete json.training?.steps;
  await Deno.writeTextFile(path, JSON.stringify(json, null, 2) + "\n");
}

const models: TrainOptions[] = [
  { model: "gpt", settings: { ...tinySettings, form: "published" } },
  { model: "hisgt", settings: { ...tinySettings, hierarchy: false } },
  { model: "synehrgy", settings: { ...tinySettings, softLabels: true } },
  {
    model: "synteg",
    settings: { width: 8, heads: 2, layers: 1, lstmWidth: 8, condition: 4, ganEpochs: 1 },
  },
];

for (const options of models) {
  Deno.test(`an older run of ${options.model} is read as it was and generates the same records`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "run");
      const run = await train(source, path, { ...options, epochs: 1, batch: 8 });
      const { cohort } = await generate(run, { count: 10, seed: 3 });
      await makeOlder(join(path, "config.json"));
      const older = await readRun(path);
      assertEquals(older, run);
      assertEquals((await generate(older, { count: 10, seed: 3 })).cohort, cohort);
    }));
}

Deno.test("an older run that was killed goes on to the same parameters", () =>
  inFolder(async (folder) => {
    const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
    const settings = { ...tinySettings, tied: false };
    const options: TrainOptions = { model: "gpt", settings, epochs: 3, batch: 8 };
    const { parameters } = await train(source, whole, options);
    const kill = new Error("killed");
    const onProgress: TrainOptions["onProgress"] = ({ done }) => {
      if (done === 5) throw kill; // in its second epoch
    };
    assertEquals(
      await assertRejects(() => train(source, killed, { ...options, onProgress })),
      kill,
    );
    await makeOlder(join(killed, "config.json"));
    await assertRejects(
      () => train(source, killed, { settings: { tied: true }, resume: true }),
      RangeError,
      `Cannot resume "${killed}" with tied true: it was started with false`,
    );
    const resumed = await train(source, killed, { settings: { tied: false }, resume: true });
    assertEquals(resumed.parameters, parameters);
  }));

Deno.test("a comparison goes on with what an earlier version left", () =>
  inFolder(async (folder) => {
    const settings = { ...tinySettings, tied: false };
    const options = { models: ["gpt"], settings, epochs: 1, batch: 8, resamples: 5 };
    const { comparison } = await compare(source, folder, { ...options, force: true });
    const own = join(folder, "models", "gpt");
    await makeOlder(join(own, "run", "config.json"));
    await makeOlder(join(own, "judgement.json"));
    const written = await Deno.stat(join(own, "judgement.json"));
    const again = await compare(source, folder, options);
    assertEquals(again.comparison.models, comparison.models);
    assertEquals((await Deno.stat(join(own, "judgement.json"))).mtime, written.mtime);
    await assertRejects(
      () => compare(source, folder, { ...options, settings: tinySettings }),
      RangeError,
      "with tied true for gpt: it was started with false",
    );
  }));
