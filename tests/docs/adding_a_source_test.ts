// The guide is followed in a copy of the repository: its file, its lines in the list, its commands.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readMeds } from "ehrloom";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "../folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = Deno.readTextFileSync(join(root, "docs/adding-a-source.md"));

/** The page's blocks of code of a language, in order. */
function blocks(language: string): string[] {
  return Array.from(
    page.matchAll(RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g")),
    ([, code]) => code,
  );
}

async function output(command: string, args: string[], cwd: string) {
  const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", INIT_CWD: cwd };
  const { code, stdout, stderr } = await new Deno.Command(command, { args, cwd, env }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, error };
}

/** A copy of the repository's files, as they stand, with the same node_modules. */
async function copyRepository(folder: string): Promise<void> {
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { out } = await output("git", listed, root);
  const wanted = /^(mod\.ts|deno\.json|deno\.lock|(lib|tasks|types|presets)\/.*)$/;
  for (const path of new Set(out.split("\0")).values().filter((path) => wanted.test(path))) {
    await Deno.mkdir(join(folder, dirname(path)), { recursive: true });
    await Deno.copyFile(join(root, path), join(folder, path));
  }
  await Deno.symlink(join(root, "node_modules"), join(folder, "node_modules"));
}

/** Does what the page says under 2 and 3. */
async function followPage(folder: string): Promise<void> {
  const [source] = blocks("ts");
  const [, path] = source.match(/^\/\/ (\S+)\n/) ?? [];
  await Deno.writeTextFile(join(folder, path), source);
  const [importLine, listLine] = blocks("text");
  const list = join(folder, "lib/cohort/sources/mod.ts");
  const text = await Deno.readTextFile(list);
  const changed = text.replace("import ", `${importLine}import `)
    .replace(/(known: [^]*?)(?=\];)/, (before) => before + listLine);
  assertEquals(changed.length, text.length + importLine.length + listLine.length);
  await Deno.writeTextFile(list, changed);
  await Deno.writeTextFile(join(folder, "events.csv"), blocks("csv")[0]);
}

Deno.test("docs/adding-a-source.md: its source is checked, prepared, shown and refused as told", () =>
  inFolder(async (folder) => {
    await copyRepository(folder);
    await followPage(folder);
    const check = await output(Deno.execPath(), ["check", "mod.ts", "lib/", "tasks/"], folder);
    assertEquals(check.code, 0, check.error);

    const run = (args: string[]) =>
      output(Deno.execPath(), ["run", "-A", "--no-check", "tasks/prepare.ts", ...args], folder);
    const [command] = blocks("sh");
    const [task, name, ...args] = command.trim().split(" ").slice(1);
    assertEquals([task, name], ["task", "prepare"]);
    const prepared = await run(args);
    assertEquals(prepared.code, 0, prepared.error);
    const cohort = await readMeds(join(folder, args[args.indexOf("--out") + 1]));
    assertEquals(cohort.vocabulary.codes, ["ICD10CM//E11", "ICD10CM//HBA1C", "ICD10CM//I10"]);
    assertEquals([...cohort.visitOffsets], [0, 2, 3]);
    assertEquals([...cohort.codes], [0, 2, 1, 2]);
    assertEquals([...cohort.values ?? []], [NaN, NaN, 6.5, NaN]);
    assertEquals([...cohort.gapDays], [0, 60, 0]);

    const help = await run(["--help"]);
    assertMatch(help.out, /\nlong-csv:\n {2}--code-system NAME +Code system to write before each/);
    assertMatch(help.out, /\n {2}long-csv +one CSV file, plain or \.gz, with the columns subject/);
    const odd = await run([...args, "--force", "--code-system", "a/b"]);
    assertEquals(odd.code, 2);
    assertStringIncludes(odd.error, '--code-system is "a/b", must be a word such as ICD10CM');
    const other = ["--from", "meds", "--input", "runs/long", "--out", "runs/other"];
    const strange = await run([...other, "--code-system", "ICD10CM"]);
    assertEquals(strange.code, 2);
    assertStringIncludes(strange.error, "--code-system is an option of long-csv, not of meds");
  }));
