import { assertAlmostEquals, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { readRun, useBackend, writeMeds } from "ehrloom";
import { join } from "node:path";
import { buildMpi } from "../../../tasks/native/mpi.ts";
import { inFolder } from "../../folder.ts";
import { runTask, taskArguments, type TaskResult, tinyCohort } from "../../tiny.ts";
import { mpiPrograms, testWith } from "../../wants.ts";
import { fileIn } from "../../watch.ts";
import { epochsOf, stateOf } from "../interrupted.ts";

await useBackend("wasm");
const mpi = await mpiPrograms();
if ("thing" in mpi) await buildMpi();

const root = new URL("../../../", import.meta.url).pathname;
const options = ["--batch", "8", "--lr", "0.01", "--epochs", "12", "--backend", "wasm"]
  .concat(["width=8", "layers=1", "heads=2"].flatMap((setting) => ["--set", setting]));

/** Open MPI refuses root, and more processes than cores, unless it is asked; with --quiet it adds nothing. */
const environment = {
  NO_COLOR: "1",
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
  OMPI_MCA_orte_execute_quiet: "1",
};

/** Starts `deno task train --mpi` in two processes, the second by a shell that stores its number. */
function startTwo(
  args: readonly string[],
  { pidFile = "/dev/null", env = {} }: { pidFile?: string; env?: Record<string, string> } = {},
): Deno.ChildProcess {
  const task = [Deno.execPath(), ...taskArguments("train"), ...args, "--mpi"];
  const stored = ["sh", "-c", `echo $$ > "$0" && exec "$@"`, pidFile, ...task];
  return new Deno.Command("mpirun", {
    args: ["-n", "1", ...task, ":", "-n", "1", ...stored],
    cwd: root,
    env: { ...environment, ...env },
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

async function endOf(process: Deno.ChildProcess): Promise<TaskResult> {
  const { code, stderr } = await process.output();
  return { code, lines: new TextDecoder().decode(stderr).trimEnd().split("\n") };
}

/** Gets a folder with a cohort, and the command line without the run. */
function withCohort(run: (folder: string, args: string[]) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const cohort = join(folder, "cohort");
    await writeMeds(cohort, tinyCohort(80));
    await run(folder, ["--cohort", cohort, ...options]);
  });
}

testWith(
  mpi,
  "deno task train --mpi has the losses of one process, and only the first process speaks",
  () =>
    withCohort(async (folder, args) => {
      const [one, two] = [join(folder, "one"), join(folder, "two")];
      const alone = await runTask("train", ...args, "--out", one);
      const { code, lines } = await endOf(startTwo([...args, "--out", two]));
      assertEquals([code, alone.code], [0, 0], lines.join("\n"));
      const withoutTimes = (lines: string[], path: string) =>
        lines.map((line) => line.replaceAll(path, "RUN").replace(/^\S+Z |, \d+ s elapsed.*/g, ""))
          .filter((line) => !/training:/.test(line));
      assertEquals(withoutTimes(lines, two), withoutTimes(alone.lines, one));
      const [expected, found] = [await readRun(one), await readRun(two)];
      assertEquals(found.training.length, 12);
      for (const [i, { validation_loss, train_loss }] of expected.training.entries()) {
        // sums of float32 in another order, let grow by sixty steps
        assertAlmostEquals(found.training[i].validation_loss, validation_loss, 1e-3);
        assertAlmostEquals(found.training[i].train_loss ?? NaN, train_loss ?? NaN, 1e-3);
      }
    }),
);

testWith(
  mpi,
  "deno task train --mpi ends when a process is killed, and is resumed to the same run",
  () =>
    withCohort(async (folder, args) => {
      const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
      assertEquals((await endOf(startTwo([...args, "--out", whole]))).code, 0);
      for (const victim of ["second", "mpirun"]) {
        const pidFile = join(folder, "pid");
        const begun = fileIn(folder, "training.jsonl");
        const more = victim === "second" ? [] : ["--resume"];
        const process = startTwo([...args, "--out", parts, ...more], { pidFile });
        const ended = endOf(process);
        await begun;
        if (victim === "second") Deno.kill(Number(await Deno.readTextFile(pidFile)), "SIGKILL");
        else process.kill("SIGTERM");
        assertNotEquals((await ended).code, 0, victim);
        assertEquals(
          (await runTask("train", "--cohort", join(folder, "cohort"), "--out", parts)).code,
          1,
        );
      }
      const { code, lines } = await endOf(startTwo([...args, "--out", parts, "--resume"]));
      assertEquals(code, 0, lines.join("\n"));
      const [expected, found] = [await readRun(whole), await readRun(parts)];
      assertEquals(epochsOf(found), epochsOf(expected));
      assertEquals(found.parameters, expected.parameters);
      assertEquals(await stateOf(parts), await stateOf(whole));
    }),
);

testWith(
  mpi,
  "deno task train --mpi says once what is wrong, and leaves nothing",
  () =>
    withCohort(async (folder, args) => {
      const missing = join(folder, "missing");
      const wrong: [string[], RegExp][] = [
        [["--cohort", missing], /^error: Cannot read ".*missing": no such folder$/],
        [["--model", "independent"], /^error: Cannot set width for "independent": there is no/],
        [
          ["--lr", "1e30"],
          /^error: Cannot continue training: the norm of the gradient is NaN in epoch 1; try/,
        ],
      ];
      for (const [more, line] of wrong) {
        const out = join(folder, "run");
        const { code, lines } = await endOf(startTwo([...args, ...more, "--out", out, "--quiet"]));
        assertEquals([code, lines.length], [1, 1], lines.join("\n"));
        assertMatch(lines[0], line);
        assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["cohort"]);
      }
    }),
);

testWith(
  mpi,
  "deno task train --mpi says which process fails where the first one does not",
  () =>
    withCohort(async (folder, args) => {
      const other = join(folder, "other");
      await writeMeds(other, tinyCohort(80, 2));
      const task = [Deno.execPath(), ...taskArguments("train"), ...args, "--mpi", "--quiet"];
      const two = [[], ["--cohort", other]].map((
        more,
      ) => ["-n", "1", ...task, "--out", join(folder, "run"), ...more]);
      const { code, stderr } = await new Deno.Command("mpirun", {
        args: [...two[0], ":", ...two[1]],
        cwd: root,
        env: environment,
      }).output();
      assertEquals(code, 1);
      assertMatch(
        new TextDecoder().decode(stderr),
        /^error: Cannot train together: the cohort here is not .* \(rank 1 of 2, on \S+\)\n/,
      );
    }),
);

testWith(
  mpi,
  "deno task train --mpi says what to do without mpirun, or where MPI does not load",
  () =>
    withCohort(async (folder, args) => {
      const all = [...args, "--out", join(folder, "run")];
      const alone = await runTask("train", ...all, "--mpi");
      assertEquals(alone, {
        code: 1,
        lines: [
          "error: Cannot train in several processes: there is only this one; start it by " +
          "mpirun -n N deno task train …, or by srun --mpi=pmix deno task train …",
        ],
      });
      // Open MPI's name of its library, and MPICH's
      for (const name of ["libmpi.so.40", "libmpich.so.12"]) {
        await Deno.writeTextFile(join(folder, name), "no library");
      }
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...taskArguments("train"), ...all, "--mpi"],
        cwd: root,
        env: { NO_COLOR: "1", LD_LIBRARY_PATH: folder },
      }).output();
      const said = new TextDecoder().decode(stderr);
      assertEquals(code, 1, said);
      assertMatch(
        said,
        /^error: .*: MPI does not load; run deno task native --mpi again \(.*\)\n$/,
      );
    }),
);

testWith(
  mpi,
  "deno task train that mpirun starts several times asks for --mpi",
  () =>
    withCohort(async (folder, args) => {
      const task = [
        Deno.execPath(),
        ...taskArguments("train"),
        ...args,
        "--out",
        join(folder, "run"),
      ];
      const { code, stderr } = await new Deno.Command("mpirun", {
        args: ["-n", "2", ...task],
        cwd: root,
        env: environment,
      }).output();
      const [first] = new TextDecoder().decode(stderr).split("\n");
      assertEquals([code, first], [
        2,
        "error: mpirun has started several processes: give --mpi, so that they train together",
      ]);
    }),
);
