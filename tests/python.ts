import { homedir } from "node:os";
import { join } from "node:path";
import type { Wanted } from "./wants.ts";

/** Runs a Python program in a folder and gives its stdout. */
export type Python = (folder: string, program: string) => Promise<string>;

async function output(command: string, args: string[], cwd?: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    ...cwd !== undefined && { cwd },
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return text.decode(stdout);
}

/** Path of Python in a virtual environment that is kept in the user's cache; see {@link pythonWith}. */
async function kept(
  packages: readonly string[],
  pipOptions: readonly string[],
): Promise<Wanted<string>> {
  const cache = Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache");
  const name = packages.join("_").replaceAll("==", "-");
  const environment = join(cache, "ehrloom", "test-python", name);
  const python = join(environment, "bin", "python3");
  const check = [
    "-c",
    `import importlib.metadata as m; [m.version(p.split("==")[0]) for p in ${
      JSON.stringify(packages)
    }]`,
  ];
  const isWhole = await output(python, check).then(() => true, () => false);
  if (isWhole) return { thing: python };
  try {
    await output("python3", ["-m", "venv", environment]);
  } catch (_) {
    return { missing: "python3 with venv: apt-get install python3 python3-venv" };
  }
  try {
    await output(python, ["-m", "pip", "install", "--quiet", ...pipOptions, ...packages]);
  } catch (error) {
    const reason = String(error).trim().split("\n").at(-1);
    return { missing: `${packages.join(" ")} from PyPI (${reason})` };
  }
  return { thing: python };
}

/**
 * Python with the given packages, in a virtual environment that is kept in the user's cache; missing
 * where python3 or a way to the packages is.
 */
export async function pythonWith(...packages: string[]): Promise<Wanted<Python>> {
  const python = await kept(packages, []);
  if ("missing" in python) return python;
  return { thing: (folder, program) => output(python.thing, ["-c", program], folder) };
}

/**
 * The folder in which the files of a package lie, without the packages that it needs; kept, or
 * missing, as with {@link pythonWith}.
 *
 * @param name of the package with its version, "a-b==1.2"
 */
export async function filesOfPackage(name: string): Promise<Wanted<string>> {
  const python = await kept([name], ["--no-deps"]);
  if ("missing" in python) return python;
  const where = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const module = name.replace(/==.*/, "").replaceAll("-", "_");
  return { thing: join((await output(python.thing, ["-c", where])).trim(), module) };
}
