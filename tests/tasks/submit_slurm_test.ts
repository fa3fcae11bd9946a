import { assertEquals, assertMatch } from "@std/assert";
import { train, useBackend, writeMeds } from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { contents } from "../reliability/scenarios.ts";
import { asked, slurm, until, withSlurm } from "../slurm.ts";
import { taskArguments, tinyCohort, tinySettings } from "../tiny.ts";
import { testWith } from "../wants.ts";

await useBackend("wasm");

/** Runs a task in a folder, with Slurm; returns its exit code, its lines and what it printed. */
async function task(folder: string, config: string, name: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments(name), ...args],
    cwd: new URL("../../", import.meta.url).pathname,
    env: { NO_COLOR: "1", INIT_CWD: folder, SLURM_CONF: config },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  return { code, lines: text(stderr).split("\n"), stdout: text(stdout) };
}

/** Whether Slurm's queue is empty. */
async function isIdle(config: string): Promise<boolean> {
  return (await asked(config, "squeue", "-h"))?.trim() === "";
}

testWith(
  slurm,
  "on a real Slurm, a training whose time is over is queued again until it is finished",
  () =>
    inFolder((folder) =>
      inFolder((own) =>
        withSlurm(own, async (config) => {
          await writeMeds(join(folder, "cohort"), tinyCohort(40));
          const settings = Object.entries(tinySettings).flatMap(([name, value]) => [
            ...["--set", `${name}=${value}`],
          ]);
          const training = [
            ...["--cohort", "cohort", "--epochs", "300", "--patience", "300", "--batch", "8"],
            ...["--backend", "wasm", ...settings],
          ];
          const whole = await task(folder, config, "train", ...training, "--out", "whole");
          assertEquals(whole.code, 0, whole.lines.join("\n"));
          const submit = ["--engine", "slurm", "--time", "10", "--", "train", ...training];
          const { code, lines } = await task(folder, config, "submit", ...submit, "--out", "run");
          assertEquals(code, 0, lines.join("\n"));
          const id = lines[1].match(/^Slurm's job (\d+): 1 element$/)?.[1];
          const job = `${id}_1`;
          const restarts = async () =>
            (await asked(config, "scontrol", "show", "job", job))?.match(/Restarts=(\d+)/)?.[1];
          const jobs = join(folder, "run-jobs");
          const begun = join(jobs, "logs", `${job}.begun`);
          const state = join(folder, "run", "training.jsonl"); // which only a checkpoint writes
          const timeOf = async (path: string) =>
            Number((await Deno.stat(path).catch(() => undefined))?.mtime ?? 0);
          let last = 0;
          for (const time of [1, 2, 3]) { // more often than a job that fails is queued again
            await until(async () => {
              const now = await timeOf(begun);
              return now > last && await timeOf(state) > now;
            });
            last = await timeOf(begun);
            await asked(config, "scancel", "--signal=USR1", "--batch", job); // as Slurm does before the end
            await until(async () => await restarts() === String(time));
          }
          await until(() => isIdle(config));
          assertEquals(
            await contents(join(folder, "run")),
            await contents(join(folder, "whole")),
          );
          const { stdout } = await task(folder, config, "status", "--jobs", jobs);
          assertEquals(stdout, "1 of 1 jobs done");
        })
      )
    ),
);

testWith(
  slurm,
  "on a real Slurm, an array and its merge give the result of one process",
  () =>
    inFolder((folder) =>
      inFolder((own) =>
        withSlurm(own, async (config) => {
          await train(tinyCohort(40), join(folder, "run"), { settings: tinySettings, epochs: 2 });
          const generate = ["--run", "run", "--count", "3001", "--backend", "wasm", "--out"];
          const whole = await task(folder, config, "generate", ...generate, "whole");
          assertEquals(whole.code, 0, whole.lines.join("\n"));
          const submit = ["--engine", "slurm", "--array", "3", "--time", "10", "--", "generate"];
          const submitted = () => task(folder, config, "submit", ...submit, ...generate, "my out");
          const jobs = join(folder, "my out-jobs");
          const status = async () => {
            const { stdout } = await task(folder, config, "status", "--jobs", jobs, "--json");
            return JSON.parse(stdout);
          };
          const isOver = () => isIdle(config);

          const { code, lines } = await submitted();
          assertEquals(code, 0, lines.join("\n"));
          assertMatch(lines[1], /^Slurm's job \d+: 3 elements$/);
          assertMatch(lines[2], /^Slurm's job \d+: the merge, when all elements are done$/);
          const lock = join(jobs, "shards", ".2.ehrloom-lock");
          const writer = async () => (await Deno.readTextFile(lock).catch(() => "")).trim();
          await until(async () => await writer() !== "");
          Deno.kill(JSON.parse(await writer()).process, "SIGKILL"); // Slurm queues it again
          const twice = await submitted();
          assertMatch(twice.lines.at(-1) ?? "", /of its jobs are in Slurm's queue; wait for them/);
          const before = await status();
          assertEquals([before.failed, before.not_started, before.merge], [0, 0, "waiting"]);
          await until(isOver);
          assertEquals(
            await contents(join(folder, "my out")),
            await contents(join(folder, "whole")),
          );
          const after = await status();
          assertEquals([after.done, after.merge], [3, "done"]);

          // an element that fails for good takes the merge out of the queue; the same command tries again
          await Deno.remove(join(folder, "my out"), { recursive: true });
          await Deno.remove(join(jobs, "shards", "3"), { recursive: true });
          const script = await submitted();
          assertMatch(script.lines[1], /^Slurm's job \d+: 1 element$/);
          await asked(config, "scancel", script.lines[1].match(/\d+/)?.[0] ?? "");
          await until(isOver);
          const { done, failed, merge } = await status();
          assertEquals([done, failed, merge === "done"], [2, 1, false]);
          assertEquals((await submitted()).code, 0);
          await until(isOver);
          assertEquals(
            await contents(join(folder, "my out")),
            await contents(join(folder, "whole")),
          );
        })
      )
    ),
);
