import { assertEquals, assertNotEquals } from "@std/assert";
import { readRun, useBackend, writeMeds } from "ehrloom";
import { join } from "node:path";
import { buildMpi } from "../../tasks/native/mpi.ts";
import { inFolder } from "../folder.ts";
import { slurm, withSlurm } from "../slurm.ts";
import { taskArguments, tinyCohort } from "../tiny.ts";
import { epochsOf } from "../train/interrupted.ts";
import { both, mpiPrograms, testWith } from "../wants.ts";
import { fileIn } from "../watch.ts";

await useBackend("wasm");
const wanted = both(await mpiPrograms(), slurm);
if ("thing" in wanted) await buildMpi();

const root = new URL("../../", import.meta.url).pathname;

testWith(
  wanted,
  "srun deno task train --mpi ends when a process is killed, and is resumed to the same run",
  () =>
    inFolder(async (folder) => {
      const [cohort, whole, parts] = ["cohort", "whole", "parts"].map((name) => join(folder, name));
      const place = join(folder, "slurm");
      await Deno.mkdir(place);
      await writeMeds(cohort, tinyCohort(80));
      const options = ["--cohort", cohort, "--mpi", "--backend", "wasm", "--batch", "8"]
        .concat(["--epochs", "12", "--set", "width=8", "--set", "layers=1", "--set", "heads=2"]);
      await withSlurm(place, async (config) => {
        // each process stores its number by its rank
        const shell = [
          "sh",
          "-c",
          `echo $$ > "$0-$SLURM_PROCID" && exec "$@"`,
          join(folder, "pid"),
        ];
        const start = (...more: string[]) =>
          new Deno.Command("srun", {
            args: ["-n", "2", "--overcommit", "--kill-on-bad-exit", "--mpi=pmix", ...shell]
              .concat(Deno.execPath(), taskArguments("train"), options, more),
            cwd: root,
            env: { SLURM_CONF: config, NO_COLOR: "1" },
            stdout: "null",
            stderr: "null",
          }).spawn();
        assertEquals((await start("--out", whole).status).code, 0);
        const begun = fileIn(folder, "training.jsonl");
        const process = start("--out", parts);
        await begun;
        Deno.kill(Number(await Deno.readTextFile(join(folder, "pid-1"))), "SIGKILL");
        assertNotEquals((await process.status).code, 0);
        assertNotEquals((await readRun(parts)).training.length, 12);
        assertEquals((await start("--out", parts, "--resume").status).code, 0);
      });
      const [expected, found] = [await readRun(whole), await readRun(parts)];
      assertEquals(found.training.length, 12);
      assertEquals(epochsOf(found), epochsOf(expected));
      assertEquals(found.parameters, expected.parameters);
    }),
);
