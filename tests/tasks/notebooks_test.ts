import { assertEquals, assertMatch } from "@std/assert";
import { homedir } from "node:os";
import { join } from "node:path";
import { taskArguments } from "../tiny.ts";

/** Deno's own cache, which would move along with XDG_CACHE_HOME. */
const denoDir = Deno.env.get("DENO_DIR") ??
  join(Deno.env.get("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "deno");

/** Runs `deno task notebooks` where nothing is cached and python3 is the given script, if any. */
async function notebooks(args: string[], python3?: string) {
  const folder = await Deno.makeTempDir();
  try {
    if (python3 !== undefined) {
      await Deno.writeTextFile(join(folder, "python3"), `#!/bin/sh\n${python3}`, { mode: 0o755 });
    }
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...taskArguments("notebooks"), ...args],
      cwd: new URL("../../", import.meta.url).pathname,
      env: { PATH: folder, XDG_CACHE_HOME: join(folder, "cache"), DENO_DIR: denoDir },
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr).replaceAll(folder, "FOLDER") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const args of [[], ["--store"]]) {
  const task = ["deno task notebooks", ...args].join(" ");

  Deno.test(`${task} without python3 says how to get it`, async () => {
    assertEquals(await notebooks(args), {
      code: 1,
      stderr: "error: Cannot set up Jupyter: python3 (3.10 or later) with venv not found, " +
        "on Debian and Ubuntu run apt-get install python3 python3-venv\n",
    });
  });
}

Deno.test("deno task notebooks names venv where python3 is there without it", async () => {
  const { code, stderr } = await notebooks([], 'case "$*" in *ensurepip*) exit 1;; esac');
  assertEquals(code, 1);
  assertMatch(stderr, /^error: .* with venv not found, .* apt-get install python3 python3-venv\n$/);
});

Deno.test("deno task notebooks without network says so in one line and names the log", async () => {
  // it makes an environment whose python3 fails as pip does
  const { code, stderr } = await notebooks(
    ["--no-browser"],
    `case "$*" in *"-m venv"*)
      for folder in "$@"; do :; done
      PATH=/bin:/usr/bin
      mkdir -p "$folder/bin"
      printf '#!/bin/sh\\necho "NewConnectionError: name resolution"\\nexit 1' > "$folder/bin/python3"
      chmod +x "$folder/bin/python3";;
    esac`,
  );
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^Installing jupyterlab\S+ in \S+\nerror: Cannot install jupyterlab\S+: no network \(log: FOLDER\S+jupyter.log\)\n$/,
  );
});
