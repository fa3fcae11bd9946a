import { assert, assertEquals } from "@std/assert";
import { taskArguments, taskCommands } from "../tiny.ts";

const flags = "--no-prompt --allow-read --allow-write --allow-env --allow-sys " +
  "--allow-ffi=./node_modules";
/** They start other programs: compilers, pip, Jupyter, Deno itself. */
const starters = ["native", "notebooks", "test", "test-native"];
/** They run no code of the project themselves. */
const checkers = ["check", "ok"];

for (const [name, command] of Object.entries(taskCommands)) {
  Deno.test(`deno task ${name} asks no one for newer versions and has no more permissions than it needs`, () => {
    assert(/^(export )?DENO_NO_UPDATE_CHECK=1 /.test(command), command);
    const given = command.match(/ (-A|-P|--no-prompt|--allow-\S+)(?= )/g)?.join("").trim() ?? "";
    const wanted = starters.includes(name) ? `${flags} --allow-run` : flags;
    assertEquals(given, checkers.includes(name) ? "" : wanted);
  });
}

Deno.test("a task reaches no network, no other program, and no library outside node_modules", async () => {
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
