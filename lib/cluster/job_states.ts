/**
 * How far the jobs of a list are, from what they have written: results, locks and logs. So it is the
 * same for every engine; what waits in Slurm's queue, Slurm says.
 *
 * @module
 */
import { join } from "node:path";
import { isHeld } from "../files/lock.ts";
import { isThere } from "../files/is_there.ts";
import { isDone, type Job, type JobList } from "./job_list.ts";
import type { QueuedJob } from "./slurm.ts";

/** A job and how far it is. */
export interface JobState {
  /** The number of an element, from 1, or "merge". */
  readonly job: string;
  /** What it is, for people. */
  readonly name: string;
  /** How far it is; it failed if it was run, is not done and runs no more. */
  readonly state: "done" | "running" | "waiting" | "failed" | "not started";
  /** The last line of its log, where it failed. */
  readonly said?: string | undefined;
}

/** The log of a job in the folder of logs: each engine has its own beginning of the name. */
function isLogOf(name: string, job: string): boolean {
  return name.endsWith(`_${job}.log`);
}

/** The newest log of a job; undefined if it was never run. */
async function logOf(jobs: string, job: string): Promise<string | undefined> {
  const logs = join(jobs, "logs");
  const names = await Array.fromAsync(Deno.readDir(logs), ({ name }) => name);
  const own = names.filter((name) => isLogOf(name, job)).map((name) => join(logs, name));
  const times = await Promise.all(own.map(async (path) => Number((await Deno.stat(path)).mtime)));
  return own[times.indexOf(Math.max(...times))];
}

/** The last line of a text that is not empty. */
export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

async function stateOf(
  jobs: string,
  { job, task }: { readonly job: string; readonly task: Job },
  queued: QueuedJob | undefined,
): Promise<JobState> {
  const as = (state: JobState["state"], said?: string) => ({ job, name: task.name, state, said });
  if (await isDone(task)) return as("done");
  if (queued !== undefined) return as(queued.state === "PENDING" ? "waiting" : "running");
  if (await isThere(join(task.out, "..")) && await isHeld(task.out)) return as("running");
  const log = await logOf(jobs, job);
  if (log === undefined) return as("not started");
  return as("failed", lastLine(await Deno.readTextFile(log)));
}

/**
 * How far all jobs of a list are: the elements in order, and the merge if there is one.
 *
 * @param jobs the folder of the jobs
 * @param jobList what it holds
 * @param queue what Slurm has of them
 */
export async function jobStates(
  jobs: string,
  { elements, merge }: JobList,
  queue: readonly QueuedJob[] = [],
): Promise<JobState[]> {
  const all = [
    ...elements.map((task, index) => ({ job: String(index + 1), task })),
    ...merge === undefined ? [] : [{ job: "merge", task: merge }],
  ];
  return await Promise.all(
    all.map((each) => stateOf(jobs, each, queue.find(({ job }) => job === each.job))),
  );
}
