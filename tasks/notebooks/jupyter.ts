/**
 * Jupyter in environments of its own under `~/.cache/ehrloom`: Python packages, the Deno kernel and
 * all settings lie there, nothing of the user's own Jupyter is read or written.
 *
 * @module
 */
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { childOutput } from "../cli/child.ts";
import { isThere } from "../../lib/files/is_there.ts";

/** Where the tutorials lie. */
export const notebooksFolder: string = fileURLToPath(new URL("../../notebooks", import.meta.url));

/** What an environment is for, and the packages that it takes. */
const environments = {
  run: ["nbclient==0.11.0", "nbformat==5.11.1", "jupyter-client==8.10.0"],
  lab: ["jupyterlab==4.6.6"],
} as const;

/** A Python environment that has Jupyter and the Deno kernel. */
export interface JupyterEnvironment {
  /** Its python3. */
  readonly python: string;
  /** What its programs need in their environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Exits 0 where python3 can make environments and is new enough for the packages. */
const pythonCheck = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";

/** Python as the system calls it. */
const systemPython = Deno.build.os === "windows" ? "python" : "python3";

/** The Python of an environment; Windows has it elsewhere. */
export function pythonOf(folder: string, os: typeof Deno.build.os = Deno.build.os): string {
  return os === "windows" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python3");
}

/** What is missing to run Jupyter, in one line that says how to get it; undefined for nothing. */
export async function missingForJupyter(): Promise<string | undefined> {
  const { success } = await output(systemPython, ["-c", pythonCheck]);
  if (success) return undefined;
  return "python3 (3.10 or later) with venv not found, " +
    "on Debian and Ubuntu run apt-get install python3 python3-venv";
}

/** Where an environment is, or will be. */
export function environmentFolder(use: keyof typeof environments): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache");
  return join(cache, "ehrloom", `jupyter-${environments[use][0].replace("==", "-")}`);
}

/**
 * An environment, made when there is none yet: half a minute, and the network, once.
 *
 * @param use "run" to run notebooks, "lab" to open them
 * @param onStep called with a line for people before each step
 * @throws {Deno.errors.NotFound} If python3 or its venv is missing
 * @throws {Error} If the packages cannot be installed; the message names the log file
 */
export async function jupyterEnvironment(
  use: keyof typeof environments,
  onStep: (step: string) => void = () => {},
): Promise<JupyterEnvironment> {
  const packages = environments[use];
  const folder = environmentFolder(use);
  const root = dirname(folder);
  const python = pythonOf(folder);
  const kernel = join(folder, "data", "kernels", "deno");
  // the kernel comes last: where it is, the rest is whole
  const isWhole = await isThere(join(kernel, "kernel.json")) &&
    (await output(python, ["--version"])).success;
  if (!isWhole) {
    const missing = await missingForJupyter();
    if (missing !== undefined) throw new Deno.errors.NotFound(`Cannot set up Jupyter: ${missing}`);
    const log = join(root, "jupyter.log");
    await Deno.mkdir(root, { recursive: true });
    onStep(`Installing ${packages[0]} in ${folder}`);
    await must(systemPython, ["-m", "venv", "--clear", folder], log, "Cannot set up Jupyter");
    const pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet"];
    await must(python, [...pip, ...packages], log, `Cannot install ${packages.join(", ")}`);
    await Deno.mkdir(kernel, { recursive: true });
  }
  // each time, since Deno may have moved
  const specification = {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  };
  await Deno.writeTextFile(join(kernel, "kernel.json"), JSON.stringify(specification, null, 2));
  if (use === "lab") await writeLabSettings(folder);
  return {
    python,
    variables: {
      JUPYTER_DATA_DIR: join(folder, "data"),
      JUPYTER_CONFIG_DIR: join(folder, "config"),
      JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
      PYTHONNOUSERSITE: "1",
    },
  };
}

/** Settings of JupyterLab that differ from its own: it does not ask whether to fetch news. */
async function writeLabSettings(environment: string): Promise<void> {
  const settings = join(environment, "share", "jupyter", "lab", "settings");
  await Deno.mkdir(settings, { recursive: true });
  const notification = { fetchNews: "false", checkForUpdates: false };
  await Deno.writeTextFile(
    join(settings, "overrides.json"),
    JSON.stringify({ "@jupyterlab/apputils-extension:notification": notification }),
  );
}

/**
 * Makes Jupyter trust notebooks as they are now: it shows their figures without running them first.
 *
 * @throws {Error} If it cannot; the message is Python's
 */
export async function trust(
  { python, variables }: JupyterEnvironment,
  notebooks: readonly string[],
): Promise<void> {
  if (notebooks.length === 0) return;
  const script = "from nbformat.sign import TrustNotebookApp; TrustNotebookApp.launch_instance()";
  const { success, text } = await output(python, ["-c", script, ...notebooks], variables);
  if (!success) throw new Error(`Cannot trust the tutorials: ${text}`);
}

/**
 * Runs a notebook from top to bottom in a fresh kernel, in its own folder.
 *
 * @param notebook its path; the file stays as it is
 * @param into where to write the notebook with its outputs; may be `notebook` itself
 * @throws {Error} If a cell fails; the message is Python's, with the cell and its error
 */
export async function runNotebook(
  { python, variables }: JupyterEnvironment,
  notebook: string,
  into: string,
): Promise<void> {
  const script = fileURLToPath(new URL("./run_notebook.py", import.meta.url));
  const { success, text } = await output(python, [script, notebook, into], variables);
  if (!success) throw new Error(`Cannot run "${notebook}": ${text}`);
}

async function must(command: string, args: string[], log: string, failure: string): Promise<void> {
  const { success, text } = await output(command, args);
  if (success) return;
  await Deno.writeTextFile(log, [command, ...args].join(" ") + "\n" + text);
  const isOffline = /connection|resolution|timed out|unreachable/i.test(text);
  throw new Error(`${failure}${isOffline ? ": no network" : ""} (log: ${log})`);
}

/** Runs a command to its end; a program that is not there counts as failed. */
async function output(
  command: string,
  args: string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ success: boolean; text: string }> {
  try {
    const { success, stdout, stderr } = await childOutput(command, { args, env });
    const decoder = new TextDecoder();
    return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { success: false, text: error.message };
  }
}
