import { type OnProgress, useBackend } from "ehrloom";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, runCommand, say } from "./cli/command.ts";
import { jupyterEnvironment, notebooksFolder, runNotebook } from "./notebooks/jupyter.ts";
import { tutorialNames } from "./notebooks/working_copy.ts";
import { samplePage } from "./play/sample_page.ts";
import { writeApi } from "./site/api.ts";
import { buildSite } from "./site/build.ts";
import { playFile } from "./site/front_page.tsx";

const root = fileURLToPath(new URL("../", import.meta.url));
const site = join(root, "site");

const command: Command = {
  name: "site",
  summary: "Build the book in site/: the page to play with, lessons, guides, models, measures, " +
    "results and the API. It works from the disk and without a network.",
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

/** Writes the page to play with: a small HALO is trained for it. */
async function writePlayPage(onProgress: OnProgress): Promise<void> {
  await useBackend("wasm");
  const page = await samplePage(1, onProgress);
  await Deno.mkdir(site, { recursive: true });
  await Deno.writeTextFile(join(site, playFile), page);
}

await runCommand(command, async (args, onProgress) => {
  let lessons = notebooksFolder;
  if (args.has("execute")) {
    lessons = await Deno.makeTempDir({ prefix: "ehrloom-lessons-" });
    await executeLessons(lessons);
  } else {
    say("Lessons have the outputs that are stored in notebooks/; --execute runs them");
  }
  await writePlayPage(onProgress);
  await writeApi(root, site);
  const pages = await buildSite(site, { lessons });
  if (lessons !== notebooksFolder) await Deno.remove(lessons, { recursive: true });
  const page = join("site", "index.html");
  say(`${pages} pages. Open ${page}`);
  return { page, pages };
});
