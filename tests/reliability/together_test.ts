/** Begins a task twice at once: one of the two does it, the other says that it is not alone. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { fileIn } from "../watch.ts";
import { prepared } from "./prepared.ts";
import {
  begin,
  contents,
  copy,
  effort,
  ending,
  makeInputs,
  namesWithOut,
  scenarios,
  succeed,
} from "./scenarios.ts";

const pairs = 2 * effort;

const inputs = await Deno.makeTempDir({ prefix: "ehrloom-test-" });
Deno.test.beforeAll(() => makeInputs(inputs));
Deno.test.afterAll(() => Deno.remove(inputs, { recursive: true }));

for (const scenario of scenarios.filter(({ older }) => older === undefined)) {
  Deno.test(`${scenario.name}, twice at once ${pairs} times, is done once and whole`, () =>
    inFolder(async (folder) => {
      const { task, args, start, after } = await prepared(scenario, inputs, folder);
      for (let pair = 0; pair < pairs; pair++) {
        const own = join(folder, `pair-${pair}`);
        copy(start, own);
        const endings = await Promise.all(
          [1, 2].map(() => ending(begin(own, task, args))),
        );
        // a comparison that begins when the first has ended finds it done, and ends well too
        assert(endings.some(({ code }) => code === 0), JSON.stringify(endings));
        for (const { code, lines } of endings) {
          if (code === 0) continue;
          assertEquals(code, 1);
          assertMatch(
            lines[lines.length - 1],
            /^error: Cannot write ".+": (process \d+ on .+ has held it since .+|another process holds it|it exists already); /,
          );
        }
        assertEquals(await contents(join(own, "out")), after);
        const names = Array.from(Deno.readDirSync(own), ({ name }) => name).sort();
        assertEquals(names, namesWithOut);
      }
    }));
}

Deno.test("train --force leaves a run alone that another process trains", () =>
  inFolder(async (folder) => {
    const learning = ["--cohort", "cohort", "--out", "out", "--backend", "cpu", "--batch", "8"];
    const small = ["--set", "width=8", "--set", "layers=1", "--set", "heads=2"];
    copy(join(inputs, "cohort"), join(folder, "cohort"));
    const endless = ["--epochs", "100000", "--patience", "100000"];
    const first = begin(folder, "train", [...learning, ...small, ...endless]);
    await fileIn(folder, "out/training.jsonl");
    const { code, lines } = await ending(
      begin(folder, "train", [...learning, ...small, "--epochs", "1", "--force"]),
    );
    assertEquals(code, 1);
    assertMatch(lines.join(), new RegExp(`process ${first.pid} on .+ has held it since`));
    first.kill("SIGINT");
    const { code: ended, lines: said } = await ending(first);
    assertEquals(ended, 130);
    assertMatch(
      said[said.length - 1],
      /^Stopped in epoch \d+; continue with: deno task train --cohort cohort --out out .+ --patience 100000 --resume$/,
    );
    await succeed(folder, "generate", [
      "--run",
      "out",
      "--count",
      "2",
      "--out",
      "s",
      "--backend",
      "cpu",
    ]);
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    assertEquals(names, ["cohort", "out", "s"]);
  }));

Deno.test("generate hears a signal in the middle of its work, and leaves nothing", () =>
  inFolder(async (folder) => {
    copy(join(inputs, "run"), join(folder, "run"));
    const many = ["--run", "run", "--count", "100000000", "--out", "s", "--backend", "cpu"];
    const task = begin(folder, "generate", many);
    await fileIn(folder, "data/0000.parquet");
    task.kill("SIGTERM");
    const { code, lines } = await ending(task);
    assertEquals(code, 143);
    assertMatch(
      lines[lines.length - 1],
      /^Stopped \((generating|writing records)\); nothing was written, so the same command starts over$/,
    );
    assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["run"]);
  }));
