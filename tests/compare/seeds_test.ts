// Several random seeds: their spread, and a folder that grows by a seed.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { compare, type CompareOptions, useBackend } from "ehrloom";
import { parseHTML } from "linkedom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { filesOf } from "../reliability/scenarios.ts";
import { runTask, tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(80);
const options: CompareOptions = {
  models: ["halo", "markov"],
  settings: tinySettings,
  epochs: 2,
  batch: 8,
  resamples: 5,
};

Deno.test("compare() with several seeds gives the first one's figures, and the spread over all", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const alone = await compare(source, out, { ...options, seed: 3 });
    assertEquals(alone.comparison.models[0].spread, undefined);
    const before = filesOf(join(out, "models")).map((path) => [path, Deno.statSync(path).mtime]);
    // seeds are added to the folder that was begun with the first one
    const names = { real: "hospital" };
    const several = await compare(source, out, { ...options, names, seeds: [3, 4, 5] });
    for (const [path, time] of before) {
      assertEquals(Deno.statSync(String(path)).mtime, time, `${path} is kept`);
    }
    const [halo] = several.comparison.models;
    const { spread, ...own } = halo;
    assertEquals(own, alone.comparison.models[0]);
    assertEquals(spread?.seeds, [3, 4, 5]);
    const loss = spread?.figures.nll_per_visit;
    const losses = loss?.values.map(Number) ?? [];
    assertEquals(losses[0], halo.likelihood?.nll_per_visit);
    assertEquals(new Set(losses).size, 3, "each seed trains another model");
    assertAlmostEquals(loss?.mean ?? NaN, (losses[0] + losses[1] + losses[2]) / 3, 1e-12);
    const records = [join(out, "models/halo"), join(out, "models/halo/seeds/4")]
      .map((path) => Deno.readFileSync(join(path, "synthetic/data/0000.parquet")).join());
    assert(records[0] !== records[1], "each seed generates other records");
    // a seed of its own gives what it gave among the others
    const four = await compare(source, join(folder, "four"), { ...options, seed: 4 });
    assertEquals(four.comparison.models[0].likelihood?.nll_per_visit, losses[1]);

    const html = await Deno.readTextFile(join(out, "comparison.html"));
    const { document } = parseHTML(html);
    const lead = document.querySelector("header p")?.textContent ?? "";
    assertStringIncludes(lead, "the same 40 real records of hospital and evaluated on 40");
    assertStringIncludes(lead, "Random seeds 3, 4, 5. Ehrloom");
    const rows = [...document.querySelectorAll("[aria-labelledby=seeds] tbody tr")]
      .map(({ textContent }) => textContent);
    const text = (value = NaN) => value.toFixed(3);
    assert(
      rows[0]?.startsWith(
        `HALO${text(loss?.mean)} ± ${text(loss?.sd)} ${text(Math.min(...losses))} to `,
      ),
      rows[0] ?? "",
    );
  }));

Deno.test("compare() with several seeds that was stopped continues with the seed that is missing", () =>
  inFolder(async (folder) => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const seeds = [1, 2];
    const expected = await compare(source, whole, { ...options, seeds });
    const stop = new Error("stopped");
    await assertRejects(
      () =>
        compare(source, parts, {
          ...options,
          seeds,
          onProgress: ({ stage, done }) => {
            if (stage === "halo, seed 2: training" && done > 3) throw stop;
          },
        }),
      Error,
      "stopped",
    );
    const found = await compare(source, parts, { ...options, seeds });
    const spreads = ({ comparison }: typeof found) => comparison.models.map(({ spread }) => spread);
    assertEquals(spreads(found), spreads(expected));
  }));

Deno.test("compare() refuses seeds that contradict each other", () =>
  inFolder(async (folder) => {
    const cases: [Partial<CompareOptions>, string][] = [
      [{ seeds: [] }, "Cannot compare: no seed is given"],
      [{ seeds: [1, 2, 1] }, "Cannot compare: seed 1 is given twice"],
      [{ seeds: [1, 2], seed: 2 }, "Cannot compare with seed 2 and seeds 1,2: the first of them"],
      [{ seeds: [1, -2] }, "Cannot train with seed -2"],
    ];
    for (const [given, message] of cases) {
      await assertRejects(
        () => compare(source, join(folder, "out"), { ...options, ...given }),
        RangeError,
        message,
      );
    }
    const [cohort, out] = [join(folder, "cohort"), join(folder, "out")];
    const args = ["--cohort", cohort, "--out", out];
    const wrong: [string[], string][] = [
      [["--seed", "1", "--seeds", "1,2"], "error: use either --seed or --seeds"],
      [["--seeds", "1,x"], "error: --seeds is 1,x, must be whole numbers, such as 1,2,3"],
    ];
    for (const [given, message] of wrong) {
      const { code, lines } = await runTask("compare", ...args, ...given);
      assertEquals([code, lines[0]], [2, message]);
    }
    assertEquals([...Deno.readDirSync(folder)].length, 0);
  }));
