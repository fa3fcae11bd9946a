// The guide is followed to the letter, in a copy of the repository.
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { inFolder } from "../folder.ts";

const root = new URL("../../", import.meta.url).pathname;
const page = Deno.readTextFileSync(join(root, "docs/adding-a-model.md"));
/** The page's code, block by block: the model's file, its import, its line in the registry. */
const [file, imported, line, ...others] = Array.from(
  page.matchAll(/```(?:ts|text)\n([^]*?)```/g),
  ([, code]) => code,
);

/**
 * Copies the repository's files, with the packages that it has. These are installed again from Deno's
 * cache: what tasks may load lies in the folder of their own, which links lead out of.
 */
async function copyTo(folder: string): Promise<void> {
  const left = [/^\./, /^(node_modules|runs|coverage|site)$/];
  const copy = async (from: string, to: string) => {
    await Deno.mkdir(to, { recursive: true });
    for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
      if (left.some((pattern) => pattern.test(name))) continue;
      const [source, target] = [join(from, name), join(to, name)];
      if (name === "data-fixtures") await Deno.symlink(source, target);
      else if (isDirectory) await copy(source, target);
      else if (isFile) await Deno.copyFile(source, target);
    }
  };
  await copy(root, folder);
  await deno(folder, "install", "-q");
}

/** Runs Deno in a folder and expects it to end well; what it printed. */
async function deno(folder: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", EHRLOOM_TEST_BACKENDS: "wasm" },
  }).output();
  const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert(success, `deno ${args.join(" ")}\n${out}\n${errors}`);
  return out;
}

Deno.test("docs/adding-a-model.md has one file, of at most 80 lines, and two lines for the registry", () => {
  assertEquals(others, []);
  assert(file.trim().split("\n").length <= 80, `${file.trim().split("\n").length} lines`);
  assertEquals([imported, line].map((code) => code.trim().split("\n").length), [1, 1]);
});

Deno.test("docs/adding-a-model.md: who follows it has a model that checks, trains and is compared", () =>
  inFolder(async (folder) => {
    const copy = join(folder, "copy");
    await copyTo(copy);
    const [, path] = file.match(/^\/\/ (lib\/models\/\w+\.ts)\n/) ?? [];
    await Deno.writeTextFile(join(copy, path), file);
    const registry = join(copy, "lib/models/mod.ts");
    const before = await Deno.readTextFile(registry);
    const after = before
      .replace(/^import /m, () => `${imported}import `)
      .replace(/export const models[^{]*\{\n[^}]*/, (begin) => begin + line);
    assertEquals(after.length, before.length + imported.length + line.length);
    await Deno.writeTextFile(registry, after);

    await deno(copy, "check", "-q", "mod.ts", path);
    await deno(copy, "fmt", "--check", path);
    await deno(copy, "lint", "-q", path);
    const test = (filter: string, ...files: string[]) =>
      deno(copy, "test", "-A", "--no-check", `--filter=${filter}`, ...files);
    const found = await test(
      "/bag-of-codes|every model's|compare's models|of one kind|takes by itself|--help/",
      "tests/models/registry_test.ts",
      "tests/models/mod_test.ts",
      "tests/compare/compare_test.ts",
      "tests/tasks/train_test.ts",
    );
    for (
      const name of [
        "bag-of-codes trains, is read back, generates and is judged",
        "bag-of-codes has a help for each setting",
        "deno task compare takes by itself",
        "deno task train --help lists the models",
      ]
    ) {
      assert(found.includes(name), found);
    }
  }));
