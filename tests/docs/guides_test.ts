// The commands in guides name tasks and options that there are.
import { assert, assertEquals } from "@std/assert";
import { taskArguments, taskCommands } from "../tiny.ts";

const root = new URL("../../", import.meta.url).pathname;

/**
 * The commands `deno task …` of a document's shell code; a backslash continues a line, and a task may
 * stand behind the "--" of another.
 */
function commandsOf(markdown: string): string[] {
  return [...markdown.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, code]) =>
    code.replaceAll(/\\\n\s*/g, "").split("\n").map((line) => line.replace(/ # .*/, ""))
  ).flatMap((line) => line.match(/deno task .*/) ?? [])
    .flatMap((command) => command.replace(" -- ", "\ndeno task ").split("\n"));
}

/** What a task says with `--help`. */
async function helpOf(name: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments(name), "--help"],
    cwd: root,
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("guides name tasks and options that there are", async () => {
  const guides = Array.from(Deno.readDirSync(`${root}docs`), ({ name }) => name)
    // what guides to adding something add has tests of its own
    .filter((name) => name.endsWith(".md") && !name.startsWith("adding-"));
  const used = new Map<string, Set<string>>();
  for (const guide of guides) {
    for (const command of commandsOf(Deno.readTextFileSync(`${root}docs/${guide}`))) {
      const [, , name, ...words] = command.trim().split(/\s+/);
      const options = words.filter((word) => word.startsWith("--")).map((word) =>
        word.split("=")[0]
      );
      const known = used.get(name) ?? new Set();
      used.set(name, new Set([...known, ...options]));
    }
  }
  assert(used.get("evaluate")?.has("--real"), [...used.keys()].join());
  const unknown = await Promise.all(
    [...used].map(async ([name, options]) => {
      if (!(name in taskCommands)) return [name];
      if (options.size === 0) return [];
      const help = await helpOf(name);
      return [...options].filter((option) => !new RegExp(`${option}\\b`).test(help))
        .map((option) => `${name} ${option}`);
    }),
  );
  assertEquals(unknown.flat(), []);
});
