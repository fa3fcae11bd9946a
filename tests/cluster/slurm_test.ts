import { assertEquals } from "@std/assert";
import { arrayRange, queuedJobs, slurmScript } from "ehrloom/cluster/slurm.ts";

Deno.test("arrayRange() names runs of numbers by their ends", () => {
  assertEquals(arrayRange([4]), "4");
  assertEquals(arrayRange([1, 2, 3]), "1-3");
  assertEquals(arrayRange([1, 3, 4, 9, 10, 11, 20], 2), "1,3-4,9-11,20%2");
});

Deno.test("slurmScript() gives the options to sbatch, and paths as Slurm and the shell read them", () => {
  const lines = slurmScript("/my 100% jobs", "merge", { sbatch: ["time=1:00", "mem=8G"] })
    .split("\n");
  assertEquals(lines.filter((line) => line.startsWith("#SBATCH")), [
    "#SBATCH --job-name=ehrloom-merge",
    '#SBATCH --output="/my 100%% jobs/logs/%j_merge.log"',
    "#SBATCH --open-mode=append",
    "#SBATCH --requeue",
    "#SBATCH --signal=B:USR1@60",
    "#SBATCH --time=1:00",
    "#SBATCH --mem=8G",
  ]);
  assertEquals(
    lines.find((line) => line.startsWith("script=")),
    `script='/my 100% jobs/element.sh' own="merge" id="$SLURM_JOB_ID"`,
  );
});

Deno.test("queuedJobs() finds the jobs of a folder among all of the user's", () => {
  const printed =
    "7 7 1 PENDING\n9 7 2 RUNNING\n8 8 N/A PENDING\n70 70 1 RUNNING\n80 80 N/A RUNNING";
  assertEquals(queuedJobs(printed, { elements: "7", merge: "8" }), [
    { job: "1", state: "PENDING" },
    { job: "2", state: "RUNNING" },
    { job: "merge", state: "PENDING" },
  ]);
  assertEquals(queuedJobs("", { elements: "7", merge: "8" }), []);
  assertEquals(queuedJobs("80 80 N/A RUNNING", { elements: "", merge: "8" }), []);
});
