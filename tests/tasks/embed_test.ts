import { assertEquals, assertMatch } from "@std/assert";
import { readRun, writeMeds } from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { writeTinyBert } from "../models/knowledge/tiny_bert.ts";
import { runTask, tinyCohort } from "../tiny.ts";

Deno.test("deno task embed makes vectors that train --embeddings takes, and both say where from", () =>
  inFolder(async (folder) => {
    const [cohort, bert] = [join(folder, "cohort"), join(folder, "bert")];
    await writeMeds(cohort, tinyCohort(40), { name: "tiny" });
    await Deno.mkdir(bert);
    await writeTinyBert(bert);
    const out = join(folder, "vectors.safetensors");
    const task = [
      "embed",
      "--bert",
      bert,
      "--codes",
      cohort,
      "--backend",
      "wasm",
      "--out",
    ] as const;
    const embedded = await runTask(...task, out);
    const source =
      'BERT "bert" of 2 layers, mean over tokens; 12 of 12 codes have no description, ' +
      'so their text is the code itself: "code 0", "code 1", "code 2" and 9 more';
    assertEquals(embedded, {
      code: 0,
      lines: [
        `19 vectors of width 8: ${source}`,
        `Next: add --embeddings ${out} to deno task train --model hisgt`,
      ],
    });

    const run = join(folder, "run");
    const train = ["train", "--cohort", cohort, "--model", "hisgt", "--backend", "wasm"] as const;
    const set = ["--set", "width=8", "--set", "heads=2", "--set", "layers=1", "--epochs", "1"];
    const trained = await runTask(...train, "--out", run, "--embeddings", out, ...set);
    assertEquals(trained.code, 0, trained.lines.join("\n"));
    assertEquals(
      (await readRun(run)).runConfig.sources?.semantic_table,
      `"vectors.safetensors" (${source})`,
    );
    const other = ["--out", `${run}-2`, "--embeddings", out, "--set", "semanticWidth=16"];
    const narrow = await runTask(...train, ...other);
    assertEquals(narrow.code, 1);
    assertMatch(
      narrow.lines[narrow.lines.length - 1],
      /its vectors have width 8, but semanticWidth is 16$/,
    );

    // Bad input exits 1, bad usage 2, each with one line of what is wrong
    const cases: [args: string[], code: number, message: string][] = [
      [[out], 1, `error: Cannot write "${out}": it exists already; pass --force to replace it`],
      [["v.npz"], 2, "error: --out is v.npz, must end in .json or .safetensors"],
      [
        [join(folder, "v.json"), "--bert", cohort],
        1,
        `error: Cannot read "${cohort}/config.json": there is no such file`,
      ],
      [
        [join(folder, "v.json"), "--codes", join(folder, "none")],
        1,
        `error: Cannot read "${folder}/none": there is no such file`,
      ],
      [
        [join(folder, "v.json"), "--normalize", "maybe"],
        2,
        "error: --normalize is maybe; known: yes, no",
      ],
    ];
    for (const [args, code, message] of cases) {
      const result = await runTask(...task, ...args);
      assertEquals([result.code, result.lines[0]], [code, message]);
    }
  }));
