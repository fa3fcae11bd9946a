/**
 * A list of jobs: work that is many by nature, each element an ordinary task, and a merge that waits
 * for all. It is a file, `jobs.json`, that every engine reads: processes on this machine, Slurm or
 * Kubernetes.
 *
 * @module
 */
import { basename, join } from "node:path";
import * as v from "valibot";
import { list, object, readCheckedJson, text } from "../files/checked_json.ts";
import { isThere } from "../files/is_there.ts";
import { replaceText } from "../files/output.ts";
import { version } from "../version.ts";

/** One task with its arguments. */
export interface Job {
  /** What it is, for people. */
  readonly name: string;
  /** As in `deno task NAME`. */
  readonly task: string;
  /** The arguments of the task. */
  readonly arguments: readonly string[];
  /** Absolute path that the task writes; it may be continued. */
  readonly out: string;
  /** Path within `out` that is there when the job is done, and not before. */
  readonly done: string;
}

/** Jobs that together are one piece of work. */
export interface JobList {
  /** The folder from which relative paths in arguments start. */
  readonly folder: string;
  /** Jobs that may run in any order, at the same time and on different machines. */
  readonly elements: readonly Job[];
  /** Runs when all elements are done; absent if they are the result themselves. */
  readonly merge?: Job | undefined;
}

const jobSchema = object({
  name: text,
  task: text,
  arguments: list(text),
  out: text,
  done: text,
});

const listSchema = object({
  folder: text,
  elements: v.pipe(list(jobSchema), v.minLength(1, "a list of at least one job")),
  merge: v.optional(jobSchema),
});

/** The file of a list in the folder of its jobs. */
export function jobListPath(jobs: string): string {
  return join(jobs, "jobs.json");
}

/**
 * Reads the list in a folder of jobs.
 *
 * @throws {Deno.errors.NotFound} If there is none
 * @throws {SyntaxError} If the file is not such a list
 */
export async function readJobList(jobs: string): Promise<JobList> {
  if (!await isThere(jobListPath(jobs))) {
    throw new Deno.errors.NotFound(
      `Cannot read "${jobs}": it holds no jobs.json; deno task submit writes one`,
    );
  }
  const found = await readCheckedJson(jobListPath(jobs), listSchema, "a list of jobs");
  const { folder, elements, merge } = found;
  return { folder, elements, ...merge && { merge } };
}

/** Whether a list is another one with further elements behind it: what is done of that stays. */
function hasFurther(further: JobList, begun: JobList): boolean {
  const count = begun.elements.length;
  const { merge } = further;
  if (further.elements.length <= count || merge?.out !== begun.merge?.out) return false;
  const same = { ...further, elements: further.elements.slice(0, count), merge: begun.merge };
  return jobListText(same) === jobListText(begun);
}

/** Takes the result of a merge away, as it is out of date; it is kept in the folder of the jobs. */
async function putAside(jobs: string, { out, done }: Job): Promise<void> {
  const path = join(out, done);
  if (!await isThere(path)) return;
  await replaceText(join(jobs, `before-${basename(done)}`), await Deno.readTextFile(path));
  await Deno.remove(path);
}

/** Makes sure that nothing is where jobs will write. */
async function checkFree(jobs: readonly Job[]): Promise<void> {
  for (const { out } of jobs) {
    if (!await isThere(out)) continue;
    throw new Deno.errors.AlreadyExists(
      `Cannot write "${out}": it exists already; remove it, or choose another --out`,
    );
  }
}

/**
 * Writes a list into a folder of jobs, unless the same list is there. If the list there has fewer
 * elements, the others are added, and the merge is made again.
 *
 * @throws {RangeError} If another list is there
 * @throws {Deno.errors.AlreadyExists} If the folder holds something else, or the result of a new job
 * is there already
 */
export async function beginJobs(jobs: string, jobList: JobList): Promise<void> {
  if (await isThere(jobListPath(jobs))) {
    const begun = await readJobList(jobs);
    if (jobListText(begun) === jobListText(jobList)) return;
    if (hasFurther(jobList, begun)) {
      if (begun.merge !== undefined) await putAside(jobs, begun.merge);
      else await checkFree(jobList.elements.slice(begun.elements.length));
      return await replaceText(jobListPath(jobs), jobListText(jobList));
    }
    throw new RangeError(
      `Cannot continue "${jobs}": it was started with other arguments; ` +
        "repeat these, remove the folder, or choose another one by --jobs",
    );
  }
  if (await isThere(jobs) && (await Array.fromAsync(Deno.readDir(jobs))).length > 0) {
    throw new Deno.errors.AlreadyExists(
      `Cannot write "${jobs}": it exists already and holds no jobs; choose another one by --jobs`,
    );
  }
  await checkFree(jobList.merge === undefined ? jobList.elements : [jobList.merge]);
  await Deno.mkdir(join(jobs, "logs"), { recursive: true });
  await replaceText(jobListPath(jobs), jobListText(jobList));
}

/** The text of `jobs.json`. */
function jobListText({ folder, elements, merge }: JobList): string {
  return JSON.stringify({ ehrloom: version, folder, elements, merge }, null, 2) + "\n";
}

/** Whether a job is done. */
export function isDone({ out, done }: Job): Promise<boolean> {
  return isThere(join(out, done));
}

/** Numbers of the elements that are not done, from 1. */
export async function openElements({ elements }: JobList): Promise<number[]> {
  const done = await Promise.all(elements.map(isDone));
  return done.flatMap((isDone, index) => isDone ? [] : index + 1);
}
