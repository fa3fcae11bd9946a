import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, type Result, runCommand, say } from "./cli/command.ts";
import { signals } from "./cli/interrupted.ts";
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
  goesOnBy: () => "deno task notebooks --store",
  hasOwnSignals: (args) => !args.has("store"),
  examples: [
    "deno task notebooks",
    "deno task notebooks --dir my-course --fresh",
    "deno task notebooks --no-browser --port 9999",
    "deno task notebooks --store",
  ],
};

async function storeOutputs(): Promise<Result> {
  const environment = await jupyterEnvironment("run", say);
  const names = tutorialNames();
  for (const name of names) {
    say(`Running ${name}`);
    const path = join(notebooksFolder, name);
    await runNotebook(environment, path, path);
  }
  return { stored: names };
}

/** Ends Jupyter, and with it all kernels, when a signal ends this task. */
function passSignalsOn(jupyter: Deno.ChildProcess): { code: number } {
  const ended = { code: 0 };
  for (const { signal, code } of signals) {
    Deno.addSignalListener(signal, () => {
      if (signal === "SIGINT") return; // Ctrl-C reaches Jupyter too, which asks back
      ended.code = code;
      jupyter.kill("SIGTERM");
    });
  }
  return ended;
}

async function openJupyter(
  folder: string,
  fresh: boolean,
  passedOn: readonly string[],
): Promise<Result> {
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
    args: [fileURLToPath(new URL("notebooks/lab.py", import.meta.url)), ...settings, ...passedOn],
    cwd: folder,
    env: variables,
  }).spawn();
  const ended = passSignalsOn(jupyter);
  const { code, signal } = await jupyter.status;
  if (ended.code > 0) Deno.exit(ended.code);
  if (code !== 0 && signal === null) throw new Error(`Jupyter ended with exit code ${code}`);
  return { notebooks: folder };
}

await runCommand(
  command,
  (args) =>
    args.has("store")
      ? storeOutputs()
      : openJupyter(args.path("dir"), args.has("fresh"), args.passedOn),
);
