import { assert, assertEquals } from "@std/assert";
import { runTask, taskArguments, taskCommands } from "../tiny.ts";

const flags = "--no-prompt --allow-read --allow-write --allow-env --allow-sys " +
  "--allow-ffi=./node_modules";

/** What tasks need beyond `flags`: they start compilers, a bundler, pip, Jupyter, tar, Slurm or Deno itself. */
const more: Readonly<Record<string, string>> = {
  native: `${flags} --allow-run`,
  bench: `${flags} --allow-run`,
  notebooks: `${flags} --allow-run`,
  site: `${flags} --allow-run`,
  play: `${flags} --allow-run`,
  pack: `${flags} --allow-run`,
  simd: `${flags} --allow-run`,
  submit: `${flags} --allow-run`,
  status: `${flags} --allow-run`,
  "test-native": `${flags} --allow-run`,
  // the browser's driver reads /proc, and a test writes to /dev/full
  test: "-A",
  // they run no code of the project themselves
  check: "",
  ok: "",
};

for (const [name, command] of Object.entries(taskCommands)) {
  Deno.test(`deno task ${name} looks for no newer Deno and may do no more than it must`, () => {
    assert(/^(export )?DENO_NO_UPDATE_CHECK=1 /.test(command), command);
    const given = command.split(" ").filter((word) =>
      /^(-[AP]|--(no-prompt|allow-.*))$/.test(word)
    );
    assertEquals(given.join(" "), more[name] ?? flags);
  });
}

Deno.test("a task reaches no network, no other program, no library outside node_modules", async () => {
  const probe = `for (const name of ["read", "net", "run", "ffi"]) {
    console.log(name, (await Deno.permissions.request({ name })).state);
  }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("train").slice(0, -1), `data:text/javascript,${encodeURI(probe)}`],
    cwd: new URL("../../", import.meta.url).pathname,
  }).output();
  const found = new TextDecoder().decode(stdout).trim().split("\n");
  assertEquals(found, ["read granted", "net denied", "run denied", "ffi denied"]);
});

Deno.test("a place that Deno keeps from tasks is named", async () => {
  const { code, lines } = await runTask("demo", "--out", "/proc/demo");
  assertEquals([code, ...lines], [1, 'error: Cannot use "/proc": Deno lets no task in there']);
});
