import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  type Cohort,
  concatenated,
  readGenerationNotes,
  type Rule,
  rulesFor,
  rulesText,
  subset,
  trimmed,
} from "ehrloom";
import { readMeds } from "ehrloom/cohort/meds/read.ts";
import { writeMeds } from "ehrloom/cohort/meds/write.ts";
import { generate } from "ehrloom/generate/generate.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { readRun } from "ehrloom/train/read_run.ts";
import { runFingerprint } from "ehrloom/train/run_fingerprint.ts";
import { train } from "ehrloom/train/train.ts";
import { dirname, join } from "node:path";
import { inFolder } from "../folder.ts";
import { runTask, tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(40);

/** A folder with a run in `run/`, and `task` to generate from it in that folder. */
function withRun(
  test: (folder: string, task: (...args: string[]) => ReturnType<typeof runTask>) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    await train(source, join(folder, "run"), {
      settings: tinySettings,
      batch: 8,
      epochs: 5,
      learningRate: 0.01,
    });
    const task = (...args: string[]) =>
      runTask("generate", "--run", `${folder}/run`, "--backend", "wasm", ...args);
    await test(folder, task);
  });
}

const essence = ({ subjectIds, visitOffsets, codeOffsets, codes, labels }: Cohort) => ({
  subjectIds,
  visitOffsets,
  codeOffsets,
  codes,
  labels,
});

/** What a cohort folder says about how it was generated; no path of this machine is in it. */
async function ownNotes(folder: string): Promise<Record<string, unknown>> {
  const text = await Deno.readTextFile(`${folder}/metadata/dataset.json`);
  assertEquals(text.includes(dirname(folder)), false);
  return JSON.parse(text).ehrloom;
}

Deno.test("deno task generate streams to Parquet what generate() gives, in shards too", () =>
  withRun(async (folder, task) => {
    const { code, lines } = await task(
      "--count",
      "70",
      "--out",
      `${folder}/whole`,
      "--batch",
      "16",
    );
    assertEquals(code, 0, lines.join("\n"));
    const expected = await generate(await readRun(`${folder}/run`), { count: 70 });
    const whole = await readMeds(`${folder}/whole`);
    assertEquals(essence(whole), essence(expected.cohort));
    assertEquals(whole.vocabulary.codes, source.vocabulary.codes);
    assertEquals(whole.labelNames, source.labelNames);
    assertEquals(lines[0], `70 records written to ${folder}/whole`);
    const said = lines.join("\n");
    assertEquals(
      lines.filter((line) => line.includes("cut off")),
      expected.cutOff === 0
        ? []
        : [`${expected.cutOff} of them were cut off at the largest length of the model`],
    );
    const next =
      /^Next: deno task evaluate --real runs\/cohort --synthetic \S+whole --run \S+run --out/m;
    assertMatch(said, next);
    // of what lies beside the run, the cohort with splits and its codes; not the synthetic one
    await writeMeds(`${folder}/tiny cohort`, source);
    const again = await task("--count", "5", "--out", `${folder}/again`);
    const command = `Next: deno task evaluate --real '${folder}/tiny cohort' --synthetic`;
    assertStringIncludes(again.lines.join("\n"), command);
    const dataset = JSON.parse(await Deno.readTextFile(`${folder}/again/metadata/dataset.json`));
    assertEquals(dataset.ehrloom.times, "order only");

    const shards: Cohort[] = [];
    for (const shard of ["1/2", "2/2"]) {
      const out = `${folder}/shard-${shard[0]}`;
      assertEquals((await task("--count", "70", "--shard", shard, "--out", out)).code, 0);
      shards.push(await readMeds(out));
    }
    assertEquals(shards.map(({ recordCount }) => recordCount), [35, 35]);
    assertEquals(essence(concatenated(shards)), essence(whole));
  }));

Deno.test("deno task generate keeps labels by name and from a cohort, beginning anew", () =>
  withRun(async (folder, task) => {
    const one = await task("--count", "9", "--label", "ill=1", "--out", `${folder}/ill`);
    assertEquals(one.code, 0, one.lines.join("\n"));
    const ill = await readMeds(`${folder}/ill`);
    assert(ill.labels.every((bit, i) => i % 2 === 1 || bit === 1));
    await writeMeds(`${folder}/cohort`, source, { name: "tiny" });
    const from = ["--labels-from", `${folder}/cohort`];
    const all = await task("--count", "50", ...from, "--out", `${folder}/like`, "--seed", "2");
    assertEquals(all.code, 0, all.lines.join("\n"));
    const { labels } = await readMeds(`${folder}/like`);
    assertEquals(labels.subarray(0, 80), source.labels);
    assertEquals(labels.subarray(80), source.labels.subarray(0, 20));
  }));

Deno.test("deno task generate keeps to rules and says how many draws they changed", () =>
  withRun(async (folder, task) => {
    const list: Rule[] = [{ kind: "at-most-one", within: "visit", codes: ["code 0", "code 1*"] }];
    await Deno.writeTextFile(`${folder}/rules.json`, rulesText(list));
    const args = ["--count", "60", "--rules", `${folder}/rules.json`];
    const { code, lines } = await task(...args, "--out", `${folder}/ruled`);
    assertEquals(code, 0, lines.join("\n"));
    const rules = rulesFor(list, source);
    const expected = await generate(await readRun(`${folder}/run`), { count: 60, rules });
    const { draws = 0, touched = 0 } = expected.ruled ?? {};
    assert(touched > 0);
    const share = (100 * touched / draws).toFixed(2);
    assertEquals(
      lines.find((line) => line.startsWith("Rules")),
      `Rules changed ${touched} of ${draws} draws (${share}%)`,
    );
    assertEquals(essence(await readMeds(`${folder}/ruled`)), essence(expected.cohort));
    const notes = await readGenerationNotes(`${folder}/ruled`);
    const { cutOff } = expected;
    assertEquals(notes, { generationSeed: 1, cutOff, ruled: { draws, touched } });
    const nothing = { generationSeed: undefined, cutOff: undefined, ruled: undefined };
    assertEquals(await readGenerationNotes(folder), nothing);
    const { rules_file, ...said } = await ownNotes(`${folder}/ruled`);
    assertEquals(rules_file, "rules.json");
    assertEquals(said.run, "run");
    assertEquals(said.run_fingerprint, await runFingerprint(await readRun(`${folder}/run`)));
  }));

Deno.test("deno task generate goes on with the first visits of records", () =>
  withRun(async (folder, task) => {
    await writeMeds(`${folder}/cohort`, source, { name: "tiny" });
    const from = ["--continue", `${folder}/cohort`, "--visits", "1", "--count", "45"];
    const { code, lines } = await task(...from, "--out", `${folder}/next`);
    assertEquals(code, 0, lines.join("\n"));
    const prefixes = trimmed(source, { maxVisits: 1 });
    const expected = await generate(await readRun(`${folder}/run`), { count: 45, prefixes });
    const found = await readMeds(`${folder}/next`);
    assertEquals(essence(found), essence(expected.cohort));
    assertEquals((await ownNotes(`${folder}/next`)).continues, { cohort: "cohort", visits: 1 });
    const part = await task(...from, "--shard", "2/2", "--out", `${folder}/part`);
    assertEquals(part.code, 0, part.lines.join("\n"));
    assertEquals(
      essence(await readMeds(`${folder}/part`)),
      essence(subset(found, Array.from({ length: 23 }, (_, i) => 22 + i))),
    );
  }));

Deno.test("deno task generate says in one line what is wrong, and writes nothing", () =>
  withRun(async (folder, task) => {
    await Deno.mkdir(`${folder}/there`);
    await Deno.mkdir(`${folder}/broken`);
    for (const name of ["config.json", "vocabulary.json", "training.jsonl"]) {
      await Deno.copyFile(`${folder}/run/${name}`, `${folder}/broken/${name}`);
    }
    await Deno.writeTextFile(
      `${folder}/broken/rules.json`,
      '{ "rules": [{ "kind": "sex", "sex": "male", "codes": ["code 3", "code 99"] }] }',
    );
    const model = await Deno.readFile(`${folder}/run/model.safetensors`);
    await Deno.writeFile(`${folder}/broken/model.safetensors`, model.subarray(0, 1000));
    const cases: [args: string[], code: number, message: string | RegExp][] = [
      [["--count", "0"], 2, "error: --count is 0, must be a whole number, at least 1"],
      [["--count", "-5"], 2, "error: --count is -5, must be a whole number, at least 1"],
      [["--count", "many"], 2, "error: --count is many, must be a whole number, at least 1"],
      [["--count", "1.5"], 2, "error: --count is 1.5, must be a whole number, at least 1"],
      [
        ["--count", "5", "--age", "64-40"],
        2,
        "error: --age is 64-40, must be whole years, such as 40-64 or 70",
      ],
      [["--count", "5", "--sex", "F"], 2, "error: --sex is F; known: female, male"],
      [
        ["--count", "5", "--sex", "male", "--continue", "there"],
        2,
        "error: --continue takes no --sex, --race or --age: its patients have their own",
      ],
      [
        ["--count", "5", "--sex", "male"],
        1,
        'error: Cannot generate with a given sex: this run of "halo" writes no sexes; ' +
        "train on a cohort that has them, with numbers=10 or synehrgy",
      ],
      [["--batch", "0"], 2, "error: --batch is 0, must be a whole number, at least 1"],
      [["--seed", "-1"], 2, "error: --seed is -1, must be a whole number, at least 0"],
      [
        ["--label", "nonsense=2"],
        2,
        "error: --label is nonsense=2, must be NAME=0 or NAME=1",
      ],
      [
        ["--label", "nonsense=1"],
        1,
        'error: Cannot generate with label "nonsense": the model has no such label; ' +
        "known: ill, old",
      ],
      [
        ["--label", "ill=1", "--labels-from", folder],
        2,
        "error: use either --label or --labels-from",
      ],
      [
        ["--label", "ill=1", "--continue", folder],
        2,
        "error: --continue takes no --label or --labels-from: its records have labels",
      ],
      [["--visits", "2"], 2, "error: --visits needs --continue"],
      [["--shard", "3/2"], 2, "error: --shard is 3/2, must be I/N with I between 1 and N"],
      [["--shard", "1/9"], 2, "error: --shard 1/9 of 4 records is empty"],
      [["--sampler", "fast"], 2, "error: --sampler is fast; known: fixed-point, block-order"],
      [
        ["--rules", `${folder}/broken/rules.json`],
        1,
        `error: Cannot use the rules of "${folder}/broken/rules.json": the cohort has no code ` +
        '"code 99"; remove it from the rules (its codes look like "code 0")',
      ],
      [
        ["--rules", `${folder}/rules.json`],
        1,
        `error: Cannot read "${folder}/rules.json": there is no such file`,
      ],
      [
        ["--run", `${folder}/nowhere`],
        1,
        `error: Cannot read "${folder}/nowhere/config.json": there is no such file; is it a run?`,
      ],
      [
        ["--run", `${folder}/broken`],
        1,
        /^error: Cannot read "\S+broken\/model.safetensors": it is not a complete safetensors file: its header claims \d+ bytes, but there are 992$/,
      ],
      [
        ["--out", `${folder}/there`],
        1,
        `error: Cannot write "${folder}/there": it exists already; pass --force to replace it`,
      ],
      [
        ["--out", `${folder}/run/config.json/out`],
        1,
        `error: Cannot write "${folder}/run/config.json/out": ` +
        `"${folder}/run/config.json" is not a folder`,
      ],
    ];
    // Two at a time, as each starts a process
    const queue = cases.values();
    await Promise.all([1, 2].map(async (turn) => {
      for (const [args, code, message] of queue) {
        const found = await task("--count", "4", "--out", `${folder}/out${turn}`, ...args);
        assertEquals(found.code, code, args.join(" "));
        assertEquals(found.lines.length, code === 2 ? 2 : 1, found.lines.join("\n"));
        if (code === 2) assertEquals(found.lines[1], "See deno task generate --help");
        if (typeof message === "string") assertEquals(found.lines[0], message);
        else assertMatch(found.lines[0], message);
      }
    }));
    assertEquals(
      [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
      ["broken", "run", "there"],
    );
    assertEquals([...Deno.readDirSync(`${folder}/there`)], []);
  }));
