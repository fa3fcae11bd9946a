import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { againstPreset, namedPreset, namedPresets, readRun, settingsOf, train } from "ehrloom";
import { fingerprint } from "ehrloom/cohort/fingerprint.ts";
import { join } from "node:path";
import { useBackend } from "ehrloom/nn/backend.ts";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";

Deno.test("namedPresets has every file of the folder, and what a training takes", () => {
  const files = [...Deno.readDirSync("presets")].map(({ name }) => name.replace(".json", ""));
  assertEquals(Object.keys(namedPresets).toSorted(), files.toSorted());
  for (const [name, { model, settings, training, tried }] of Object.entries(namedPresets)) {
    assert(name.startsWith(`${model}-`), name);
    for (const setting of Object.keys(settings)) assert(setting in settingsOf(model), setting);
    assertEquals(name, `${model}-${training.minutes}-minutes`);
    assert(tried.validation_loss > 0 && tried.minutes > 0, name);
    for (const r2 of [tried.unigram, tried.same_visit_bigram, tried.sequential_bigram]) {
      assert(r2 <= 1, name);
    }
  }
});

Deno.test("namedPreset() says which presets there are", () => {
  assertEquals(namedPreset("gpt-5-minutes"), namedPresets["gpt-5-minutes"]);
  assertThrows(
    () => namedPreset("gpt-5-minuts"),
    RangeError,
    'There is no preset "gpt-5-minuts"; did you mean gpt-5-minutes?',
  );
  assertThrows(() => namedPreset("toString"), RangeError, 'There is no preset "toString"; known:');
});

Deno.test("againstPreset() compares losses on the cohort of the preset only", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const cohort = tinyCohort(40);
    const settings = tinySettings;
    await train(cohort, join(folder, "run"), { model: "halo", settings, epochs: 1 });
    const run = await readRun(join(folder, "run"));
    const [{ validation_loss: loss }] = run.training;
    const preset = namedPresets["halo-5-minutes"];
    assertMatch(againstPreset(preset, run), /tried on another cohort, .* no yardstick/);
    const tried = { ...preset.tried, fingerprint: await fingerprint(cohort), validation_loss: 7 };
    assertMatch(
      againstPreset({ ...preset, tried }, run),
      new RegExp(
        `^Expected: validation loss 7\\.000 .*; here: ${loss.toFixed(3)} after 0\\.\\d min`,
      ),
    );
  }));
