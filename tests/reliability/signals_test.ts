/**
 * Signals end tasks: with the exit codes that shells expect, with a line that says how to continue,
 * and with nothing left behind, neither a hidden cursor nor a kernel.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { inFolder } from "../folder.ts";
import { taskArguments } from "../tiny.ts";
import { testWith, type Wanted } from "../wants.ts";
import { fileIn } from "../watch.ts";
import { copy, makeInputs } from "./scenarios.ts";

const root = new URL("../../", import.meta.url).pathname;
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const inputs = await Deno.makeTempDir({ prefix: "ehrloom-test-" });
Deno.test.beforeAll(() => makeInputs(inputs));
Deno.test.afterAll(() => Deno.remove(inputs, { recursive: true }));

const network = ["--set", "width=8", "--set", "layers=1", "--set", "heads=2", "--batch", "8"];
const long = [
  "--cohort",
  "cohort",
  "--out",
  "out",
  "--backend",
  "cpu",
  ...network,
  "--patience",
  "100000",
];

/** Begins a task in a folder, with all that it prints. */
function begin(folder: string, task: string, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...taskArguments(task), ...args],
    cwd: root,
    env: { NO_COLOR: "1", INIT_CWD: folder },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

for (const [signal, code] of Object.entries(codes) as [keyof typeof codes, number][]) {
  Deno.test(`${signal} ends train with ${code}; its last line names the epoch and the command that continues`, () =>
    inFolder(async (folder) => {
      copy(join(inputs, "cohort"), join(folder, "cohort"));
      const task = begin(folder, "train", [...long, "--epochs", "100000", "--json"]);
      await fileIn(folder, "out/training.jsonl");
      task.kill(signal);
      const found = await task.output();
      assertEquals(found.code, code);
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
      const command = `deno task train ${long.join(" ")} --epochs 100000 --json --resume`;
      const said = text(found.stderr).split("\n");
      assertMatch(said[said.length - 1], /^Stopped in epoch \d+; continue with: deno task train /);
      assert(said[said.length - 1].endsWith(`; continue with: ${command}`));
      assertEquals(JSON.parse(text(found.stdout)), {
        task: "train",
        stopped: signal,
        continue: command,
      });
      const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
      assertEquals(names, ["cohort", "out"]);
      const again = await begin(folder, "train", long).output();
      assertEquals(again.code, 1);
      assertMatch(
        text(again.stderr),
        /^error: Cannot write ".+out": it holds an unfinished run \(\d+ of 100000 epochs\); pass --resume to continue it, or --force to replace it$/,
      );
    }));
}

/** Python of the system, whose standard library has terminals. */
const python: Wanted<string> = ["/usr/bin/python3", "/usr/local/bin/python3"].some(existsSync)
  ? { thing: "python3" }
  : { missing: "python3: apt-get install python3" };

/** Trains in a terminal that ends it. */
async function inTerminal(how: "press" | "close", folder: string) {
  const script = join(dirname(new URL(import.meta.url).pathname), "terminal.py");
  const task = [Deno.execPath(), ...taskArguments("train"), ...long, "--epochs", "100000"];
  const { stdout } = await new Deno.Command("python3", {
    // a fast machine draws no second epoch between two pictures of the bar
    args: [script, how, "epoch ([2-9]|\\d\\d+)/", ...task],
    cwd: root,
    env: { NO_COLOR: "1", INIT_CWD: folder },
  }).output();
  const found: { code: number; shown: string } = JSON.parse(new TextDecoder().decode(stdout));
  return found;
}

testWith(python, "Ctrl-C in a terminal gives the cursor back", () =>
  inFolder(async (folder) => {
    copy(join(inputs, "cohort"), join(folder, "cohort"));
    const { code, shown } = await inTerminal("press", folder);
    assertEquals(code, 130);
    assert(shown.includes("\x1b[?25l"), shown); // it was hidden
    assert(shown.lastIndexOf("\x1b[?25h") > shown.lastIndexOf("\x1b[?25l"));
    assertMatch(shown, /\nStopped in epoch \d+; continue with: deno task train .* --resume\r?\n$/);
  }));

testWith(python, "closing the terminal ends train in order", () =>
  inFolder(async (folder) => {
    copy(join(inputs, "cohort"), join(folder, "cohort"));
    assertEquals((await inTerminal("close", folder)).code, 129);
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    assertEquals(names, ["cohort", "out"]); // its lock is gone
  }));

const cache = join(Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache"), "ehrloom");

/** An environment of Jupyter that deno task notebooks has made before. */
function jupyter(name: string, how: string): Wanted<string> {
  const kernel = join(cache, name, "data", "kernels", "deno", "kernel.json");
  return existsSync(kernel) ? { thing: name } : { missing: `Jupyter: ${how}` };
}

/** Processes whose command line has a text. */
async function running(text: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid,ppid,args"] }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes(text));
}

/** Waits until something holds, a minute at most. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let second = 0; second < 60; second++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error("it does not hold after a minute");
}

testWith(
  jupyter("jupyter-jupyterlab-4.6.6", "deno task notebooks"),
  "SIGHUP ends notebooks with 129, and JupyterLab with its kernels",
  async () => {
    const port = "9871";
    const task = begin(root, "notebooks", ["--no-browser", "--port", port]);
    let said = "";
    for await (const text of task.stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (/token=\w+/.test(said)) break;
    }
    const [, base, token] = said.match(/(http:\/\/\S+?:\d+\/)lab\?token=(\w+)/) ?? [];
    const answer = await fetch(`${base}api/kernels?token=${token}`, {
      method: "POST",
      body: JSON.stringify({ name: "deno" }),
    });
    const { id } = await answer.json();
    await until(async () => (await running(`kernel-${id}`)).length === 1);
    task.kill("SIGHUP");
    assertEquals((await task.status).code, 129);
    assertEquals(await running(`--port ${port}`), []);
    await until(async () => (await running(`kernel-${id}`)).length === 0);
    await task.stdout.cancel();
  },
);

testWith(
  jupyter("jupyter-nbclient-0.11.0", "deno task notebooks --store"),
  "SIGTERM ends notebooks --store with 143, and its kernel",
  async () => {
    const task = begin(root, "notebooks", ["--store"]);
    const own = async () => {
      const [runner] = (await running("run_notebook.py")).map((line) => line.trim().split(/ +/))
        .filter(([, parent]) => Number(parent) === task.pid);
      if (runner === undefined) return [];
      return (await running("--kernel --conn")).filter((line) =>
        line.trim().split(/ +/)[1] === runner[0]
      );
    };
    let kernels: string[] = [];
    await until(async () => (kernels = await own()).length === 1);
    task.kill("SIGTERM");
    assertEquals((await task.output()).code, 143);
    const [kernel] = kernels[0].trim().split(/ +/);
    await until(async () =>
      !(await running("--kernel --conn")).some((line) => line.trim().startsWith(`${kernel} `))
    );
  },
);
