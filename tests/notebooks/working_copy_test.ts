/** The copy of the tutorials that people work with, and how Jupyter opens it. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { chromium as playwright } from "playwright-core";
import {
  type JupyterEnvironment,
  notebooksFolder,
  pythonOf,
  trust,
} from "../../tasks/notebooks/jupyter.ts";
import { copyTutorials, tutorialNames } from "../../tasks/notebooks/working_copy.ts";
import { inFolder } from "../folder.ts";
import { both, chromium, testWith } from "../wants.ts";
import { codeCells, installedLab, jupyter, readNotebook } from "./notebook.ts";

const [first, second] = tutorialNames();
const original = (name: string) => Deno.readTextFile(join(notebooksFolder, name));

Deno.test("the working copy keeps what people change, and their own notebooks", () =>
  inFolder(async (folder) => {
    const copy = join(folder, "mine");
    assertEquals(
      await copyTutorials(copy, { fresh: false }),
      tutorialNames().map((name) => join(copy, name)),
    );
    assertEquals(await Deno.readTextFile(join(copy, first)), await original(first));
    await Deno.writeTextFile(join(copy, first), "changed");
    await Deno.writeTextFile(join(copy, "own.ipynb"), "own");
    await Deno.remove(join(copy, second));
    // only those that are as in the project may be trusted
    const unchanged = tutorialNames().slice(1).map((name) => join(copy, name));
    assertEquals(await copyTutorials(copy, { fresh: false }), unchanged);
    assertEquals(await Deno.readTextFile(join(copy, first)), "changed");
    assertEquals(await Deno.readTextFile(join(copy, second)), await original(second));

    await copyTutorials(copy, { fresh: true });
    assertEquals(await Deno.readTextFile(join(copy, first)), await original(first));
    assertEquals(await Deno.readTextFile(join(copy, "own.ipynb")), "own");
  }));

Deno.test("notebooks in a working copy outside the project import ehrloom", () =>
  inFolder(async (folder) => {
    await copyTutorials(folder, { fresh: false });
    const script = join(folder, "cell.ts");
    await Deno.writeTextFile(
      script,
      `import { syntheaSample } from "ehrloom"; console.log((await syntheaSample()).recordCount);`,
    );
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", script],
      cwd: folder,
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "400\n", new TextDecoder().decode(stderr));

    await Deno.writeTextFile(join(folder, "deno.json"), "{}");
    await copyTutorials(folder, { fresh: true });
    assertEquals(await Deno.readTextFile(join(folder, "deno.json")), "{}", "it is the user's");
  }));

Deno.test("the Python of an environment is where Windows and the others have it", () => {
  assertEquals(pythonOf("env", "windows"), join("env", "Scripts", "python.exe"));
  assertEquals(pythonOf("env", "linux"), join("env", "bin", "python3"));
  assertEquals(pythonOf("env", "darwin"), join("env", "bin", "python3"));
});

/** Whether Jupyter trusts a notebook. */
async function isTrusted({ python, variables }: JupyterEnvironment, path: string) {
  const script = "import sys, nbformat; from nbformat.sign import NotebookNotary; " +
    "print(NotebookNotary().check_signature(nbformat.read(sys.argv[1], 4)))";
  const { stdout } = await new Deno.Command(python, {
    args: ["-c", script, path],
    env: { ...variables },
  }).output();
  return new TextDecoder().decode(stdout).trim() === "True";
}

testWith(
  await jupyter(),
  "trust() makes Jupyter trust a notebook as it is, and not after a change",
  (environment) =>
    inFolder(async (folder) => {
      const path = join(folder, "new.ipynb");
      const output = { output_type: "display_data", data: { "text/html": folder }, metadata: {} };
      const cell = { id: "a", cell_type: "code", source: "1", metadata: {}, execution_count: 1 };
      const notebook = {
        cells: [{ ...cell, outputs: [output] }],
        metadata: {},
        nbformat: 4,
        nbformat_minor: 5,
      };
      await Deno.writeTextFile(path, JSON.stringify(notebook));
      assertEquals(await isTrusted(environment, path), false);
      await trust(environment, [path]);
      assertEquals(await isTrusted(environment, path), true);
      await Deno.writeTextFile(path, JSON.stringify(notebook).replace('"1"', '"2"'));
      assertEquals(await isTrusted(environment, path), false);
    }),
);

testWith(
  both(await installedLab(), chromium),
  "a tutorial opens trusted, with its figures and without a question about news",
  ([environment, executablePath]) =>
    inFolder(async (folder) => {
      await trust(environment, await copyTutorials(folder, { fresh: false }));
      const port = "18923";
      const lab = new Deno.Command(environment.python, {
        args: [
          ...["-m", "jupyterlab", "--no-browser", "--allow-root", "--port", port],
          ...["--IdentityProvider.token=t", `--ServerApp.root_dir=${folder}`],
          "--Application.log_level=ERROR",
        ],
        cwd: folder,
        env: { ...environment.variables },
        stderr: "null",
      }).spawn();
      const browser = await playwright.launch({
        executablePath,
        args: ["--no-sandbox", "--disable-gpu"],
      });
      try {
        const page = await browser.newPage();
        const address = `http://127.0.0.1:${port}/lab/tree/${first}?token=t`;
        for (let tries = 0;; tries++) {
          try {
            await page.goto(address);
            break;
          } catch (error) {
            if (tries === 60) throw error;
            await new Promise((resolve) => setTimeout(resolve, 500));
          }
        }
        await page.getByTitle(/^Notebook trusted: /).waitFor({ timeout: 60_000 });
        const figures = codeCells(await readNotebook(join(folder, first)))
          .filter(({ outputs }) => outputs?.some(({ data }) => data?.["image/svg+xml"]));
        const shown = page.locator(".jp-RenderedSVG img");
        await shown.nth(figures.length - 1).waitFor({ state: "attached" });
        await page.waitForTimeout(3000); // the question about news comes some seconds later
        assert(!/news/i.test(await page.locator("body").innerText()));
      } finally {
        await browser.close();
        lab.kill("SIGTERM");
        await lab.status;
      }
    }),
);
