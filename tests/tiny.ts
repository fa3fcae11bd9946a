/**
 * A cohort and a model small enough to train in a second, for tests of what surrounds a model.
 *
 * @module
 */
import { taskCommand } from "../tasks/submit/task_command.ts";
import { type Cohort, cohortOf, random, type RecordLists, trainingFor, vocabulary } from "ehrloom";

/** Settings of a HALO of about 4,000 parameters. */
export const tinySettings = { width: 8, layers: 1, heads: 2 };

/**
 * Records that a model can learn something of: those with the label "ill" go through codes 0 to 5,
 * the others through 6 to 11, in visits of 1 to 3 codes.
 *
 * @param records half of them in the train split, the others in turn in validation and test
 */
export function tinyCohort(records: number, seed = 1): Cohort {
  const draws = random(seed);
  const lists = Array.from({ length: records }, (_, record): RecordLists => {
    const ill = draws.integer(2);
    const first = draws.integer(6);
    return {
      visits: Array.from({ length: 1 + draws.integer(5) }, (_, visit) =>
        Array.from(
          { length: 1 + draws.integer(3) },
          (_, i) => (first + visit + i) % 6 + (ill === 1 ? 0 : 6),
        )),
      labels: [ill, draws.integer(2)],
      split: record % 2 === 0 ? 0 : 1 + Math.floor(record / 2) % 2,
    };
  });
  const codes = Array.from({ length: 12 }, (_, code) => `code ${code}`);
  return cohortOf(vocabulary(codes), ["ill", "old"], lists);
}

/** How such a cohort is trained on by default. */
export const tinyTraining = trainingFor(tinyCohort(8), {});

/** What a task left: its exit code and the lines on stderr. */
export interface TaskResult {
  code: number;
  lines: string[];
}

const root = new URL("../", import.meta.url).pathname;

/** The commands of `deno task`, by the tasks' names. */
export const taskCommands: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries<{ command: string }>(
    JSON.parse(Deno.readTextFileSync(`${root}deno.json`)).tasks,
  ).map(([name, { command }]) => [name, command]),
);

/** Arguments of Deno that make a task, with the permissions that it has as a task. */
export function taskArguments(name: string): string[] {
  return [...taskCommand(name).arguments];
}

/** What a task prints when it is asked for help, in lines that are not cut at a page's width. */
export async function helpOf(name: string, ...args: string[]): Promise<string[]> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments(name), ...args, "--help"],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (code !== 0) throw new Error(`deno task ${name} --help exits ${code}`);
  return new TextDecoder().decode(stdout).replaceAll(/\n {5,}(?=\S)/g, " ").split("\n");
}

/** What a task left, with what it printed on stdout. */
export async function answerOf(
  name: string,
  ...args: string[]
): Promise<TaskResult & { stdout: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments(name), ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const said = text(stderr).trimEnd();
  return { code, lines: said === "" ? [] : said.split("\n"), stdout: text(stdout) };
}

/** Begins a task of `deno task` as a process of its own. */
export function startTask(name: string, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...taskArguments(name), ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Runs a task of `deno task` to its end. */
export async function runTask(name: string, ...args: string[]): Promise<TaskResult> {
  const { code, stderr } = await startTask(name, args).output();
  return { code, lines: new TextDecoder().decode(stderr).trimEnd().split("\n") };
}
