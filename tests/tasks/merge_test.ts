import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  cohortOf,
  mergeShards,
  readMeds,
  readSynthetic,
  train,
  useBackend,
  vocabulary,
  writeMeds,
} from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { contents, copy } from "../reliability/scenarios.ts";
import { runTask, tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

/** Records with values, times, births, sexes and races: all that a folder can hold. */
const source = cohortOf(
  vocabulary(["a", "b", "c"]),
  ["ill"],
  Array.from({ length: 60 }, (_, record) => ({
    visits: [[0], [record % 3, 2]].slice(0, 1 + record % 2),
    values: [[record % 7], [NaN, record % 5]].slice(0, 1 + record % 2),
    labels: [record % 2],
    startDay: 15000 + record,
    gapDays: [0, 1.5 + record].slice(0, 1 + record % 2),
    birthDay: 3 * record,
    sex: 1 + record % 2,
    race: ["green", "blue", "red"][record % 3],
    split: record % 5 < 3 ? 0 : record % 5 - 2,
  })),
);

/** A task that must succeed, with `--backend wasm` where it computes. */
async function succeed(name: string, ...args: string[]): Promise<string[]> {
  const { code, lines } = await runTask(name, ...args);
  assertEquals(code, 0, lines.join("\n"));
  return lines;
}

/** Writes a cohort and a run, and as many records in shards and as a whole. */
async function generated(folder: string, parts: number, ...more: string[]): Promise<string[]> {
  const asked = ["--run", join(folder, "run"), "--count", "41", "--backend", "wasm", ...more];
  await succeed("generate", ...asked, "--out", join(folder, "whole"));
  for (let part = 1; part <= parts; part++) {
    const own = ["--shard", `${part}/${parts}`, "--out", join(folder, "shards", `no ${part}`)];
    await succeed("generate", ...asked, ...own);
  }
  return asked;
}

Deno.test("deno task merge gives the bytes of one process, with all that records may have", () =>
  inFolder(async (folder) => {
    const [run, cohort] = [join(folder, "run"), join(folder, "cohort")];
    const settings = { ...tinySettings, numbers: 3 };
    await train(source, run, { settings, epochs: 4, batch: 8, learningRate: 0.01, minCell: 1 });
    await writeMeds(cohort, source);
    const continued = ["--continue", cohort, "--visits", "1"];
    await generated(folder, 3, ...continued);
    const [shards, whole, merged] = ["shards", "whole", "merged"].map((name) => join(folder, name));
    assertEquals(
      await succeed("merge", "--shards", shards, ...continued, "--out", merged),
      [`41 records written to ${merged}`],
    );
    const expected = await contents(whole);
    assert(expected !== undefined && "continuations/0000.parquet" in expected);
    assertEquals(await contents(merged), expected);
    const one = await readSynthetic(whole);
    assertEquals(one.cohort.demographics?.races?.names, ["blue", "green", "red"]);
    assertEquals(await readSynthetic(shards), one);

    const { code, lines } = await runTask("merge", "--shards", shards, "--out", `${merged}-2`);
    assertEquals([code, ...lines], [
      1,
      `error: Cannot merge "${shards}": its shards continue records, which must be given too`,
    ]);
  }));

Deno.test("shards are read as one by deno task evaluate, and refused in one line where they are not one", () =>
  inFolder(async (folder) => {
    const cohort = tinyCohort(40);
    await train(cohort, join(folder, "run"), { settings: tinySettings, epochs: 2, batch: 8 });
    await writeMeds(join(folder, "cohort"), cohort);
    const asked = await generated(folder, 3);
    const [shards, whole] = ["shards", "whole"].map((name) => join(folder, name));
    const evaluated = async (synthetic: string) => {
      const out = `${synthetic} report`;
      const compared = ["--real", join(folder, "cohort"), "--synthetic", synthetic];
      const how = ["--run", join(folder, "run"), "--resamples", "3", "--backend", "wasm"];
      await succeed("evaluate", ...compared, ...how, "--only", "fidelity", "--quick", "--out", out);
      const found = await contents(out);
      return {
        ...found,
        "report.json": found?.["report.json"].replace(/"name": "(shards|whole)"/, ""),
      };
    };
    assertEquals(await evaluated(shards), await evaluated(whole));

    const labelled = ["--label", "ill=1", "--shard", "1/3", "--out", `${folder}/labelled`];
    await succeed("generate", ...asked, ...labelled);
    const noted = (change: (notes: Notes) => void) => async (own: string) => {
      copy(`${own}/no 1`, `${own}/x`);
      const path = `${own}/x/metadata/dataset.json`;
      const dataset = JSON.parse(await Deno.readTextFile(path));
      change(dataset.ehrloom);
      await Deno.writeTextFile(path, JSON.stringify(dataset));
    };
    const remove = (path: string) => Deno.remove(path, { recursive: true });
    const broken: [how: (own: string) => void | Promise<void>, message: string][] = [
      [(own) => remove(`${own}/no 2`), "shard 2 of 3 is missing"],
      [
        (own) => remove(`${own}/no 1`).then(() => remove(`${own}/no 3`)),
        "shards 1, 3 of 3 are missing",
      ],
      [(own) => copy(`${own}/no 1`, `${own}/again`), "both are shard 1"],
      [
        (own) => copy(whole, `${own}/whole`),
        "it is no shard, as generate --shard writes them",
      ],
      [
        (own) => copy(`${folder}/labelled`, `${own}/x`),
        "other labels, sex, race, ages, rules or records to continue were asked for",
      ],
      [noted((notes) => notes.seed = 2), "its random seed is 2, not 1"],
      [
        noted(({ shard }) => shard.records = 40),
        "it is one of 3 shards of 40 records, not one of 3 shards of 41 records",
      ],
      [noted((notes) => notes.run_fingerprint = "0"), "another run generated it"],
    ];
    for (const [index, [spoil, message]] of broken.entries()) {
      const own = join(folder, `broken ${index}`);
      copy(shards, own);
      await spoil(own);
      const error = await assertRejects(() => mergeShards(own, `${own} merged`), RangeError);
      assertStringIncludes(error.message, `Cannot merge "${own}`);
      assertStringIncludes(error.message, message);
    }
  }));

/** What a shard says under "ehrloom". */
interface Notes {
  seed: number;
  run_fingerprint: string;
  readonly shard: { records: number };
}

Deno.test("a shard that holds other records than its own is refused", () =>
  inFolder(async (folder) => {
    await train(tinyCohort(40), join(folder, "run"), { model: "independent" });
    await generated(folder, 2);
    const [one, two] = [1, 2].map((part) => join(folder, "shards", `no ${part}`));
    // the records of the first shard under the notes of the second one
    const notes = await Deno.readTextFile(join(two, "metadata", "dataset.json"));
    await writeMeds(two, await readMeds(one), { force: true, isOrderOnly: true });
    await Deno.writeTextFile(join(two, "metadata", "dataset.json"), notes);
    const { code, lines } = await runTask(
      "merge",
      "--shards",
      join(folder, "shards"),
      "--out",
      "x",
    );
    assertEquals([code, ...lines], [
      1,
      `error: Cannot read "${two}": as shard 2 of 2 it must have subjects 21 to 41, ` +
      "and has 20 others",
    ]);
  }));
