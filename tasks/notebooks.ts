import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, type Result, runCommand, say } from "./cli/command.ts";
import { signals } from "./cli/interrupted.ts";
import { jupyterEnvironment, notebooksFolder, runNotebook } from "./notebooks/jupyter.ts";

const command: Command = {
  name: "notebooks",
  summary: "Open the tutorials in JupyterLab with the Deno kernel; installs both in a separate " +
    "environment.",
  options: {
    store: { help: "Run all tutorials and store their outputs, without opening Jupyter" },
  },
  passesOnTo: "jupyter lab",
  goesOnBy: () => "deno task notebooks --store",
  hasOwnSignals: (args) => !args.has("store"),
  examples: [
    "deno task notebooks",
    "deno task notebooks --no-browser --port 9999",
    "deno task notebooks --store",
  ],
};

async function storeOutputs(): Promise<Result> {
  const environment = await jupyterEnvironment("run", say);
  const names = Array.from(Deno.readDirSync(notebooksFolder), ({ name }) => name)
    .filter((name) => name.endsWith(".ipynb")).sort();
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

async function openJupyter(passedOn: readonly string[]): Promise<Result> {
  const { python, variables } = await jupyterEnvironment("lab", say);
  const settings = [
    `--ServerApp.root_dir=${notebooksFolder}`,
    "--MultiKernelManager.default_kernel_name=deno",
    // of its log, the address and what goes wrong
    "--Application.log_level=WARN",
    // it listens to this machine only and wants a token: in a container, root is the only user
    ...(Deno.uid() === 0 ? ["--allow-root"] : []),
  ];
  say("Opening Jupyter; Ctrl-C closes it");
  const jupyter = new Deno.Command(python, {
    args: [fileURLToPath(new URL("notebooks/lab.py", import.meta.url)), ...settings, ...passedOn],
    cwd: notebooksFolder,
    env: variables,
  }).spawn();
  const ended = passSignalsOn(jupyter);
  const { code, signal } = await jupyter.status;
  if (ended.code > 0) Deno.exit(ended.code);
  if (code !== 0 && signal === null) throw new Error(`Jupyter ended with exit code ${code}`);
  return {};
}

await runCommand(
  command,
  (args) => args.has("store") ? storeOutputs() : openJupyter(args.passedOn),
);
