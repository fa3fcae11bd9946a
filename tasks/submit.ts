import { beginJobs, claimed, openElements } from "ehrloom";
import { join } from "node:path";
import {
  type Command,
  runCommand,
  sameCommand,
  say,
  shellPath,
  UsageError,
} from "./cli/command.ts";
import { dividedTasks, jobsOf } from "./submit/jobs.ts";
import { runLocally } from "./submit/local.ts";
import { submitToSlurm } from "./submit/slurm.ts";

const engines = ["local", "slurm"] as const;

const command: Command = {
  name: "submit",
  summary: "Divide a task into jobs for many processes or machines, and merge what they make.",
  options: {
    engine: {
      value: "NAME",
      help: `Where jobs run: ${engines.join(" or ")} (processes of this machine, or Slurm)`,
      default: "local",
    },
    array: { value: "N", help: "Jobs into which generate is divided (default 4)" },
    "at-once": {
      value: "N",
      help: "Jobs that run at the same time (default 2 on this machine, any number on Slurm)",
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
  },
  behindDashes: "TASK [options of TASK]",
  details: [
    `TASK is ${
      dividedTasks.join(" or ")
    }, with the options that it has by itself. The result is that of one process.`,
    "To continue after an interruption or a failure, repeat the same command: what is done stays.",
  ],
  goesOnBy: () => sameCommand("submit", { leaveOut: "--force" }),
  examples: [
    "deno task submit -- generate --run runs/halo --count 10000 --out runs/synthetic",
    "deno task submit --engine slurm --array 50 --partition long --sbatch mem=8G" +
    " -- generate --run runs/halo --count 1000000 --out runs/synthetic",
    "deno task submit --engine slurm --time 8:00:00" +
    " -- compare --cohort runs/cohort --models halo,gpt --seeds 1,2,3 --out runs/compare",
  ],
};

await runCommand(command, async (args, onProgress) => {
  const engine = args.choice("engine", engines) ?? "local";
  const { jobs, jobList } = jobsOf(args.passedOn, {
    jobs: args.maybe("jobs"),
    array: args.maybeInteger("array", { min: 1 }),
  });
  const { elements, merge } = jobList;
  const atOnce = args.maybeInteger("at-once", { min: 1 });
  const sbatch = [
    ...["partition", "time"].flatMap((option) => {
      const value = args.maybe(option);
      return value === undefined ? [] : [`${option}=${value}`];
    }),
    ...args.all("sbatch"),
  ];
  if (engine === "local" && sbatch.length > 0) {
    throw new UsageError("--partition, --time and --sbatch need --engine slurm");
  }
  return await claimed(jobs, { goesOn: true }, async () => {
    await beginJobs(jobs, jobList);
    const open = await openElements(jobList);
    say(
      `${elements.length} jobs in ${shellPath(jobs)}, ${
        elements.length - open.length
      } of them done`,
    );
    const about = { jobs, elements: elements.length, out: merge.out };
    if (engine === "slurm") {
      const slurm = await submitToSlurm(jobs, jobList, { atOnce, sbatch });
      say(`Next: deno task status --jobs ${shellPath(jobs)}`);
      return { ...about, slurm };
    }
    await runLocally(jobs, jobList, { atOnce: atOnce ?? 2, onProgress });
    say(`The result is in ${shellPath(merge.out)}; what the jobs said, in ${join(jobs, "logs")}`);
    return about;
  });
});
