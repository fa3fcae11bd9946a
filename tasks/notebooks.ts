import { join } from "node:path";
import { type Command, runCommand, say } from "./cli/command.ts";
import { jupyterEnvironment, notebooksFolder, runNotebook } from "./notebooks/jupyter.ts";

const command: Command = {
  name: "notebooks",
  summary: "Open the tutorials in JupyterLab with the Deno kernel; installs both in a separate " +
    "environment.",
  options: {
    store: { help: "Run all tutorials and store their outputs, without opening Jupyter" },
  },
  passesOnTo: "jupyter lab",
  examples: [
    "deno task notebooks",
    "deno task notebooks --no-browser --port 9999",
    "deno task notebooks --store",
  ],
};

async function storeOutputs(): Promise<void> {
  const environment = await jupyterEnvironment("run", say);
  const names = Array.from(Deno.readDirSync(notebooksFolder), ({ name }) => name)
    .filter((name) => name.endsWith(".ipynb")).sort();
  for (const name of names) {
    say(`Running ${name}`);
    const path = join(notebooksFolder, name);
    await runNotebook(environment, path, path);
  }
}

async function openJupyter(passedOn: readonly string[]): Promise<void> {
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
    args: ["-m", "jupyterlab", ...settings, ...passedOn],
    cwd: notebooksFolder,
    env: variables,
  }).spawn();
  // Ctrl-C reaches Jupyter too, which asks back
  Deno.addSignalListener("SIGINT", () => {});
  Deno.addSignalListener("SIGTERM", () => jupyter.kill("SIGTERM"));
  const { code, signal } = await jupyter.status;
  if (code !== 0 && signal === null) throw new Error(`Jupyter ended with exit code ${code}`);
}

await runCommand(command, async (args) => {
  if (args.has("store")) await storeOutputs();
  else await openJupyter(args.passedOn);
});
