import { dirname, join } from "node:path";
import { assertEquals } from "@std/assert";
import { sourceFiles } from "./source_files.ts";

const lib = new URL("../lib/", import.meta.url).pathname;

/** The folders of `lib` in the order of the flow of data; each may import those before it. */
const flow = [
  "files",
  "cohort",
  "simulate",
  "nn",
  "models",
  "train",
  "generate",
  "evaluate",
  "plot",
  "compare",
  "play",
  "cluster",
];

/** What each file of `lib` imports from `lib`, types too. */
async function imports(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const file of await sourceFiles(lib)) {
    const text = (await Deno.readTextFile(join(lib, file))).replaceAll(/^ *\*.*$/gm, "");
    const paths = [...text.matchAll(/(?:from|import|resolve\()\s*"(\.\.?\/[^"]+\.tsx?)"/g)];
    found.set(file, paths.map(([, path]) => join(dirname(file), path)));
  }
  return found;
}

Deno.test("lib's imports follow the flow of data, and what belongs to all imports no stage", async () => {
  const backwards: string[] = [];
  for (const [file, imported] of await imports()) {
    const stage = (path: string) => path.includes("/") ? flow.indexOf(path.split("/")[0]) : -1;
    if (file.includes("/") && stage(file) < 0) backwards.push(`${file} is in no known folder`);
    for (const path of imported) {
      if (stage(path) > stage(file)) backwards.push(`${file} imports ${path}`);
    }
  }
  assertEquals(backwards, []);
});

Deno.test("lib's files import each other without a cycle, types included", async () => {
  const open = await imports();
  // whatever imports nothing that is still open takes part in no cycle
  for (let before = -1; before !== open.size;) {
    before = open.size;
    for (const [file, imported] of open) {
      if (!imported.some((path) => open.has(path))) open.delete(file);
    }
  }
  for (let before = -1; before !== open.size;) {
    before = open.size;
    const wanted = new Set([...open.values()].flat());
    for (const file of open.keys()) if (!wanted.has(file)) open.delete(file);
  }
  assertEquals([...open.keys()], []);
});
