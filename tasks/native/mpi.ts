import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { replaceWhole } from "../../lib/files/output.ts";
import { mpiLibrary } from "../../lib/train/processes/mpi.ts";
import { cacheFolder, must, run } from "./programs.ts";

/**
 * Compiles the library between Deno and this machine's MPI, by MPI's own compiler.
 *
 * @returns where the library is
 * @throws {Deno.errors.NotFound} If mpicc is missing; the message says how to get it
 * @throws {Error} If it cannot compile; the message names the log file
 */
export async function buildMpi(): Promise<{ library: string }> {
  if (!(await run("mpicc", ["--version"])).success) {
    throw new Deno.errors.NotFound(
      "Cannot build for MPI: mpicc not found, " +
        "on Debian and Ubuntu run apt-get install libopenmpi-dev openmpi-bin",
    );
  }
  const library = mpiLibrary();
  await Deno.mkdir(dirname(library), { recursive: true });
  await Deno.mkdir(cacheFolder(), { recursive: true });
  const source = fileURLToPath(new URL("mpi.c", import.meta.url));
  await replaceWhole(library, async (file) => {
    await must(
      "mpicc",
      ["-O2", "-shared", "-fPIC", source, "-o", file],
      join(cacheFolder(), "mpi.log"),
      () => "Cannot compile for MPI",
    );
  });
  return { library };
}
