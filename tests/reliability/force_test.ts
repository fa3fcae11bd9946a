/** What `--force` may not replace, in every task that writes. */
import { assertEquals, assertMatch } from "@std/assert";
import { readMeds } from "ehrloom";
import { isThere } from "ehrloom/files/is_there.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { changeIn } from "../watch.ts";
import { begin, contents, copy, ending, makeInputs } from "./scenarios.ts";

const inputs = await Deno.makeTempDir({ prefix: "ehrloom-test-" });
Deno.test.beforeAll(() => makeInputs(inputs));
Deno.test.afterAll(() => Deno.remove(inputs, { recursive: true }));

/** Tasks with the arguments by which they read "data/cohort" and "data/run". */
const tasks: Record<string, string[]> = {
  prepare: ["--from", "meds", "--input", "data/cohort"],
  train: ["--cohort", "data/cohort", "--backend", "cpu", "--epochs", "1"],
  generate: ["--run", "data/run", "--count", "2", "--backend", "cpu"],
  evaluate: ["--real", "data/cohort", "--synthetic", "data/cohort", "--resamples", "0"],
  compare: ["--cohort", "data/cohort", "--models", "markov", "--backend", "cpu"],
  rules: ["--cohort", "data/cohort"],
  play: ["--run", "data/run"],
  dossier: ["--run", "data/run", "--report", "data/report", "--cohort", "data/cohort"],
};

/** Everything in a folder, its links and the files behind them too. */
const all = async (folder: string) => ({ ...await contents(folder) });

for (const [task, args] of Object.entries(tasks)) {
  const input = args.includes("data/cohort") ? "data/cohort" : "data/run";
  Deno.test(`${task} --force refuses inputs, what holds them, home, and what is not Ehrloom's`, () =>
    inFolder(async (folder) => {
      copy(inputs, join(folder, "data"));
      await Deno.mkdir(join(folder, "x"));
      await Deno.writeTextFile(join(folder, "x/thesis"), "thesis");
      await Deno.writeTextFile(join(folder, "thesis.txt"), "thesis");
      await Deno.symlink(join(folder, "x"), join(folder, "link"));
      const before = await all(folder);
      const cases: [out: string, reason: RegExp][] = [
        [input, /this command reads it; choose another folder or file$/],
        [`${input}/`, /this command reads it; choose another folder or file$/],
        ["data", /it contains ".+", which this command reads; choose another folder or file$/],
        ["x", /it contains thesis, which Ehrloom did not write; move it, or choose another place$/],
        [
          "link/../x",
          /it contains thesis, which Ehrloom did not write; move it, or choose another/,
        ],
        [
          "thesis.txt",
          /it is a file that Ehrloom did not write; move it, or choose another place$/,
        ],
        [
          ".",
          /it (is|contains) (the working folder|".+", which this command reads); choose a/,
        ],
        ["/", /it is the root of the file system; choose another folder or file$/],
        [
          Deno.env.get("HOME") ?? "/root",
          /it is your home folder; choose another folder or file$/,
        ],
      ];
      for (const [out, reason] of cases) {
        const { code, lines } = await ending(
          begin(folder, task, [...args, "--out", out, "--force"]),
        );
        assertEquals(code, 1, `--out ${out}: ${lines.join("\n")}`);
        assertEquals(lines.length, 1, lines.join("\n"));
        assertMatch(lines[0], reason);
      }
      assertEquals(await all(folder), before);
    }));
}

for (const out of ["link", "link/"]) {
  Deno.test(`generate --out ${out} --force replaces the link alone`, () =>
    inFolder(async (folder) => {
      copy(inputs, join(folder, "data"));
      await Deno.mkdir(join(folder, "x"));
      await Deno.writeTextFile(join(folder, "x/thesis"), "thesis");
      await Deno.symlink(join(folder, "x"), join(folder, "link"));
      const { code, lines } = await ending(
        begin(folder, "generate", [...tasks.generate, "--out", out, "--force"]),
      );
      assertEquals(code, 0, lines.join("\n"));
      assertEquals(await Deno.readTextFile(join(folder, "x/thesis")), "thesis");
      assertEquals((await Deno.lstat(join(folder, "link"))).isDirectory, true);
      assertEquals((await readMeds(join(folder, "link"))).recordCount, 2);
    }));
}

Deno.test("generate keeps a folder that comes during the run, and its result beside it", () =>
  inFolder(async (folder) => {
    copy(inputs, join(folder, "data"));
    const task = begin(folder, "generate", [...tasks.generate, "--out", "x"]);
    await changeIn(folder, ({ paths }) => paths.some((path) => path.includes("x.partial-")));
    await Deno.mkdir(join(folder, "x"));
    await Deno.writeTextFile(join(folder, "x/thesis"), "thesis");
    const { code, lines } = await ending(task);
    assertEquals(code, 1);
    assertEquals(lines, [
      `error: Cannot write "${folder}/x": something else was written there in the meantime; ` +
      `the result is complete in "${folder}/x-2"`,
    ]);
    assertEquals(await Deno.readTextFile(join(folder, "x/thesis")), "thesis");
    assertEquals((await readMeds(join(folder, "x-2"))).recordCount, 2);
    assertEquals(await isThere(join(folder, ".x.ehrloom-lock")), false);
  }));
