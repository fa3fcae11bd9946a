/**
 * Jobs on Slurm: the elements as one job array, and the merge, which waits until all of them have
 * ended well (`afterok`).
 *
 * @see https://slurm.schedmd.com/job_array.html
 * @module
 */
import { join } from "node:path";
import { object, readCheckedJson, text } from "../files/checked_json.ts";
import { isThere } from "../files/is_there.ts";
import { replaceText } from "../files/output.ts";
import type { JobList } from "./job_list.ts";
import { jobScript, type JobScriptOptions, shellWord } from "./job_script.ts";

/** Times that a failed job is queued again. */
const requeues = 2;

/** Seconds before its time limit at which a job is told. */
const early = 60;

/**
 * The lines that run an element and answer the signal before the end of its time. A wait that a signal
 * interrupts gives a code above 128; that of the job, which may have ended meanwhile, comes from the
 * next one.
 */
const waiting = [
  "told=",
  `trap 'told=yes; if sh "$script" "$own" has-trained "$try.begun"; then again; fi' USR1`,
  ': > "$try.begun"',
  'sh "$script" "$own" & job=$!',
  'code=0; wait "$job" || code=$?',
  'while [ "$told" ] && [ "$code" -gt 128 ]; do told=; code=0; wait "$job" || code=$?; done',
];

/** What is asked of Slurm. */
export interface SlurmOptions {
  /** Lines `#SBATCH --OPTION`, such as "partition=long" and "mem=8G", for elements and merge. */
  readonly sbatch: readonly string[];
}

/**
 * The script of the array or of the merge. A job that fails is queued again, twice at most; one that
 * was called wrongly (exit code 2) is not. A job whose node fails is queued again by Slurm. An element
 * whose time is nearly over is queued again if a training in it has stored its state in this try, as it
 * then continues from there.
 *
 * @param jobs the folder of the jobs, with `element.sh` and `logs/`
 * @param kind what the script runs
 */
export function slurmScript(
  jobs: string,
  kind: "elements" | "merge",
  { sbatch }: SlurmOptions,
): string {
  const log = kind === "elements" ? "%A_%a.log" : "%j_merge.log";
  const own = kind === "elements" ? "$SLURM_ARRAY_TASK_ID" : "merge";
  const id = kind === "elements" ? "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" : "$SLURM_JOB_ID";
  return [
    "#!/bin/sh",
    `#SBATCH --job-name=ehrloom-${kind}`,
    // in the name of a file, % begins what Slurm fills in
    `#SBATCH --output=${slurmWord(`${join(jobs, "logs").replaceAll("%", "%%")}/${log}`)}`,
    "#SBATCH --open-mode=append",
    "#SBATCH --requeue",
    ...kind === "elements" ? [`#SBATCH --signal=B:USR1@${early}`] : [],
    ...sbatch.map((option) => `#SBATCH --${option}`),
    `script=${shellWord(join(jobs, "element.sh"))} own="${own}" id="${id}"`,
    `try=${shellWord(join(jobs, "logs"))}/"$id"`,
    'again() { scontrol requeue "$id" && sleep 60; } # until Slurm ends this try',
    ...kind === "elements" ? waiting : ['code=0; sh "$script" "$own" || code=$?'],
    '[ "$code" -ne 0 ] || exit 0',
    'echo "exit code $code" >> "$try.failed"',
    `if [ "$code" -ne 2 ] && [ "$(wc -l < "$try.failed")" -le ${requeues} ]; then again; fi`,
    'exit "$code"',
    "",
  ].join("\n");
}

/**
 * Writes what Slurm runs into the folder of the jobs.
 *
 * @returns the paths of the scripts for `sbatch`
 */
export async function writeSlurmScripts(
  jobs: string,
  jobList: JobList,
  options: SlurmOptions & JobScriptOptions,
): Promise<{ elements: string; merge: string }> {
  const paths = { elements: join(jobs, "elements.sbatch"), merge: join(jobs, "merge.sbatch") };
  await replaceText(join(jobs, "element.sh"), jobScript(jobList, options));
  await replaceText(paths.elements, slurmScript(jobs, "elements", options));
  await replaceText(paths.merge, slurmScript(jobs, "merge", options));
  return paths;
}

/** A value in a line of #SBATCH, where blanks would end it. */
function slurmWord(text: string): string {
  return /[\s"#]/.test(text) ? `"${text.replaceAll('"', '\\"')}"` : text;
}

/**
 * Numbers as Slurm's `--array` takes them.
 *
 * @example
 * ```ts
 * import { arrayRange } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(arrayRange([1, 2, 3, 5, 7, 8]), "1-3,5,7-8");
 * ```
 *
 * @param numbers rising
 * @param atOnce how many may run at the same time; default any number
 */
export function arrayRange(numbers: readonly number[], atOnce?: number): string {
  const ranges: [from: number, to: number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const texts = ranges.map(([from, to]) => from === to ? `${from}` : `${from}-${to}`);
  return texts.join(",") + (atOnce === undefined ? "" : `%${atOnce}`);
}

/** What Slurm calls the jobs of a folder. */
export interface SlurmJobs {
  /** Id of the array; empty if no element was open. */
  readonly elements: string;
  /** Id of the merge; empty if it was done, there is none, or Slurm refused it. */
  readonly merge: string;
}

/** The file in the folder of the jobs that holds {@link SlurmJobs}. */
function slurmJobsPath(jobs: string): string {
  return join(jobs, "slurm.json");
}

/** Notes what was submitted, for {@link readSlurmJobs}. */
export async function writeSlurmJobs(jobs: string, submitted: SlurmJobs): Promise<void> {
  await replaceText(slurmJobsPath(jobs), JSON.stringify(submitted) + "\n");
}

/** What was submitted last of a folder of jobs; undefined if nothing was. */
export async function readSlurmJobs(jobs: string): Promise<SlurmJobs | undefined> {
  const path = slurmJobsPath(jobs);
  if (!await isThere(path)) return undefined;
  return await readCheckedJson(
    path,
    object({ elements: text, merge: text }),
    "a list of Slurm's jobs",
  );
}

/** A job that Slurm has not ended yet. */
export interface QueuedJob {
  /** The number of an element, from 1, or "merge". */
  readonly job: string;
  /** Slurm's own word: PENDING, RUNNING and others. */
  readonly state: string;
}

/**
 * Reads what `squeue --noheader --array --format="%A %F %K %T"` prints.
 *
 * @param printed lines of job id, id of the array, number in the array, and state
 */
export function queuedJobs(printed: string, { elements, merge }: SlurmJobs): QueuedJob[] {
  return printed.split("\n").flatMap((line): QueuedJob[] => {
    const [own, array, number, state] = line.trim().split(/\s+/);
    if (state === undefined) return [];
    if (array === elements && number !== "N/A") return [{ job: number, state }];
    return own === merge ? [{ job: "merge", state }] : [];
  });
}
