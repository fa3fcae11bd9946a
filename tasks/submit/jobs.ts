/**
 * The jobs of a command line: what is many by nature in it, as elements, and what merges them.
 *
 * @module
 */
import type { Job, JobList } from "ehrloom";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Arguments, parse, ungrouped } from "../cli/arguments.ts";
import { type Command, resolvePath, UsageError } from "../cli/command.ts";
import { compareCommand } from "../compare/command.ts";
import { generateCommand } from "../generate/command.ts";
import { liraCommand, shadowsOf } from "../lira/command.ts";

/** The tasks that can be divided, with the options that submit itself gives to them. */
const divided: Readonly<
  Record<string, { command: Command; own: readonly string[]; jobs: typeof generation }>
> = {
  generate: { command: generateCommand, own: ["shard"], jobs: generation },
  compare: { command: compareCommand, own: ["part", "parts"], jobs: comparison },
  lira: { command: liraCommand, own: ["shadow", "parts"], jobs: attack },
};

/** Their names. */
const dividedTasks: readonly string[] = Object.keys(divided);

/** The tasks that can be divided, for people. */
export const dividedInWords = `${dividedTasks.slice(0, -1).join(", ")} or ${dividedTasks.at(-1)}`;

/** Options that mean something else for many processes than for one. */
const notHere = ["force", "json", "quiet"];

/** Arguments without an option and its value. */
function without(args: readonly string[], option: string): string[] {
  return args.filter((arg, at) =>
    arg !== `--${option}` && !arg.startsWith(`--${option}=`) && args[at - 1] !== `--${option}`
  );
}

/** The task's command line, checked as the task itself would. */
function checkedCommand(name: string, args: readonly string[]): Arguments {
  const { command, own } = divided[name];
  const given = parse(ungrouped(command), [...args]);
  for (const option of [...notHere, ...own]) {
    if (without(args, option).length === args.length) continue;
    throw new UsageError(`--${option} cannot stand behind "--": ${name} runs in many processes`);
  }
  if (given.has("help")) throw new UsageError(`deno task ${name} --help shows what ${name} takes`);
  for (const path of given.inputs()) {
    if (existsSync(path)) continue;
    throw new Deno.errors.NotFound(`Cannot read "${path}": no such file or folder`);
  }
  return given;
}

/** Where the elements of a task write, and how many are asked for. */
interface AskedElements {
  readonly jobs: string;
  readonly array: number | undefined;
}

/** Refuses a number of elements for a task whose arguments already say it. */
function checkNoArray(array: number | undefined, elements: string): void {
  if (array !== undefined) throw new UsageError(`--array is for generate; ${elements}`);
}

/** Shards of a generation. */
function generation(
  given: Arguments,
  args: readonly string[],
  asked: AskedElements,
): Omit<JobList, "folder"> {
  const count = given.integer("count", { min: 1 });
  const { jobs, array = Math.min(4, count) } = asked;
  if (array > count) {
    throw new UsageError(`--array is ${array}, must be at most the number of records, ${count}`);
  }
  const shards = join(jobs, "shards");
  const done = join("metadata", "dataset.json");
  const elements = Array.from({ length: array }, (_, i): Job => {
    const out = join(shards, String(i + 1));
    const shard = `${i + 1}/${array}`;
    const own = ["--shard", shard, "--out", out];
    const task = "generate";
    return {
      name: `shard ${shard}`,
      task,
      arguments: [...without(args, "out"), ...own],
      out,
      done,
    };
  });
  const out = given.path("out");
  const continued = ["continue", "visits"].flatMap((option) => {
    const value = given.maybe(option);
    return value === undefined ? [] : [`--${option}`, value];
  });
  const merging = ["--shards", shards, ...continued, "--out", out];
  return { elements, merge: { name: "merge", task: "merge", arguments: merging, out, done } };
}

/** A part of a task, which the task itself makes. */
interface Part extends Pick<Job, "name" | "done"> {
  /** Its folder, within that of all parts. */
  readonly folder: string;
  /** The options that ask for it. */
  readonly asked: readonly string[];
}

/** Parts of a task that takes them over by `--parts`. */
function inParts(
  task: string,
  args: readonly string[],
  { jobs, out, done }: { readonly jobs: string; readonly out: string; readonly done: string },
  list: readonly Part[],
): Omit<JobList, "folder"> {
  const parts = join(jobs, "parts");
  const others = without(args, "out");
  const elements = list.map(({ name, folder, asked, done }): Job => {
    const out = join(parts, folder);
    return { name, task, arguments: [...others, ...asked, "--out", out], out, done };
  });
  const merging = [...others, "--parts", parts, "--out", out];
  return { elements, merge: { name: "merge", task, arguments: merging, out, done } };
}

/** Models of a comparison, with each of its random seeds. */
function comparison(
  given: Arguments,
  args: readonly string[],
  { jobs, array }: AskedElements,
): Omit<JobList, "folder"> {
  checkNoArray(array, "compare has an element for each model and seed");
  const names = given.text("models").split(",").map((name) => name.trim());
  const seeds = given.maybe("seeds")?.split(",").map((seed) => seed.trim()) ?? [undefined];
  const list = names.flatMap((name) =>
    seeds.map((seed, index): Part => {
      const model = join("models", name, ...index === 0 ? [] : ["seeds", String(seed)]);
      return {
        name: seed === undefined ? name : `${name}, seed ${seed}`,
        folder: seed === undefined ? name : `${name}-seed-${seed}`,
        asked: ["--part", seed === undefined ? name : `${name}/${seed}`],
        done: join(model, "judgement.json"),
      };
    })
  );
  const out = given.path("out");
  return inParts("compare", args, { jobs, out, done: "comparison.json" }, list);
}

/** Shadow models of an attack. */
function attack(
  given: Arguments,
  args: readonly string[],
  { jobs, array }: AskedElements,
): Omit<JobList, "folder"> {
  checkNoArray(array, "lira has an element for each shadow model");
  const list = Array.from({ length: shadowsOf(given) }, (_, i): Part => ({
    name: `shadow model ${i + 1}`,
    folder: `${i + 1}`,
    asked: ["--shadow", `${i + 1}`],
    done: "part.json",
  }));
  return inParts("lira", args, { jobs, out: given.path("out"), done: "lira.json" }, list);
}

/** Where the jobs of a command line are, and what they are. */
export interface AskedJobs {
  readonly jobs: string;
  readonly jobList: JobList;
}

/**
 * The jobs of a command line.
 *
 * @param words the task's name and its arguments
 * @param options.jobs the folder for them; default beside the result
 * @param options.array elements of a generation; default 4
 * @throws {UsageError} If the task cannot be divided, or its command line is wrong
 */
export function jobsOf(
  [task, ...args]: readonly string[],
  options: { readonly jobs: string | undefined; readonly array: number | undefined },
): AskedJobs {
  if (task === undefined) {
    throw new UsageError(`no task is given: end with -- ${dividedInWords} and its options`);
  }
  if (!dividedTasks.includes(task)) {
    throw new UsageError(`${task} cannot be submitted: behind "--" must be ${dividedInWords}`);
  }
  const given = checkedCommand(task, args);
  const jobs = resolvePath(options.jobs ?? `${given.text("out")}-jobs`);
  const listed = divided[task].jobs(given, args, { jobs, array: options.array });
  return { jobs, jobList: { folder: resolvePath("."), ...listed } };
}
