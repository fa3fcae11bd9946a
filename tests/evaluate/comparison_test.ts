import { assertEquals } from "@std/assert";
import { differencesOf, fromJson, type JudgedModel, toJson } from "ehrloom/evaluate/comparison.ts";
import { compare, useBackend } from "ehrloom";
import { inFolder } from "../folder.ts";
import { tinyCohort } from "../tiny.ts";
import { join } from "node:path";

await useBackend("wasm");

Deno.test("differencesOf() survives test records that a model holds impossible, and so does JSON", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    await compare(tinyCohort(80), out, { models: ["markov"], resamples: 4 });
    const path = join(out, "models", "markov", "judgement.json");
    const own = fromJson(await Deno.readTextFile(path)) as JudgedModel;
    const withLoss = (model: string, nll: number[]): JudgedModel => ({
      ...own,
      model,
      resampled: { ...own.resampled, nll },
    });
    const finite = withLoss("finite", [2, 1, 2, 3, 2]);
    const infinite = withLoss("infinite", [Infinity, 5, Infinity, Infinity, Infinity]);
    const [difference] = differencesOf([finite, infinite]);
    assertEquals(difference.nll_per_visit?.value, Infinity);
    assertEquals(difference.nll_per_visit?.high, Infinity);
    assertEquals(differencesOf([infinite, { ...infinite, model: "too" }])[0].nll_per_visit, null);
    const { unigram } = difference.r2;
    assertEquals(unigram, { value: 0, low: 0, high: 0 });
    assertEquals(fromJson(toJson(difference)), difference);
  }));
