// The guide's measure is taken from its page into a copy of the tree, and is everywhere there.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { writeMeds } from "ehrloom";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "../folder.ts";
import { measuredCohort } from "../plot/fixture.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = Deno.readTextFileSync(join(root, "docs/adding-a-measure.md"));

/** The files that the page shows: each begins with its path, in a comment. */
const files = [...page.matchAll(/```ts\n\/\/ (\S+)\n([^]*?)```/g)]
  .map(([, path, text]) => ({ path, text }));
/** The lines that the page adds to the list. */
const [importLine, listLine] = [...page.matchAll(/```text\n([^]*?)```/g)].map(([, line]) => line);

/** What a copy of the tree needs no copy of: it is not changed there, or not needed. */
const linked = ["node_modules", "data-fixtures", "golden"];
const left = [".git", "runs", "coverage", "site", ".cache"];

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isFile, isDirectory } of Deno.readDir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (left.includes(name)) continue;
    if (linked.includes(name)) await Deno.symlink(source, target);
    else if (isDirectory) await copyTree(source, target);
    else if (isFile) await Deno.copyFile(source, target);
  }
}

/** Does what the page says, in a copy of the tree. */
async function followGuide(tree: string): Promise<void> {
  for (const { path, text } of files) {
    await Deno.mkdir(join(tree, dirname(path)), { recursive: true });
    await Deno.writeTextFile(join(tree, path), text);
  }
  const list = join(tree, "lib/evaluate/fidelity/mod.ts");
  const text = await Deno.readTextFile(list);
  const [begin, end] = ["import { valueFidelity }", "] as const;"];
  assert(text.includes(begin) && text.includes(end));
  await Deno.writeTextFile(
    list,
    text.replace(begin, importLine + begin).replace(end, `  ${listLine}${end}`),
  );
}

/** Runs Deno in the copy; fails with what it says where it fails. */
async function deno(tree: string, ...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: tree,
    env: { INIT_CWD: tree, NO_COLOR: "1" },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  assert(success, said);
}

Deno.test("docs/adding-a-measure.md shows a measure and its test, each in at most 30 lines", () => {
  assertEquals(files.map(({ path }) => path), [
    "lib/evaluate/fidelity/return_30_days.ts",
    "tests/evaluate/fidelity/return_30_days_test.ts",
  ]);
  for (const { path, text } of files) assert(text.trim().split("\n").length <= 30, path);
});

Deno.test("docs/adding-a-measure.md, followed to the letter, ends green, with the measure everywhere", () =>
  inFolder(async (folder) => {
    const tree = join(folder, "tree");
    await copyTree(root, tree);
    await followGuide(tree);
    await deno(tree, "fmt", "--check", "lib/evaluate", ...files.map(({ path }) => path));
    await deno(
      tree,
      "check",
      "-q",
      "mod.ts",
      "tasks/evaluate.ts",
      ...files.map(({ path }) => path),
    );
    await deno(tree, "doc", "--lint", "mod.ts");
    await deno(
      tree,
      ...["test", "-A", "-q", "--no-check"],
      "tests/evaluate/fidelity/return_30_days_test.ts",
      "tests/evaluate/measures_test.ts",
      "tests/evaluate/evaluate_test.ts",
      "tests/plot/report/report_test.ts",
    );
    await writeMeds(join(tree, "runs/real"), measuredCohort(1));
    await writeMeds(join(tree, "runs/synthetic"), measuredCohort(2));
    await deno(
      tree,
      ...["run", "-A", "tasks/evaluate.ts", "--real", "runs/real", "--synthetic", "runs/synthetic"],
      ...["--out", "runs/report", "--only", "fidelity.return_30_days", "--resamples", "10"],
    );
    const report = await Deno.readTextFile(join(tree, "runs/report/report.json"));
    const { fidelity } = JSON.parse(report);
    assertEquals(fidelity.return_30_days.synthetic.value, 1); // the fixture's gaps are of 7 days
    assertEquals(fidelity.ceiling.return_30_days.real.value, 1);
    const html = await Deno.readTextFile(join(tree, "runs/report/report.html"));
    assertStringIncludes(html, "How often does a patient return within 30 days?");
  }));
