// The repository points to nothing outside of it, and what comments cite is there.
import { assert, assertEquals } from "@std/assert";
import { extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const made = ["node_modules", "runs", "coverage", "site", ".git", ".cache"];
const textual = [".ts", ".tsx", ".md", ".json", ".ipynb", ".py", ".css", ""];

/** Paths from the root of all files with text, in a folder and below. */
function* files(folder = root): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    const isMade = made.includes(relative(root, path)) || name === ".ipynb_checkpoints";
    if (isDirectory && !isMade) yield* files(path);
    if (!isDirectory && textual.includes(extname(name)) && name !== ".git") {
      yield relative(root, path);
    }
  }
}

const texts = new Map<string, string>();
for (const path of files()) {
  try {
    texts.set(path, Deno.readTextFileSync(join(root, path)));
  } catch (error) { // another test may just have taken its file away
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The repository's files, and those that a page shows whole under their own path. */
function* withShownFiles(): Generator<[path: string, text: string]> {
  for (const [path, text] of texts) {
    const shown = /```ts\n\/\/ (\S+)\n[^]*?```/g;
    for (const [code, shownPath] of text.matchAll(shown)) yield [shownPath, code];
    yield [path, text.replaceAll(shown, "")];
  }
}

Deno.test("no file of the repository points outside of it", () => {
  const outside: string[] = [];
  for (const [path, text] of withShownFiles()) {
    for (const [found] of text.matchAll(/(?<![\w.])(\.\.\/)+[\w@-]*/g)) {
      const target = relative(root, resolve(root, path, "..", found));
      const isOutside = target.startsWith("..");
      if (isOutside || /\/shared$/.test(found)) outside.push(`${path}: ${found}`);
    }
  }
  assertEquals(outside, []);
});

Deno.test("what comments cite of docs/specs is there, section by section", () => {
  const missing: string[] = [];
  let cited = 0;
  for (const [path, text] of texts) {
    for (
      const [, page, numbers] of text.matchAll(
        /docs\/specs\/([\w-]+\.md)(?: sections? ((?:\d+(?:\.\d+)*(?: to | and |, )?)+))?/g,
      )
    ) {
      cited++;
      const headings = texts.get(`docs/specs/${page}`) ?? "";
      const wanted = (numbers ?? "").match(/\d+(\.\d+)*/g) ?? [];
      if (headings === "") missing.push(`${path}: ${page}`);
      for (const number of wanted) {
        const heading = new RegExp(`^#+ ${number.replace(".", "\\.")}\\.? `, "m");
        if (!heading.test(headings)) missing.push(`${path}: ${page} section ${number}`);
      }
    }
  }
  assertEquals(missing, []);
  assert(cited > 30, `${cited}`);
});

Deno.test("no comment cites a specification that is not in docs/specs", () => {
  const elsewhere = [...texts].flatMap(([path, text]) =>
    Array.from(text.matchAll(/(?<!docs\/)specs\/[\w-]+\.md/g), ([found]) => `${path}: ${found}`)
  );
  assertEquals(elsewhere, []);
});
