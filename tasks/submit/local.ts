/**
 * Jobs as processes of this machine.
 *
 * @module
 */
import { isDone, type Job, type JobList, lastLine, type OnProgress, openElements } from "ehrloom";
import { join } from "node:path";
import { childLogged } from "../cli/child.ts";
import { say } from "../cli/command.ts";
import { project, taskCommand } from "./task_command.ts";

/** Times that a job is started before it counts as failed. */
const tries = 3;

/** A job that failed, with the last line that it said. */
interface Failure {
  readonly name: string;
  readonly said: string;
}

/** Runs a job until it is done; one that was called wrongly is not started again. */
async function run(
  job: Job,
  { folder, log }: { readonly folder: string; readonly log: string },
): Promise<Failure | undefined> {
  const { name, task, arguments: args } = job;
  const command = taskCommand(task);
  for (let number = 1;; number++) {
    const { code, signal } = await childLogged(Deno.execPath(), {
      args: [...command.arguments, ...args],
      cwd: project,
      env: { INIT_CWD: folder, ...command.environment },
      log,
    });
    if (code === 0 && await isDone(job)) {
      say(`${name}: done`);
      return undefined;
    }
    const how = signal === null ? `exit code ${code}` : signal;
    if (code === 2 || number === tries) {
      const said = signal === null ? lastLine(await Deno.readTextFile(log)) : `ended by ${how}`;
      return { name, said: said.replace(/^error: /, "") };
    }
    say(`${name}: ended by ${how}, is started again`);
  }
}

function failed(failures: readonly Failure[], count: number): Error {
  const [{ name, said }] = failures;
  const which = count === 1 ? name : `${failures.length} of ${count} jobs failed, such as ${name}`;
  return new Error(`Cannot finish: ${which}: ${said}; the same command tries again`);
}

/**
 * Runs the jobs that are not done, and then the merge if there is one.
 *
 * @param jobs the folder of the jobs
 * @param options.atOnce processes at the same time
 * @throws {Error} If a job failed three times; the others are finished first
 */
export async function runLocally(
  jobs: string,
  jobList: JobList,
  { atOnce, onProgress }: { readonly atOnce: number; readonly onProgress: OnProgress },
): Promise<void> {
  const { folder, elements, merge } = jobList;
  const open = await openElements(jobList);
  const total = elements.length;
  let done = total - open.length;
  const failures: (Failure & { readonly number: number })[] = [];
  const queue = open.values();
  const log = (job: string) => join(jobs, "logs", `local_${job}.log`);
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const number of queue) {
      const failure = await run(elements[number - 1], { folder, log: log(String(number)) });
      if (failure === undefined) onProgress({ stage: "running jobs", done: ++done, total });
      else failures.push({ ...failure, number });
    }
  }));
  failures.sort((a, b) => a.number - b.number);
  if (failures.length > 0) throw failed(failures, open.length);
  if (merge === undefined || await isDone(merge)) return;
  const failure = await run(merge, { folder, log: log("merge") });
  if (failure !== undefined) throw failed([failure], 1);
}
