/**
 * A Slurm of one machine for a test: munge, slurmctld and slurmd with folders, ports and a key of their
 * own, so that it meddles with no Slurm that is here already.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Wanted } from "./wants.ts";

/** The folder of Slurm's and munge's daemons. */
const daemons = "/usr/sbin";

/** Slurm, where it is installed and its daemons may be started. */
export const slurm: Wanted<"slurm"> = Deno.build.os === "linux" && Deno.uid() === 0 &&
    ["slurmctld", "slurmd", "munged"].every((name) => existsSync(join(daemons, name)))
  ? { thing: "slurm" }
  : { missing: "Slurm, as root: apt-get install slurm-wlm munge" };

/** A port on which nothing listens. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function configuration(folder: string): string {
  const [host] = hostname().split(".");
  const [controller, node] = [freePort(), freePort()];
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmctldPort=${controller}
SlurmdPort=${node}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket,cred_expire=5
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,batch_sched_delay=1
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${navigator.hardwareConcurrency}
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`;
}

/** What a program of Slurm prints; undefined if it fails. */
export async function asked(config: string, program: string, ...args: string[]) {
  const { success, stdout } = await new Deno.Command(program, {
    args,
    env: { SLURM_CONF: config },
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout) : undefined;
}

/** Waits until something is there. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!await isSo()) {
    if (performance.now() - began > 5 * 60_000) throw new Error("Waited for 5 minutes in vain");
    await new Promise((done) => setTimeout(done, 10)); // what is waited for may last little
  }
}

/**
 * Runs something with a Slurm of its own.
 *
 * @param folder an empty one for its files
 * @param run gets the path of the configuration, for the variable SLURM_CONF
 */
export async function withSlurm(
  folder: string,
  run: (config: string) => Promise<void>,
): Promise<void> {
  const config = join(folder, "slurm.conf");
  await Deno.chmod(folder, 0o755); // munge's clients look at the folder of its socket
  for (const name of ["state", "spool"]) await Deno.mkdir(join(folder, name));
  await Deno.writeTextFile(config, configuration(folder));
  const key = join(folder, "munge.key");
  await Deno.writeFile(key, crypto.getRandomValues(new Uint8Array(128)), { mode: 0o600 });
  const running = new Set<Deno.ChildProcess>();
  let ended: string | undefined;
  const start = (name: string, ...args: string[]) => {
    const child = new Deno.Command(join(daemons, name), {
      args,
      env: { SLURM_CONF: config },
      stdout: "null",
      stderr: "null",
    }).spawn();
    running.add(child);
    child.status.then(({ code }) => {
      running.delete(child);
      ended ??= `${name}, with exit code ${code}`;
    });
  };
  const untilUp = (isSo: () => Promise<boolean>) =>
    until(() => {
      if (ended !== undefined) throw new Error(`Slurm does not start: it ended ${ended}`);
      return isSo();
    });
  try {
    const own = ["socket", "pid-file", "log-file", "seed-file"]
      .map((name) => `--${name}=${join(folder, `munge.${name.replace("-file", "")}`)}`);
    start("munged", "--foreground", "--force", `--key-file=${key}`, ...own);
    await untilUp(() => Promise.resolve(existsSync(join(folder, "munge.socket"))));
    start("slurmctld", "-D", "-c");
    start("slurmd", "-D", "-c");
    await untilUp(async () => (await asked(config, "sinfo", "-h", "-o", "%t"))?.trim() === "idle");
    await run(config);
  } finally {
    for (const child of [...running].reverse()) {
      child.kill("SIGTERM");
      await child.status;
    }
  }
}
