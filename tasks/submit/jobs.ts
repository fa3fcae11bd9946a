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
import { evaluateCommand } from "../evaluate/command.ts";
import { generateCommand } from "../generate/command.ts";
import { liraCommand, shadowsOf } from "../lira/command.ts";
import { trainCommand } from "../train/command.ts";

/** How a task becomes jobs. */
interface Submittable {
  readonly command: Command;
  /** Options of the task that submit gives to it, or that need the user beside it. */
  readonly own: readonly string[];
  /** Its elements, in words. */
  readonly elements: string;
  readonly jobs: (
    given: Arguments,
    args: readonly string[],
    asked: AskedElements,
  ) => Omit<JobList, "folder">;
}

/** The tasks that can be submitted. */
const submittable: Readonly<Record<string, Submittable>> = {
  generate: {
    command: generateCommand,
    own: ["shard"],
    elements: "as many elements as --array says",
    jobs: generation,
  },
  compare: {
    command: compareCommand,
    own: ["part", "parts"],
    elements: "an element for each model and seed",
    jobs: comparison,
  },
  lira: {
    command: liraCommand,
    own: ["shadow", "parts"],
    elements: "an element for each shadow model",
    jobs: attack,
  },
  train: {
    command: trainCommand,
    own: ["resume", "restartable", "dry-run", "mpi"],
    elements: "an element for each random seed",
    jobs: trainings,
  },
  evaluate: {
    command: evaluateCommand,
    own: [],
    elements: "one element",
    jobs: evaluation,
  },
};

/** Their names. */
const tasks: readonly string[] = Object.keys(submittable);

/** The tasks that can be submitted, for people. */
export const tasksInWords = `${tasks.slice(0, -1).join(", ")} or ${tasks.at(-1)}`;

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
  const { command, own } = submittable[name];
  const given = parse(ungrouped(command), [...args]);
  for (const option of [...notHere, ...own]) {
    if (without(args, option).length === args.length) continue;
    throw new UsageError(`--${option} cannot stand behind "--": ${name} runs in jobs`);
  }
  if (given.has("help")) throw new UsageError(`deno task ${name} --help shows what ${name} takes`);
  for (const path of given.inputs()) {
    if (existsSync(path)) continue;
    throw new Deno.errors.NotFound(`Cannot read "${path}": no such file or folder`);
  }
  return given;
}

/** Where the elements of a task write, and which are asked for. */
interface AskedElements {
  readonly jobs: string;
  /** How many shards. */
  readonly array: number | undefined;
  /** Random seeds of trainings. */
  readonly seeds: readonly number[] | undefined;
}

/** Refuses what is asked of another task. */
function checkElements(task: string, { array, seeds }: Omit<AskedElements, "jobs">): void {
  for (const [option, value, owner] of [["array", array, "generate"], ["seeds", seeds, "train"]]) {
    if (value === undefined || task === owner) continue;
    throw new UsageError(`--${option} is for ${owner}; ${task} has ${submittable[task].elements}`);
  }
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
  /** The arguments that ask for it, but for --out. */
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
  const elements = list.map(({ name, folder, asked, done }): Job => {
    const out = join(parts, folder);
    return { name, task, arguments: [...asked, "--out", out], out, done };
  });
  const merging = [...without(args, "out"), "--parts", parts, "--out", out];
  return { elements, merge: { name: "merge", task, arguments: merging, out, done } };
}

/** Models of a comparison, with each of its random seeds. */
function comparison(
  given: Arguments,
  args: readonly string[],
  { jobs }: AskedElements,
): Omit<JobList, "folder"> {
  const names = given.text("models").split(",").map((name) => name.trim());
  const seeds = given.maybe("seeds")?.split(",").map((seed) => seed.trim()) ?? [undefined];
  const others = without(args, "out");
  // so that more seeds can be added later, a part knows its own and the first, which is the plan's
  const partOf = (name: string, seed: string | undefined, isFirst: boolean): Part => ({
    name: seed === undefined ? name : `${name}, seed ${seed}`,
    folder: seed === undefined ? name : `${name}-seed-${seed}`,
    asked: seed === undefined ? [...others, "--part", name] : [
      ...without(others, "seeds"),
      ...["--seeds", isFirst ? seed : `${seeds[0]},${seed}`, "--part", `${name}/${seed}`],
    ],
    done: join("models", name, ...isFirst ? [] : ["seeds", String(seed)], "judgement.json"),
  });
  const list = seeds.flatMap((seed, index) => names.map((name) => partOf(name, seed, index === 0)));
  const out = given.path("out");
  return inParts("compare", args, { jobs, out, done: "comparison.json" }, list);
}

/** Shadow models of an attack. */
function attack(
  given: Arguments,
  args: readonly string[],
  { jobs }: AskedElements,
): Omit<JobList, "folder"> {
  // so that more can be added later, a part does not say how many there are
  const others = without(without(args, "out"), "shadows");
  const list = Array.from({ length: shadowsOf(given) }, (_, i): Part => ({
    name: `shadow model ${i + 1}`,
    folder: `${i + 1}`,
    asked: [...others, "--shadow", `${i + 1}`],
    done: "part.json",
  }));
  return inParts("lira", args, { jobs, out: given.path("out"), done: "lira.json" }, list);
}

/** A training with each random seed, or one. */
function trainings(
  given: Arguments,
  args: readonly string[],
  { seeds }: AskedElements,
): Omit<JobList, "folder"> {
  if (seeds !== undefined && given.maybe("seed") !== undefined) {
    throw new UsageError("use either --seed or --seeds");
  }
  const twice = seeds?.find((seed, at) => seeds.indexOf(seed) !== at);
  if (twice !== undefined) throw new UsageError(`--seeds has ${twice} twice`);
  const task = "train";
  const others = without(args, "out");
  const job = (name: string, own: readonly string[], out: string): Job => ({
    name,
    task,
    arguments: [...others, ...own, "--restartable", "--out", out],
    out,
    done: "finished.json",
  });
  const out = given.path("out");
  const elements = seeds?.map((seed) =>
    job(`seed ${seed}`, ["--seed", `${seed}`], join(out, `${seed}`))
  );
  return { elements: elements ?? [job("training", [], out)] };
}

/** An evaluation, as one job. */
function evaluation(given: Arguments, args: readonly string[]): Omit<JobList, "folder"> {
  const task = "evaluate";
  const out = given.path("out");
  const own = [...without(args, "out"), "--out", out];
  return { elements: [{ name: "evaluation", task, arguments: own, out, done: "report.json" }] };
}

/** Where the jobs of a command line are, what they are, and where their result will be. */
export interface AskedJobs {
  readonly jobs: string;
  readonly jobList: JobList;
  readonly out: string;
}

/**
 * The jobs of a command line.
 *
 * @param words the task's name and its arguments
 * @param options.jobs the folder for them; default beside the result
 * @param options.array elements of a generation; default 4
 * @param options.seeds random seeds of trainings; default one training, with the task's own
 * @throws {UsageError} If the task cannot be submitted, or its command line is wrong
 */
export function jobsOf(
  [task, ...args]: readonly string[],
  { jobs: folder, array, seeds }: {
    readonly jobs?: string | undefined;
    readonly array?: number | undefined;
    readonly seeds?: readonly number[] | undefined;
  },
): AskedJobs {
  if (task === undefined) {
    throw new UsageError(`no task is given: end with -- ${tasksInWords} and its options`);
  }
  if (!tasks.includes(task)) {
    throw new UsageError(`${task} cannot be submitted: behind "--" must be ${tasksInWords}`);
  }
  const given = checkedCommand(task, args);
  checkElements(task, { array, seeds });
  const jobs = resolvePath(folder ?? `${given.text("out")}-jobs`);
  const listed = submittable[task].jobs(given, args, { jobs, array, seeds });
  return { jobs, jobList: { folder: resolvePath("."), ...listed }, out: given.path("out") };
}
