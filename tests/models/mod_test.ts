// What users may set of the models in the registry, and what a config says of its form.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { comparedModels, modelSummaries, parseSettings, settingsOf } from "ehrloom";
import { allowedValues, isAllowed } from "ehrloom/models/interface/settings.ts";
import { formOf, modelFamily, ownSettings, storedConfig } from "ehrloom/models/mod.ts";
import { tinyCohort } from "../tiny.ts";

const cohort = tinyCohort(8);

for (const { name, settings } of modelSummaries) {
  Deno.test(`${name} has a help for each setting, and defaults that it allows`, () => {
    for (const [key, setting] of Object.entries(settings)) {
      assert(/^[A-Z]/.test(setting.help) && !setting.help.endsWith("."), `${key}: ${setting.help}`);
      const { default: value, published } = setting;
      assert(value === undefined || isAllowed(setting, value), key);
      assert(published === undefined || isAllowed(setting, published) && published !== value, key);
    }
  });

  Deno.test(`${name} runs as intended by itself, and as published with form=published`, () => {
    const family = modelFamily(name);
    const formWith = (set: Record<string, boolean | string>) =>
      formOf(name, family.configFor(cohort, ownSettings(family, set)));
    // what follows from the cohort may also be as published by itself
    const differing = Object.entries(settings).filter(([, { published, default: intended }]) =>
      published !== undefined && intended !== undefined
    );
    const all = differing.map(([key, { published }]) => `${key}=${published}`).join(", ");
    const published = all === "" ? "intended" : `published (${all})`;
    assertEquals(formWith({}), "intended");
    assertEquals(formWith({ form: "intended" }), "intended");
    assertEquals(formWith({ form: "published" }), published);
  });
}

Deno.test("form=published also sets what would follow from the cohort", () => {
  const halo = modelFamily("halo");
  assertEquals(ownSettings(halo, { form: "published" }).codesSoFar, false);
  assertEquals("codesSoFar" in ownSettings(halo, { form: "intended" }), false);
});

Deno.test("a single deviation set beside form wins", () => {
  const gpt = modelFamily("gpt");
  assertEquals(ownSettings(gpt, { form: "published", tied: true, width: 8 }), {
    tied: true,
    labelsInHead: false,
    calibrate: false,
    publishedStart: true,
    evenDraws: true,
    width: 8,
  });
  assertEquals(ownSettings(gpt, { form: "intended", tied: false }), {
    tied: false,
    labelsInHead: true,
    calibrate: true,
    publishedStart: false,
    evenDraws: false,
  });
  assertEquals(ownSettings(gpt, { width: 8 }), { width: 8 });
});

Deno.test("settings of one name are of one kind and allow the same words in all models", () => {
  const kinds = new Map<string, string>();
  for (const { name } of modelSummaries) {
    for (const [key, setting] of Object.entries(settingsOf(name))) {
      const kind = setting.kind === "choice" ? allowedValues(setting) : setting.kind;
      assertEquals(kinds.get(key) ?? kind, kind, `${key} of ${name}`);
      kinds.set(key, kind);
    }
  }
});

Deno.test("parseSettings() takes texts by the kinds of settings, and says what is allowed", () => {
  assertEquals(
    parseSettings("synehrgy", ["width=64", "stayDays=1.5", "grammar=no", "form=published"]),
    { width: 64, stayDays: 1.5, grammar: false, form: "published" },
  );
  for (const text of ["tied=false", "tied=0", "tied=no"]) {
    assertEquals(parseSettings("gpt", [text]), { tied: false });
  }
  const wrong: [text: string, message: string][] = [
    ["tied=2", 'Cannot set tied=2 for "gpt": must be true or false'],
    ["tied", 'Cannot set "tied": must be key=value, such as width=256'],
    ["width=true", 'Cannot set width=true for "gpt": must be a whole number, at least 1'],
    ["layers=0", 'Cannot set layers=0 for "gpt": must be a whole number between 1 and 1000'],
    ["form=old", 'Cannot set form=old for "gpt": must be intended or published'],
    ["toString=1", 'Cannot set toString for "gpt": there is no such setting; known: width, layers'],
    ["positions=9", 'Cannot set positions for "gpt": there is no such setting'],
  ];
  for (const [text, message] of wrong) {
    assertThrows(() => parseSettings("gpt", [text]), RangeError, message);
  }
});

Deno.test("ownSettings() refuses numbers for flags, and what is out of range", () => {
  const gpt = modelFamily("gpt");
  assertThrows(
    () => ownSettings(gpt, { tied: 1 }),
    RangeError,
    'Cannot set tied=1 for "gpt": must be true or false',
  );
  assertThrows(
    () => ownSettings(gpt, { width: 1.5 }),
    RangeError,
    'Cannot set width=1.5 for "gpt": must be a whole number, at least 1',
  );
});

Deno.test("storedConfig() makes flags of an earlier version's 0 and 1, and leaves numbers", () => {
  const family = modelFamily("gpt");
  const config = family.configFor(cohort, { layers: 1, tied: false });
  const old = { ...config, tied: 0, publishedStart: 0 };
  assertEquals(storedConfig(family, old), config);
});

Deno.test("storedConfig() leaves models uncalibrated that were trained before calibration", () => {
  const family = modelFamily("gpt");
  const { calibrate, ...old } = family.configFor(cohort, {});
  assertEquals([calibrate, storedConfig(family, old).calibrate], [true, false]);
});

Deno.test("compare's models are all that the registry has but the memoriser, HALO first", () => {
  const names = modelSummaries.map(({ name }) => name);
  assertEquals(comparedModels[0], "halo");
  assertEquals(comparedModels.toSorted(), names.filter((name) => name !== "memoriser"));
});
