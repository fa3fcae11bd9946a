/**
 * Jobs on Slurm, by its own programs: sbatch and squeue.
 *
 * @module
 */
import {
  arrayRange,
  isDone,
  type JobList,
  openElements,
  type QueuedJob,
  queuedJobs,
  readSlurmJobs,
  type SlurmOptions,
  writeSlurmJobs,
  writeSlurmScripts,
} from "ehrloom";
import { childOutput } from "../cli/child.ts";
import { say } from "../cli/command.ts";
import { project, taskCommand } from "./task_command.ts";

/**
 * What one of Slurm's programs prints.
 *
 * @param instead what to do where Slurm is not
 */
async function printed(
  program: string,
  args: string[],
  instead = "submit where it is, or use --engine local",
): Promise<string> {
  const { success, stdout, stderr } = await childOutput(program, { args }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot find ${program}: Slurm is not on this machine; ${instead}`,
    );
  });
  if (success) return new TextDecoder().decode(stdout).trim();
  const [said] = new TextDecoder().decode(stderr).trim().split("\n");
  throw new Error(`Cannot use Slurm: ${said}`);
}

/** What Slurm has not ended yet of a folder of jobs; nothing if they were never submitted. */
export async function queueOf(jobs: string): Promise<QueuedJob[]> {
  const submitted = await readSlurmJobs(jobs);
  if (submitted === undefined) return [];
  const lines = await printed(
    "squeue",
    ["--noheader", "--array", "--format=%A %F %K %T", "--me"],
    `"${jobs}" was submitted to it: repeat this where it is or, if it has none of these jobs, ` +
      "remove slurm.json from that folder",
  );
  return queuedJobs(lines, submitted);
}

/** The id in what `sbatch --parsable` prints: the id, or the id and the cluster. */
function idOf(text: string): string {
  return text.split(";")[0];
}

/**
 * Makes sure that Slurm has none of the jobs of a folder, which may then be changed or run elsewhere.
 *
 * @throws {Error} If it has
 */
export async function checkNotQueued(jobs: string): Promise<void> {
  const queue = await queueOf(jobs);
  if (queue.length === 0) return;
  throw new Error(
    `Cannot submit "${jobs}": ${queue.length} of its jobs are in Slurm's queue; ` +
      "wait for them, or end them by scancel",
  );
}

/**
 * Submits the jobs that are not done: the elements as an array, the merge behind them.
 *
 * @returns the ids of both; of the array none if all elements are done, and none of a merge that there
 * is not
 * @throws {Error} If Slurm refuses them
 */
export async function submitToSlurm(
  jobs: string,
  jobList: JobList,
  { atOnce, ...options }: SlurmOptions & { readonly atOnce: number | undefined },
): Promise<{ elements: string; merge: string }> {
  const how = { ...options, deno: Deno.execPath(), project, taskCommand };
  const scripts = await writeSlurmScripts(jobs, jobList, how);
  const open = await openElements(jobList);
  const array = `--array=${arrayRange(open, atOnce)}`;
  const elements = open.length === 0
    ? ""
    : idOf(await printed("sbatch", ["--parsable", array, scripts.elements]));
  await writeSlurmJobs(jobs, { elements, merge: "" }); // they are queued, also if the merge is refused
  // a merge whose elements failed for good ends too, instead of waiting for ever
  const after = elements === ""
    ? []
    : [`--dependency=afterok:${elements}`, "--kill-on-invalid-dep=yes"];
  const merge = jobList.merge === undefined || await isDone(jobList.merge)
    ? ""
    : idOf(await printed("sbatch", ["--parsable", ...after, scripts.merge]));
  await writeSlurmJobs(jobs, { elements, merge });
  if (elements !== "") {
    say(`Slurm's job ${elements}: ${open.length} ${open.length === 1 ? "element" : "elements"}`);
  }
  if (merge !== "") say(`Slurm's job ${merge}: the merge, when all elements are done`);
  return { elements, merge };
}
