import { assertEquals, assertMatch } from "@std/assert";
import { homedir } from "node:os";
import { join } from "node:path";
import { compileKernels, installKernels } from "../../tasks/native/kernels.ts";
import { taskArguments } from "../tiny.ts";

/** Deno's own cache, which would move along with XDG_CACHE_HOME. */
const denoDir = Deno.env.get("DENO_DIR") ??
  join(Deno.env.get("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "deno");

/** Runs `deno task native` where only the given programs exist and nothing is cached. */
async function native(
  programs: string[],
  ...options: string[]
): Promise<{ code: number; stderr: string }> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, script] of Object.entries(fakes)) {
      if (!programs.includes(name)) continue;
      await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...taskArguments("native"), ...options],
      cwd: new URL("../../", import.meta.url).pathname,
      env: { PATH: folder, XDG_CACHE_HOME: `${folder}/cache`, DENO_DIR: denoDir },
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr).replaceAll(folder, "FOLDER") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A python3 whose pip is there but has no network, and a compiler that is never reached. */
const fakes = {
  python3: `case "$*" in *download*) echo "NewConnectionError: name resolution"; exit 1;; esac`,
  "g++": "exit 0",
  mpicc: `case "$*" in *mpi.c*) echo "mpi.h: No such file"; exit 1;; esac`,
};

Deno.test("deno task native names the missing compiler and the package that brings it", async () => {
  assertEquals(await native(["python3"]), {
    code: 1,
    stderr: "error: Cannot build TensorFlow: g++ not found, " +
      "on Debian and Ubuntu run apt-get install g++\n",
  });
});

Deno.test("deno task native names all that is missing in one line", async () => {
  assertEquals(await native([]), {
    code: 1,
    stderr: "error: Cannot build TensorFlow: python3, python3-pip, g++ not found, " +
      "on Debian and Ubuntu run apt-get install python3 python3-pip g++\n",
  });
});

Deno.test("deno task native without network says so in one line and names the log", async () => {
  const { code, stderr } = await native(["python3", "g++"]);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^Downloading .*\nerror: Cannot download tensorflow\S* \S+: no network \(log: FOLDER\S+native.log\)\n$/,
  );
});

Deno.test("deno task native --mpi names the missing compiler, or the log of one that fails", async () => {
  assertEquals(await native([], "--mpi"), {
    code: 1,
    stderr: "error: Cannot build for MPI: mpicc not found, " +
      "on Debian and Ubuntu run apt-get install libopenmpi-dev openmpi-bin\n",
  });
  assertEquals(await native(["mpicc"], "--mpi"), {
    code: 1,
    stderr: "error: Cannot compile for MPI (log: FOLDER/cache/ehrloom/mpi.log)\n",
  });
  const refused = {
    "--cuda": /^error: --mpi takes no --cuda: it builds no engine\n/,
    "--force": /^error: --mpi takes no --force: it always compiles again\n/,
  };
  for (const [option, line] of Object.entries(refused)) {
    const { code, stderr } = await native(["mpicc"], "--mpi", option);
    assertEquals(code, 2);
    assertMatch(stderr, line);
  }
});

Deno.test("deno task native goes without Ehrloom's own operations where they do not compile", async () => {
  const folder = await Deno.makeTempDir(); // without TensorFlow's headers
  const said: string[] = [];
  const log = join(folder, "native.log");
  const found = await compileKernels({ folder, log, onStep: (step) => said.push(step) });
  assertEquals(found, undefined);
  assertEquals(said, [
    "Compiling Ehrloom's own operations",
    `TensorFlow works without them, but trains slower: g++ cannot compile them (log: ${log})`,
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("deno task native leaves no older operations where they no longer compile", async () => {
  const folder = await Deno.makeTempDir();
  const [compiled, installed] = ["compiled.so", "installed.so"].map((name) => join(folder, name));
  await Deno.writeTextFile(compiled, "new");
  for (const before of ["nothing", "older operations"]) {
    if (before !== "nothing") await Deno.writeTextFile(installed, before);
    await installKernels(compiled, installed);
    assertEquals(await Deno.readTextFile(installed), "new");
    await installKernels(undefined, installed);
    await installKernels(undefined, installed);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["compiled.so"]);
  }
  await Deno.remove(folder, { recursive: true });
});
