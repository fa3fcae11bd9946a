/**
 * The programs that build what is native: compilers, Python and Deno itself.
 *
 * @module
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childOutput } from "../cli/child.ts";

/** The folder for what is downloaded and compiled, and for logs. */
export function cacheFolder(): string {
  return join(Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache"), "ehrloom");
}

/** Runs a command, keeps its output in the log file, and fails in one line. */
export async function must(
  command: string,
  args: string[],
  log: string,
  failure: (output: string) => string,
): Promise<string> {
  const { success, stdout, stderr } = await run(command, args);
  if (!success) {
    await Deno.writeTextFile(log, [command, ...args].join(" ") + "\n" + stdout + stderr);
    throw new Error(`${failure(stdout + stderr)} (log: ${log})`);
  }
  return stdout;
}

/** Runs a command; one that is not there has failed. */
export async function run(
  command: string,
  args: string[],
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const cwd = fileURLToPath(new URL("../../", import.meta.url));
  try {
    const output = await childOutput(command, { args, cwd });
    const text = new TextDecoder();
    return {
      success: output.success,
      stdout: text.decode(output.stdout),
      stderr: text.decode(output.stderr),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { success: false, stdout: "", stderr: error.message };
  }
}

/** Whether a file is there. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
