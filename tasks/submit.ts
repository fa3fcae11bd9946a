import { beginJobs, claimed, openElements } from "ehrloom";
import { join } from "node:path";
import {
  type Arguments,
  type Command,
  runCommand,
  sameCommand,
  say,
  shellPath,
  UsageError,
} from "./cli/command.ts";
import { seedsOf } from "./cli/seeds_option.ts";
import { jobsOf, tasksInWords } from "./submit/jobs.ts";
import { kubernetesOptions, printForKubernetes } from "./submit/kubernetes.ts";
import { runLocally } from "./submit/local.ts";
import { checkNotQueued, submitToSlurm } from "./submit/slurm.ts";

const engines = ["local", "slurm", "kubernetes"] as const;

/** The options that one engine alone has. */
const ownOptions = {
  slurm: ["partition", "time", "sbatch"],
  kubernetes: ["image", "volume"],
} as const;

const command: Command = {
  name: "submit",
  summary: "Run a task as jobs of many processes or machines, and merge what they make.",
  options: {
    engine: {
      value: "NAME",
      help: "Where jobs run: local (processes of this machine), slurm, or kubernetes (prints YAML)",
      default: "local",
    },
    array: { value: "N", help: "Jobs into which generate is divided (default 4)" },
    seeds: {
      value: "LIST",
      help: "Comma-separated random seeds of train, a job each, such as 1,2,3; writes --out/SEED",
    },
    "at-once": {
      value: "N",
      help: "Jobs that run at the same time (default 2 on this machine, any number elsewhere)",
    },
    jobs: {
      value: "DIR",
      help: "Folder of the jobs, their logs and parts (default: that of the result, with -jobs)",
    },
  },
  groups: {
    Slurm: {
      partition: { value: "P", help: "Partition of the jobs" },
      time: { value: "T", help: "Time limit of each job, such as 2:00:00" },
      sbatch: {
        value: "OPTION",
        help: "Another option of sbatch without its dashes, such as mem=8G; repeatable",
        many: true,
      },
    },
    Kubernetes: {
      image: { value: "NAME", help: "Image with Ehrloom, as the Containerfile makes it" },
      volume: {
        value: "CLAIM=PATH",
        help: "Claim of a volume that is mounted at PATH, here and there; repeatable",
        many: true,
      },
    },
  },
  behindDashes: "TASK [options of TASK]",
  details: [
    `TASK is ${tasksInWords}, with the options that it has by itself. The result is that of one process.`,
    "To continue after an interruption or a failure, repeat the same command: what is done stays.",
  ],
  goesOnBy: () => sameCommand("submit", { leaveOut: "--force" }),
  examples: [
    "deno task submit -- generate --run runs/halo --count 10000 --out runs/synthetic",
    "deno task submit --engine slurm --array 50 --partition long --sbatch mem=8G" +
    " -- generate --run runs/halo --count 1000000 --out runs/synthetic",
    "deno task submit --engine slurm --time 8:00:00" +
    " -- compare --cohort runs/cohort --models halo,gpt --seeds 1,2,3 --out runs/compare",
    "deno task submit --engine slurm --time 4:00:00" +
    " -- lira --run runs/halo --cohort runs/cohort --shadows 64 --out runs/lira",
    "deno task submit --engine slurm --time 1-00:00:00 --sbatch gres=gpu:1 --seeds 1,2,3" +
    " -- train --cohort runs/cohort --out runs/halo",
  ],
};

await runCommand(command, async (args, onProgress) => {
  const engine = args.choice("engine", engines) ?? "local";
  const { jobs, jobList, out } = jobsOf(args.passedOn, {
    jobs: args.maybe("jobs"),
    array: args.maybeInteger("array", { min: 1 }),
    seeds: seedsOf(args),
  });
  const { elements } = jobList;
  const atOnce = args.maybeInteger("at-once", { min: 1 });
  checkEngine(args, engine);
  const kubernetes = engine === "kubernetes" ? kubernetesOptions(args, jobs) : undefined;
  return await claimed(jobs, { goesOn: true }, async () => {
    await checkNotQueued(jobs);
    await beginJobs(jobs, jobList);
    const open = await openElements(jobList);
    say(
      `${elements.length} jobs in ${shellPath(jobs)}, ${
        elements.length - open.length
      } of them done`,
    );
    const about = { jobs, elements: elements.length, out };
    if (engine === "slurm") {
      const slurm = await submitToSlurm(jobs, jobList, { atOnce, sbatch: sbatchOf(args) });
      say(`Next: deno task status --jobs ${shellPath(jobs)}`);
      return { ...about, slurm };
    }
    if (kubernetes !== undefined) {
      const how = { options: kubernetes, json: args.has("json") };
      return { ...about, ...await printForKubernetes(jobs, jobList, how) };
    }
    await runLocally(jobs, jobList, { atOnce: atOnce ?? 2, onProgress });
    say(`The result is in ${shellPath(out)}; what the jobs said, in ${join(jobs, "logs")}`);
    return about;
  });
});

/** Refuses options of another engine. */
function checkEngine(args: Arguments, engine: typeof engines[number]): void {
  for (const [owner, options] of Object.entries(ownOptions)) {
    const given = options.find((option) => (args.maybe(option) ?? "") !== ""); // "" of an empty list
    if (given === undefined || owner === engine) continue;
    throw new UsageError(`--${given} needs --engine ${owner}`);
  }
}

/** Options for sbatch, without their dashes. */
function sbatchOf(args: Arguments): string[] {
  const named = ["partition", "time"].flatMap((option) => {
    const value = args.maybe(option);
    return value === undefined ? [] : [`${option}=${value}`];
  });
  return [...named, ...args.all("sbatch")];
}
