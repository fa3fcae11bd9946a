import { attackByShadows, liraInWords, readMeds, readRun } from "ehrloom";
import { join } from "node:path";
import { backendOption, startBackend } from "./cli/backend_option.ts";
import { hasBegun, runCommand, sameCommand, say, UsageError } from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";
import { knowledgeOf } from "./train/asked.ts";

await runCommand({
  name: "lira",
  summary:
    "Attack a run by shadow models (LiRA): can one tell who was in training? Writes lira.json.",
  options: {
    run: { value: "RUN", help: "Run folder to attack", required: true, reads: true },
    cohort: {
      value: "DIR",
      help: "Cohort folder that the run was trained on",
      required: true,
      reads: true,
    },
    out: {
      value: "DIR",
      help: "Output folder; shadow models of the same attack that are there are reused",
      required: true,
    },
    shadows: {
      value: "N",
      help: "Models to train, each on half of the training and test records; an even number, " +
        "at least 4. More can be added later",
      default: "16",
    },
    seed: { value: "N", help: "Random seed of the halves", default: "0" },
    embeddings: {
      value: "FILE",
      help: "The same as of deno task train, if the run had it (hisgt)",
      reads: true,
    },
    hierarchy: {
      value: "FILE",
      help: "The same as of deno task train, if the run had it (hisgt)",
      reads: true,
    },
    bins: {
      value: "FILE",
      help: "The same as of deno task train, if the run had it (synehrgy, or with numbers=N)",
      reads: true,
    },
    ...backendOption,
    force: { help: "Start over instead of continuing; replaces what is at --out" },
  },
  details: [
    "Takes about as long as N trainings. To continue an interrupted attack, repeat the same command.",
  ],
  goesOnBy: (args) =>
    hasBegun(join(args.path("out"), "plan.json"), { force: args.has("force") })
      ? sameCommand("lira", { leaveOut: "--force" })
      : undefined,
  examples: [
    "deno task lira --run runs/halo --cohort runs/cohort --out runs/lira",
    "deno task lira --run runs/halo --cohort runs/cohort --out runs/lira --shadows 64",
  ],
}, async (args, onProgress) => {
  const shadows = args.integer("shadows", { min: 4 });
  if (shadows % 2 === 1) throw new UsageError(`--shadows is ${shadows}, must be an even number`);
  const seed = args.integer("seed", { min: 0 });
  return await args.claim("out", async (out) => {
    const run = await readRun(args.path("run"));
    const cohort = await readMeds(args.path("cohort"), { ...sayLeftOut, onProgress });
    await startBackend(args);
    const report = await attackByShadows(run, cohort, out, {
      shadows,
      seed,
      knowledge: await knowledgeOf(args, cohort),
      force: args.has("force"),
      onProgress,
    });
    liraInWords(report).forEach(say);
    const { online, offline } = report.lira;
    return { out, report: join(out, "lira.json"), online: online.auc, offline: offline.auc };
  }, { goesOn: !args.has("force") });
});
