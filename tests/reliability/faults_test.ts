/**
 * Lets the disk be full from one of a task's file operations on. The task says so in one line and
 * leaves with 1; an older result stays, a begun one can be gone on with, nothing is left over.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
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
  inputNames,
  makeInputs,
  namesWithOut,
  scenarios,
} from "./scenarios.ts";

const faultsOfEach = 3 * effort;
const seed = 9;

const inputs = await Deno.makeTempDir({ prefix: "ehrloom-test-" });
Deno.test.beforeAll(() => makeInputs(inputs));
Deno.test.afterAll(() => Deno.remove(inputs, { recursive: true }));

/** Tasks that keep what was done before the disk was full, to be continued. */
const keepsParts = ["train", "compare", "lira"];

async function fullFrom(at: number, scenario: Prepared, folder: string): Promise<void> {
  const { name, task, args, resume, operations, before, after } = scenario;
  const about = `${name}, disk full from operation ${at} of ${operations}`;
  copy(scenario.start, folder);
  const { code, lines } = await ending(begin(folder, task, args, { kind: "full", at }));
  const out = join(folder, "out");
  const found = await contents(out);
  if (code === 0) { // only what needs no room came behind it
    assertEquals(found, after, about);
    return;
  }
  assertEquals(code, 1, `${about}: ${lines.join("\n")}`);
  assertMatch(
    lines[lines.length - 1],
    /^error: Cannot write "[^"]+": No space left on device$/,
    about,
  );
  const isOlder = JSON.stringify(found) === JSON.stringify(before);
  if (!keepsParts.includes(task)) assert(isOlder, about);
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  assertEquals(names, found === undefined ? inputNames : namesWithOut, about);

  const again = isOlder
    ? args
    : [...args.filter((arg) => arg !== "--force"), ...resume ? [resume] : []];
  const second = await ending(begin(folder, task, again));
  assertEquals(second.code, 0, `${about}: ${second.lines.join("\n")}`);
  assertEquals(await contents(out), after, about);
}

for (const scenario of scenarios) {
  Deno.test(`${scenario.name} on ${faultsOfEach} disks that get full says so in a line, and goes on with room`, () =>
    inFolder(async (folder) => {
      const ready = await prepared(scenario, inputs, folder);
      for (const at of chosen(ready.operations, faultsOfEach, seed)) {
        await fullFrom(at, ready, join(folder, `full-${at}`));
      }
    }));
}
