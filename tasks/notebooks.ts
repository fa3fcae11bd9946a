import { join } from "node:path";
import { type Command, runCommand, say } from "./cli/command.ts";
import { jupyterEnvironment, notebooksFolder, runNotebook, trust } from "./notebooks/jupyter.ts";
import { copyTutorials, tutorialNames } from "./notebooks/working_copy.ts";

const command: Command = {
  name: "notebooks",
  summary: "Open a copy of the tutorials in JupyterLab with the Deno kernel; installs both in a " +
    "separate environment.",
  options: {
    dir: {
      value: "DIR",
      default: "runs/notebooks",
      help: "Folder of your copy; what you change there is kept",
    },
    fresh: { help: "Restore the tutorials in your copy; what you changed in them is lost" },
    store: { help: "Run the project's tutorials and store their outputs, without opening Jupyter" },
  },
  passesOnTo: "jupyter lab",
  examples: [
    "deno task notebooks",
    "deno task notebooks --dir my-course --fresh",
    "deno task notebooks --no-browser --port 9999",
    "deno task notebooks --store",
  ],
};

async function storeOutputs(): Promise<void> {
  const environment = await jupyterEnvironment("run", say);
  for (const name of tutorialNames()) {
    say(`Running ${name}`);
    const path = join(notebooksFolder, name);
    await runNotebook(environment, path, path);
  }
}

async function openJupyter(
  folder: string,
  fresh: boolean,
  passedOn: readonly string[],
): Promise<void> {
  const environment = await jupyterEnvironment("lab", say);
  const { python, variables } = environment;
  await trust(environment, await copyTutorials(folder, { fresh }));
  const settings = [
    `--ServerApp.root_dir=${folder}`,
    "--MultiKernelManager.default_kernel_name=deno",
    // of its log, the address and what goes wrong
    "--Application.log_level=WARN",
    // it listens to this machine only and wants a token: in a container, root is the only user
    ...(Deno.uid() === 0 ? ["--allow-root"] : []),
  ];
  say(`Opening your copy of the tutorials in ${folder}; Ctrl-C closes Jupyter`);
  const jupyter = new Deno.Command(python, {
    args: ["-m", "jupyterlab", ...settings, ...passedOn],
    cwd: folder,
    env: variables,
  }).spawn();
  // Ctrl-C reaches Jupyter too, which asks back
  Deno.addSignalListener("SIGINT", () => {});
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => jupyter.kill("SIGTERM"));
  const { code, signal } = await jupyter.status;
  if (code !== 0 && signal === null) throw new Error(`Jupyter ended with exit code ${code}`);
}

await runCommand(command, async (args) => {
  if (args.has("store")) await storeOutputs();
  else await openJupyter(args.path("dir"), args.has("fresh"), args.passedOn);
});
