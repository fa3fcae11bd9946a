import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import workspace from "../../deno.json" with { type: "json" };
import { inFolder } from "../folder.ts";
import { runTask } from "../tiny.ts";
import { npmRegistry, testWith } from "../wants.ts";

const root = new URL("../../", import.meta.url).pathname;

const readme = Deno.readTextFileSync(`${root}README.md`);

/** What README shows, and its last figure on stdout. */
const program = readme.match(/```ts\n(.*?)```/s)?.[1] +
  "console.log(fidelity?.unigram.r2);\n";

/** A program that needs the package's Workers, fonts, tables and presets. */
const further = `
import * as ehrloom from "ehrloom";
const { evaluate, generate, namedPresets, syntheaLabsSample, syntheaSample, train } = ehrloom;
if (await ehrloom.useBackend("auto") !== "wasm") await ehrloom.useBackend("wasm");
const folder = Deno.args[0];
const cohort = await syntheaSample();
const { settings } = namedPresets["halo-5-minutes"];
const run = await train(cohort, folder + "/run", {
  settings: { ...settings, width: 32, layers: 1, heads: 2 },
  epochs: 1,
  workers: 2,
});
const { cohort: synthetic } = await generate(run, { count: 10 });
const report = await evaluate(cohort, synthetic, { quick: true, resamples: 10, workers: 2 });
await ehrloom.writeReport(folder + "/report", report, { real: cohort, synthetic, png: true });
console.log((await syntheaLabsSample()).recordCount);
`;

/** What a program writes to stdout; throws with what it complained of if it fails. */
async function output(command: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return text.decode(stdout);
}

async function deno(cwd: string, ...args: string[]): Promise<string> {
  return await output(Deno.execPath(), args, cwd);
}

/** Runs something with the packed library. */
async function packed(run: (file: string, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const { code, lines } = await runTask("pack", "--out", folder);
    assertEquals(code, 0, lines.join("\n"));
    await run(join(folder, `ehrloom-${workspace.version}.tgz`), folder);
  });
}

/** Where this checkout has a package in that version. */
function installed(name: string, version: string): string {
  const store = `${root}node_modules/.deno`;
  const start = `${name.replace("/", "+")}@${version}`;
  const entries = Deno.readDirSync(store).toArray().map((entry) => entry.name);
  const [entry] = entries.filter((entry) => entry === start || entry.startsWith(`${start}_`));
  assert(entry !== undefined, start);
  return `${store}/${entry}/node_modules/${name}`;
}

Deno.test("a program elsewhere needs of the package what it names, and no more", () =>
  packed(async (file, folder) => {
    const modules = join(folder, "node_modules");
    await Deno.mkdir(modules);
    await output("tar", ["-xzf", file, "-C", modules], folder);
    await Deno.rename(join(modules, "package"), join(modules, "ehrloom"));
    const { dependencies } = JSON.parse(
      await Deno.readTextFile(join(modules, "ehrloom", "package.json")),
    );
    for (const [name, version] of Object.entries(dependencies)) {
      await Deno.mkdir(dirname(join(modules, name)), { recursive: true });
      await Deno.symlink(installed(name, String(version)), join(modules, name));
    }
    await Deno.writeTextFile(join(folder, "package.json"), "{}");
    await Deno.writeTextFile(join(folder, "further.ts"), further);
    await deno(folder, "check", "further.ts");
    assertEquals(await deno(folder, "run", "-A", "further.ts", folder), "100\n");
    const figures = Deno.readDirSync(join(folder, "report", "figures")).toArray();
    assert(figures.some(({ name }) => name.endsWith(".png")));

    // types are there: a mistake is found
    await Deno.writeTextFile(join(folder, "wrong.ts"), program.replace("unigram.r2", "unigram.r3"));
    const complaint = await deno(folder, "check", "wrong.ts").then(() => "", String);
    assertStringIncludes(complaint, "Property 'r3' does not exist on type 'ProbabilityFidelity'");
  }));

testWith(
  await npmRegistry(),
  "README's program runs in an empty project with the package",
  () =>
    packed(async (file, folder) => {
      await output("tar", ["-xzf", file], folder);
      const [config] = readme.match(/\{\n *"links": \["\.\/package"\][^]*?\n\}\n/) ?? [];
      assert(config !== undefined);
      await Deno.writeTextFile(join(folder, "deno.json"), config);
      await Deno.writeTextFile(join(folder, "program.ts"), program);
      await deno(folder, "check", "program.ts");
      const r2 = Number(await deno(folder, "run", "-A", "program.ts"));
      assert(r2 > 0 && r2 < 1, `${r2}`);
    }),
);
