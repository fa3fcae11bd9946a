import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childOutput } from "./cli/child.ts";
import { type Command, runCommand, say } from "./cli/command.ts";
import { jupyterEnvironment, notebooksFolder, runNotebook } from "./notebooks/jupyter.ts";
import { tutorialNames } from "./notebooks/working_copy.ts";
import { isThere } from "../lib/files/is_there.ts";
import { buildSite } from "./site/build.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const site = join(root, "site");

const command: Command = {
  name: "site",
  summary: "Build the book in site/: lessons, guides, models, measures, results and the API. " +
    "It works from the disk and without a network.",
  options: {
    execute: {
      help: "Run the lessons first, which takes minutes; without it, with stored outputs",
    },
  },
  goesOnBy: () => "deno task site",
  examples: ["deno task site", "deno task site --execute"],
};

/** Runs all lessons into a folder. */
async function executeLessons(folder: string): Promise<void> {
  const environment = await jupyterEnvironment("run", say);
  for (const name of tutorialNames()) {
    say(`Running ${name}`);
    await runNotebook(environment, join(notebooksFolder, name), join(folder, name));
  }
}

/** Writes the reference of all functions. */
async function writeApi(folder: string): Promise<void> {
  const { success, stderr } = await childOutput(Deno.execPath(), {
    args: ["doc", "--html", `--output=${folder}`, "--name=ehrloom", "mod.ts"],
    cwd: root,
  });
  if (!success) throw new Error(`Cannot write the API: ${new TextDecoder().decode(stderr)}`);
}

await runCommand(command, async (args) => {
  let lessons = notebooksFolder;
  if (args.has("execute")) {
    lessons = await Deno.makeTempDir({ prefix: "ehrloom-lessons-" });
    await executeLessons(lessons);
  } else {
    say("Lessons have the outputs that are stored in notebooks/; --execute runs them");
  }
  const others: [string, string][] = [["API: all functions", "api/index.html"]];
  if (await isThere(join(site, "play.html"))) others.unshift(["Play with a model", "play.html"]);
  const pages = await buildSite(site, { lessons, others });
  await writeApi(join(site, "api"));
  if (lessons !== notebooksFolder) await Deno.remove(lessons, { recursive: true });
  const page = join("site", "index.html");
  say(`${pages} pages. Open ${page}`);
  return { page, pages };
});
