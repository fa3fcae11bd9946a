/**
 * Tests of what a machine may lack: Chromium, TensorFlow, Vulkan, Python, a large export. Where it is
 * missing, a test is skipped under a name that says what brings it, so that whoever reads the
 * results knows what was not tested and how to have it tested.
 *
 * @module
 */
import { type Backend, nativeBinding, useBackend } from "ehrloom/nn/backend.ts";
import { existsSync } from "node:fs";

/** What a test needs, or the line that says what is missing and how to get it. */
export type Wanted<T> = { readonly thing: T } | { readonly missing: string };

/** Registers a test that gets what it needs, or is skipped where that is missing. */
export function testWith<T>(
  wanted: Wanted<T>,
  name: string,
  run: (thing: T, t: Deno.TestContext) => void | Promise<void>,
): void {
  if ("missing" in wanted) {
    Deno.test.ignore(`${name} (skipped, needs ${wanted.missing})`, () => {});
  } else {
    Deno.test(name, (t) => run(wanted.thing, t));
  }
}

/** Two things that one test needs. */
export function both<A, B>(a: Wanted<A>, b: Wanted<B>): Wanted<[A, B]> {
  if ("missing" in a) return a;
  return "missing" in b ? b : { thing: [a.thing, b.thing] };
}

/** A file or folder, if it is there. */
function path(found: string | undefined, missing: string): Wanted<string> {
  return found !== undefined && existsSync(found) ? { thing: found } : { missing };
}

/** The browser's program. */
export const chromium: Wanted<string> = path(
  "/usr/bin/chromium",
  "Chromium: apt-get install chromium",
);

/** The folder of a whole Synthea export of which `data-fixtures/synthea-ma-records` was made. */
export const syntheaExport: Wanted<string> = path(
  Deno.env.get("EHRLOOM_SYNTHEA_EXPORT"),
  "Synthea's whole export, 61 MB: EHRLOOM_SYNTHEA_EXPORT=FOLDER, see CONTRIBUTING.md",
);

// TensorFlow and Mesa's Vulkan in one process have aborted at its end, about once in 40 runs, so CI
// gives each a process of its own
const chosen = Deno.env.get("EHRLOOM_TEST_BACKENDS")?.split(",");

/** An engine of tfjs, started; what is built must start. */
export async function engine(backend: Backend): Promise<Wanted<Backend>> {
  if (chosen?.includes(backend) === false) {
    return { missing: `EHRLOOM_TEST_BACKENDS, now ${chosen}, to name ${backend}` };
  }
  if (backend === "tensorflow" && !existsSync(nativeBinding())) {
    return { missing: "TensorFlow: deno task native" };
  }
  try {
    return { thing: await useBackend(backend) };
  } catch (error) {
    if (backend !== "webgpu") throw error;
    return { missing: "a Vulkan driver: apt-get install mesa-vulkan-drivers libvulkan1" };
  }
}

/** A registry that npm's client reaches. */
export async function npmRegistry(): Promise<Wanted<"npm">> {
  const missing = { missing: "npm and its registry: Node.js and the network" };
  try {
    const { success } = await new Deno.Command("npm", { args: ["ping"] }).output();
    return success ? { thing: "npm" } : missing;
  } catch (_) {
    return missing;
  }
}

/** The programs of MPI. */
export async function mpiPrograms(): Promise<Wanted<"mpi">> {
  const missing = { missing: "MPI: apt-get install openmpi-bin libopenmpi-dev" };
  try {
    const tried = ["mpirun", "mpicc"]
      .map((program) => new Deno.Command(program, { args: ["--version"] }).output());
    return (await Promise.all(tried)).every(({ success }) => success) ? { thing: "mpi" } : missing;
  } catch (_) {
    return missing;
  }
}

/** Linux's `unshare`, which runs a program without a network. */
export async function noNetwork(): Promise<Wanted<string[]>> {
  const unshare = ["unshare", "--map-root-user", "--net"];
  const [command, ...args] = [...unshare, "true"];
  const works = await new Deno.Command(command, { args }).output()
    .then(({ success }) => success, () => false);
  return works ? { thing: unshare } : { missing: "Linux with unshare and user namespaces" };
}

/** A compiler of C++. */
export async function cppCompiler(): Promise<Wanted<"g++">> {
  const works = await new Deno.Command("g++", { args: ["--version"] }).output()
    .then(({ success }) => success, () => false);
  return works ? { thing: "g++" } : { missing: "g++: apt-get install g++" };
}
