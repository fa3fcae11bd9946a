/**
 * How Ehrloom's own operations for TensorFlow (tasks/native/kernels) are compiled. A machine that cannot
 * compile them goes without: layers then run as tfjs operations, to the same numbers but slower.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../lib/files/sha256.ts";
import { replaceWhole } from "../../lib/files/output.ts";
import { isFile, must } from "./programs.ts";

const sources = fileURLToPath(new URL("./kernels/", import.meta.url));

/** Of all kinds of processor: vector_math.h makes code for several of them, chosen at start. */
const flags = [
  "-O3",
  "-fopenmp-simd",
  // else loops with choices or roots are not turned into vector instructions
  "-fno-trapping-math",
  "-fno-math-errno",
  "-mprefer-vector-width=512",
  "-std=c++17",
  "-pthread",
];

/**
 * Compiles the operations, or finds them in the cache of an earlier call.
 *
 * @param how.folder where TensorFlow's libraries and headers are
 * @param how.onStep called with a line for people before they are compiled, or where they cannot be
 * @returns the library's file; undefined where it cannot be compiled
 */
export async function compileKernels(
  { folder, log, onStep }: { folder: string; log: string; onStep: (step: string) => void },
): Promise<string | undefined> {
  const names = [...Deno.readDirSync(sources)].map(({ name }) => name).sort();
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(join(sources, name))));
  const digest = await sha256([...flags, ...texts].join("\n"));
  const library = join(folder, `kernels-${digest.slice(0, 12)}.so`);
  if (await isFile(library)) return library;
  const tensorflow = join(folder, "tensorflow");
  onStep("Compiling Ehrloom's own operations");
  try {
    await replaceWhole(library, async (file) => {
      const args = [...flags, "-shared", "-fPIC"].concat(
        ["-Wl,-z,nodelete"], // TensorFlow keeps them when the thread that loaded them ends
        ["-isystem", join(tensorflow, "include")],
        names.filter((name) => name.endsWith(".cc")).map((name) => join(sources, name)),
        ["-o", file, "-L", tensorflow],
        ["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
        [`-Wl,-rpath,${tensorflow}`],
      );
      await must("g++", args, log, () => "g++ cannot compile them");
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    onStep(`TensorFlow works without them, but trains slower: ${error.message}`);
    return undefined;
  }
  return library;
}

/** Puts compiled operations where the engine looks for them; takes older ones away where there are none. */
export async function installKernels(
  compiled: string | undefined,
  installed: string,
): Promise<void> {
  if (compiled === undefined) await rm(installed, { force: true });
  else await replaceWhole(installed, (file) => Deno.copyFile(compiled, file));
}
