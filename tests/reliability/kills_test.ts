/**
 * Kills tasks behind their file operations and in the middle of writes. Whatever the moment: what
 * stands at `--out` is whole, the task can be gone on with to the same result, and nothing is left
 * over. EHRLOOM_RELIABILITY=10 tries ten times as many moments as CI.
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { type Prepared, prepared } from "./prepared.ts";
import {
  begin,
  chosen,
  contents,
  copy,
  effort,
  ending,
  makeInputs,
  namesWithOut,
  scenarios,
} from "./scenarios.ts";

const killsOfEach = 6 * effort;
const seed = 8;

/** Goes on after a kill, as its user would; gives what the last command said. */
async function goOn({ task, args, resume }: Prepared, folder: string, isNew: boolean) {
  const again = args.filter((arg) => arg !== "--force");
  if (resume !== undefined && isNew) {
    return await ending(begin(folder, task, [...again, resume]));
  }
  const first = await ending(begin(folder, task, isNew ? again : args));
  const isDone = first.lines.some((line) => line.includes("it exists already"));
  return isDone ? { ...first, code: 0 } : first;
}

async function killed(scenario: Prepared, at: number, folder: string): Promise<void> {
  const about = `${scenario.name}, killed at operation ${at} of ${scenario.operations}`;
  copy(scenario.start, folder);
  const { signal } = await ending(
    begin(folder, scenario.task, scenario.args, { kind: "kill", at }),
  );
  assertEquals(signal, "SIGKILL", about);
  const out = join(folder, "out");
  const found = await contents(out);
  const isOlder = JSON.stringify(found) === JSON.stringify(scenario.before);
  const { code, lines } = await goOn(scenario, folder, found !== undefined && !isOlder);
  assertEquals(code, 0, `${about}: ${lines.join("\n")}`);
  assertEquals(await contents(out), scenario.after, about);
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  assertEquals(names, namesWithOut, about);
}

const inputs = await Deno.makeTempDir({ prefix: "ehrloom-test-" });
Deno.test.beforeAll(() => makeInputs(inputs));
Deno.test.afterAll(() => Deno.remove(inputs, { recursive: true }));

for (const scenario of scenarios) {
  Deno.test(`${scenario.name}, killed ${killsOfEach} times: what stands is whole, the result the same, nothing left over`, () =>
    inFolder(async (folder) => {
      const ready = await prepared(scenario, inputs, folder);
      for (const at of chosen(ready.operations, killsOfEach, seed)) {
        await killed(ready, at, join(folder, `kill-${at}`));
      }
    }));
}
