import { assertEquals } from "@std/assert";
import { train, trainOptionsOf, useBackend } from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

Deno.test("trainOptionsOf() trains the same run again", () =>
  inFolder(async (folder) => {
    const source = tinyCohort(40);
    const first = await train(source, join(folder, "first"), {
      model: "gpt",
      settings: { ...tinySettings, tied: false, context: 40 },
      epochs: 2,
      batch: 8,
      learningRate: 0.01,
      seed: 7,
    });
    const options = trainOptionsOf(first.runConfig);
    assertEquals([options.model, options.epochs, options.seed], ["gpt", 2, 7]);
    const again = await train(source, join(folder, "again"), options);
    assertEquals(again.runConfig, first.runConfig);
    assertEquals(again.parameters, first.parameters);
  }));
