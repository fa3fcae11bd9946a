import { assert, assertEquals, assertMatch } from "@std/assert";
import { readRun, writeMeds } from "ehrloom";
import { isThere } from "ehrloom/files/is_there.ts";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { inFolder } from "../folder.ts";
import { answerOf, runTask, tinyCohort } from "../tiny.ts";

/** The data in a page. */
async function dataIn(path: string): Promise<Record<string, unknown>> {
  const { document } = parseHTML(await Deno.readTextFile(path));
  return JSON.parse(document.querySelector("#play-data")?.textContent ?? "");
}

Deno.test("deno task play trains on the sample, and writes one page to a free place", () =>
  inFolder(async (folder) => {
    const out = join(folder, "pages/play.html");
    const { code, lines, stdout } = await answerOf("play", "--out", out, "--json");
    assertEquals(code, 0, lines.join("\n"));
    const { size: bytes } = await Deno.stat(out);
    assertEquals(JSON.parse(stdout), { task: "play", out, bytes });
    assert(bytes > 1_000_000 && bytes < 2_500_000, `${bytes} bytes`);
    const { codes, labelNames, real, runConfig } = await dataIn(out);
    const { records, prevalences } = Object(real);
    assertEquals([Object(codes).length, Object(labelNames).length, records], [103, 7, 288]);
    assert(prevalences.every((share: unknown) => typeof share === "number"));
    assertEquals(Object(runConfig).training.seed, 1);
    assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["pages"]);

    const refused = await runTask("play", "--out", out);
    assertEquals(refused, {
      code: 1,
      lines: [`error: Cannot write "${out}": it exists already; pass --force to replace it`],
    });
    const below = join(out, "play.html");
    const { code: failed, lines: [line, ...more] } = await runTask("play", "--out", below);
    assertEquals([failed, more], [1, []]);
    assertEquals(line, `error: Cannot write "${below}": "${out}" is not a folder`);
  }));

Deno.test("deno task play --run plays with the user's run; what it cannot do is said in a line", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    await writeMeds(at("cohort"), tinyCohort(40));
    await writeMeds(at("other"), tinyCohort(40, 2));
    const small = ["--set", "width=8", "--set", "heads=2", "--set", "layers=1", "--epochs", "1"];
    for (const model of ["halo", "gpt"]) {
      const args = ["--cohort", at("cohort"), "--model", model, "--out", at(model), ...small];
      const { code, lines } = await runTask("train", ...args, "--backend", "cpu");
      assertEquals(code, 0, lines.join("\n"));
    }
    const own = ["play", "--run", at("halo"), "--cohort", at("cohort")] as const;
    const written = await runTask(...own, "--min-cell", "5", "--out", at("play.html"));
    assertEquals(written, {
      code: 0,
      lines: [
        `Open ${at("play.html")} in a browser; it needs no network`,
        "The page contains the model: protect it like the run",
      ],
    });
    const { codes, real } = await dataIn(at("play.html"));
    assertEquals(codes, (await readRun(at("halo"))).vocabulary.codes);
    assertEquals(Object(real).records, 20);

    const out = ["--out", at("no.html")];
    const cases: [args: string[], code: number, line: RegExp][] = [
      [["--run", at("gpt"), ...out], 1, /^error: Cannot play with "gpt": must be halo$/],
      [
        ["--run", at("halo"), "--cohort", at("other"), ...out],
        1,
        /^error: Cannot compare drawn patients with this cohort: the run was trained on another /,
      ],
      [
        ["--run", at("none"), ...out],
        1,
        /^error: Cannot read ".*none\/config.json": .*is it a run\?$/,
      ],
      [["--run", at("halo")], 2, /^error: --out FILE is required$/],
      [["--cohort", at("cohort"), ...out], 2, /^error: --cohort needs --run$/],
      [["--run", at("halo"), "--seed", "2", ...out], 2, /^error: --seed is for training; /],
      [["--run", at("halo"), "--out", at("halo"), "--force"], 1, /this command reads it; choose /],
    ];
    for (const [args, code, line] of cases) {
      const refused = await runTask("play", ...args);
      assertEquals([refused.code, refused.lines.length], [code, code], refused.lines.join("\n"));
      assertMatch(refused.lines[0], line);
    }
    assertEquals(await isThere(at("no.html")), false);
  }));
