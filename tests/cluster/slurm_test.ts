import { assertEquals, assertStringIncludes } from "@std/assert";
import { arrayRange, queuedJobs, slurmScript } from "ehrloom/cluster/slurm.ts";
import { isThere } from "ehrloom/files/is_there.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { until } from "../slurm.ts";

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
    "#SBATCH --time=1:00", // nothing of a merge could be continued, so it is told of no end
    "#SBATCH --mem=8G",
  ]);
  const elements = slurmScript("/jobs", "elements", { sbatch: [] });
  assertStringIncludes(elements, "\n#SBATCH --signal=B:USR1@60\n");
  assertEquals(
    lines.find((line) => line.startsWith("script=")),
    `script='/my 100% jobs/element.sh' own="merge" id="$SLURM_JOB_ID"`,
  );
});

/**
 * Runs the script of an element that gets the signal of its time limit and ends while the script asks
 * whether it has trained.
 *
 * @param ending how the element ends
 * @returns the script's exit code, and what is noted of failures
 */
async function endedWhileAsked(jobs: string, ending: string) {
  const [asked, started] = [join(jobs, "asked"), join(jobs, "started")];
  await Deno.mkdir(join(jobs, "logs"), { recursive: true });
  await Deno.writeTextFile(
    join(jobs, "element.sh"),
    `if [ "\${2:-}" = has-trained ]; then
      : > "${asked}"
      while kill -0 "$(cat "${started}")" 2>/dev/null; do sleep 0.01; done # until the shell has seen its end
      exit 1
    fi
    echo $$ > "${started}"
    until [ -e "${asked}" ]; do sleep 0.01; done
    ${ending}
`,
  );
  const script = slurmScript(jobs, "elements", { sbatch: [] });
  const child = new Deno.Command("sh", {
    args: ["-c", `scontrol() { return 1; }\n${script}`],
    env: { SLURM_ARRAY_JOB_ID: "7", SLURM_ARRAY_TASK_ID: "1" },
    stderr: "null",
  }).spawn();
  await until(async () => await isThere(started) && (await Deno.stat(started)).size > 0);
  child.kill("SIGUSR1");
  const { code } = await child.status;
  const failed = await Deno.readTextFile(join(jobs, "logs", "7_1.failed")).catch(() => "");
  return [code, failed];
}

Deno.test({
  name: "an element that ends while its script answers a signal ends with its own exit code",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const ended = (name: string, ending: string) => endedWhileAsked(join(folder, name), ending);
      assertEquals(await ended("well", "exit 0"), [0, ""]);
      assertEquals(await ended("badly", "exit 3"), [3, "exit code 3\n"]);
      assertEquals(await ended("killed", "kill -KILL $$"), [137, "exit code 137\n"]);
    }),
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
