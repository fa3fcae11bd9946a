import { homedir } from "node:os";
import { join } from "node:path";

/** Runs a Python program in a folder and gives its stdout. */
export type Python = (folder: string, program: string) => Promise<string>;

async function output(command: string, args: string[], cwd?: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return text.decode(stdout);
}

/** Path of Python in a virtual environment that is kept in the user's cache; see {@link pythonWith}. */
async function kept(
  packages: readonly string[],
  pipOptions: readonly string[],
): Promise<string | undefined> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(homedir(), ".cache");
  const name = packages.join("_").replaceAll("==", "-");
  const environment = join(cache, "ehrloom", "test-python", name);
  const python = join(environment, "bin", "python3");
  const check = [
    "-c",
    `import importlib.metadata as m; [m.version(p.split("==")[0]) for p in ${
      JSON.stringify(packages)
    }]`,
  ];
  try {
    await output(python, check).catch(async () => {
      await output("python3", ["-m", "venv", environment]);
      await output(python, ["-m", "pip", "install", "--quiet", ...pipOptions, ...packages]);
    });
  } catch (error) {
    const reason = String(error).trim().split("\n").at(-1);
    // deno-lint-ignore no-console -- whoever runs the tests is to know why some are skipped
    console.warn(`Tests with Python are skipped, they need python3, venv and pip: ${reason}`);
    return undefined;
  }
  return python;
}

/**
 * Python with the given packages, in a virtual environment that is kept in the user's cache; or
 * undefined, with a message, where python3 or a way to the packages is missing.
 */
export async function pythonWith(...packages: string[]): Promise<Python | undefined> {
  const python = await kept(packages, []);
  if (python === undefined) return undefined;
  return (folder, program) => output(python, ["-c", program], folder);
}

/**
 * The folder in which the files of a package lie, without the packages that it needs; kept, or
 * undefined, as with {@link pythonWith}.
 *
 * @param name of the package with its version, "a-b==1.2"
 */
export async function filesOfPackage(name: string): Promise<string | undefined> {
  const python = await kept([name], ["--no-deps"]);
  if (python === undefined) return undefined;
  const where = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const module = name.replace(/==.*/, "").replaceAll("-", "_");
  return join((await output(python, ["-c", where])).trim(), module);
}
