import { assertEquals, assertRejects } from "@std/assert";
import { compare, comparePart } from "ehrloom/compare/compare.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { contents } from "../reliability/scenarios.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const cohort = tinyCohort(40);
const options = {
  models: ["halo", "markov"],
  settings: tinySettings,
  seeds: [3, 4],
  epochs: 2,
  batch: 8,
  resamples: 3,
};

Deno.test("a comparison made of parts is the one that is made at once", () =>
  inFolder(async (folder) => {
    const [whole, ofParts, parts] = ["whole", "of parts", "parts"].map((name) =>
      join(folder, name)
    );
    await compare(cohort, whole, options);
    for (const model of options.models) {
      for (const seed of options.seeds) {
        await comparePart(cohort, join(parts, `${model} ${seed}`), { model, seed }, options);
      }
    }
    const finished = await contents(join(parts, "halo 4"));
    assertEquals(Object.keys(finished ?? {}).includes("comparison.json"), false);
    await Deno.mkdir(join(parts, "no part"));
    // what a part has finished is not made again: of a run in steps, no step is left to be made
    const stages: string[] = [];
    await compare(cohort, ofParts, {
      ...options,
      parts,
      onProgress: ({ stage }) => stages.push(stage),
    });
    assertEquals(stages.filter((stage) => !stage.startsWith("ceiling: ")), []);
    assertEquals(await contents(ofParts), await contents(whole));

    await assertRejects(
      () => compare(cohort, join(folder, "other"), { ...options, epochs: 3, parts }),
      RangeError,
      "with epochs 3: it was started with 2; remove this part, or choose another folder of parts",
    );
    const settings = { ...tinySettings, width: 16 };
    await assertRejects(
      () => compare(cohort, join(folder, "other"), { ...options, settings, parts }),
      RangeError,
      "with width 16 for halo: it was started with 8; use another form of it, NAME+WORD, or " +
        "remove this part",
    );
    await assertRejects(
      () => compare(cohort, join(folder, "other"), { ...options, parts: join(folder, "none") }),
      Deno.errors.NotFound,
      `Cannot read "${join(folder, "none")}": no such folder`,
    );
  }));

Deno.test("comparePart() refuses a part that the comparison does not have", () =>
  inFolder(async (folder) => {
    const part = join(folder, "part");
    const none = { model: "gpt" };
    await assertRejects(
      () => comparePart(cohort, part, none, options),
      RangeError,
      'Cannot compare part "gpt": the models are halo, markov',
    );
    await assertRejects(
      () => comparePart(cohort, part, { model: "halo", seed: 5 }, options),
      RangeError,
      'Cannot compare part "halo" with seed 5: the seeds are 3, 4',
    );
    assertEquals(await contents(part), undefined);
  }));
