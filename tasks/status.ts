import { type JobState, jobStates, readJobList } from "ehrloom";
import { type Command, runCommand, tell } from "./cli/command.ts";
import { queueOf } from "./submit/slurm.ts";

const command: Command = {
  name: "status",
  summary: "Show how far the jobs of deno task submit are.",
  options: {
    jobs: { value: "DIR", help: "Folder of the jobs", required: true, reads: true },
  },
  examples: ["deno task status --jobs runs/synthetic-jobs"],
};

await runCommand(command, async (args) => {
  const jobs = args.path("jobs");
  const states = await jobStates(jobs, await readJobList(jobs), await queueOf(jobs));
  const elements = states.filter(({ job }) => job !== "merge");
  const merge = states.find(({ job }) => job === "merge");
  const numbers = Object.fromEntries(
    (["done", "running", "waiting", "failed", "not started"] as const)
      .map((state) => [state.replace(" ", "_"), countOf(elements, state)]),
  );
  tell(inWords(elements) + (merge === undefined ? "" : `; the merge: ${merge.state}`));
  for (const { name, state, said } of states) {
    if (state === "failed") tell(`${name} failed: ${said}`);
  }
  return { jobs, ...numbers, merge: merge?.state ?? null };
});

function countOf(elements: readonly JobState[], state: JobState["state"]): number {
  return elements.filter((element) => element.state === state).length;
}

/** How many elements are how far, in a line. */
function inWords(elements: readonly JobState[]): string {
  const others = (["running", "waiting", "failed", "not started"] as const).flatMap((state) => {
    const count = countOf(elements, state);
    return count === 0 ? [] : `${count} ${state}`;
  });
  return [`${countOf(elements, "done")} of ${elements.length} jobs done`, ...others].join(", ");
}
