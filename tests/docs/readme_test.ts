import { assertEquals, assertStringIncludes } from "@std/assert";
import { modelSummaries, parsePhenotypes, sources } from "ehrloom";
import workspace from "../../deno.json" with { type: "json" };
import { inFolder } from "../folder.ts";
import { taskArguments } from "../tiny.ts";

const root = new URL("../../", import.meta.url).pathname;
const readme = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));

/** The first cells of a table's rows, without their code marks. */
function firstCells(heading: string): string[] {
  const [, table] = readme.split(`| ${heading} `);
  return [...table.split("\n\n")[0].matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
}

Deno.test("README lists every model of the registry", () => {
  assertEquals(firstCells("`--model`").sort(), modelSummaries.map(({ name }) => name));
});

Deno.test("README lists every source", () => {
  assertEquals(firstCells("`--from`").sort(), sources.map(({ name }) => name).sort());
});

Deno.test("README's commands, prepare's examples and the demo's next command cut nothing", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("prepare"), "--help"],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const [, examples] = new TextDecoder().decode(stdout).split(/^Examples?:/m);
  const demo = Deno.readTextFileSync(`${root}tasks/demo.ts`);
  for (const text of [readme, examples, demo]) {
    assertStringIncludes(text, "deno task prepare");
    assertEquals(text.match(/--max-visits|--min-count/g), null);
  }
});

Deno.test("README's first commands install what the others need, and npx is in none", () => {
  const commands = [...readme.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, lines]) =>
    lines.split("\n")
  );
  const names = commands.filter(Boolean).map((line) => line.split(/ {2,}|#/)[0].trim());
  assertEquals(names.slice(0, 6), [
    "npm install -g deno@2.9.6",
    "git clone REPOSITORY ehrloom",
    "cd ehrloom",
    "deno install --quiet",
    "deno task demo",
    "deno task test",
  ]);
  assertEquals(readme.includes("npx"), false);
});

Deno.test("the file of labels in your-own-data.md has six lines and defines labels", () => {
  const page = Deno.readTextFileSync(`${root}docs/your-own-data.md`);
  const [, json] = page.match(/```json\n(.*?)```/s) ?? [];
  assertEquals(json.trimEnd().split("\n").length, 6);
  assertEquals(parsePhenotypes(json, "phenotypes.json").map(({ label }) => label), [
    "diabetes",
    "asthma",
  ]);
});

Deno.test("README's program runs in another folder that links to this one", () =>
  inFolder(async (folder) => {
    const [, config] = readme.match(/```json\n(.*?)```/s) ?? [];
    assertStringIncludes(config, `jsr:${workspace.name}@${workspace.version}"`);
    await Deno.writeTextFile(`${folder}/deno.json`, config.replace("FOLDER", root));
    const [, program] = readme.match(/```ts\n(.*?)```/s) ?? [];
    await Deno.writeTextFile(
      `${folder}/program.ts`,
      `${program}console.log(fidelity!.unigram.r2! < 1);`,
    );
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "program.ts"],
      cwd: folder,
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "true\n", new TextDecoder().decode(stderr));
  }));
