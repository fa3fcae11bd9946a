import { join } from "node:path";
import { backendOption } from "../cli/backend_option.ts";
import { type Arguments, type Command, hasBegun, sameCommand, UsageError } from "../cli/command.ts";

/** The command line of `deno task lira`. */
export const liraCommand: Command = {
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
    shadow: {
      value: "I",
      help: "Only the shadow model of this number, from 1, for --parts",
    },
    parts: {
      value: "DIR",
      help: "Folder that holds parts of this attack, each made by --shadow: take them over",
      reads: true,
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
};

/** How many shadow models are asked for. */
export function shadowsOf(args: Arguments): number {
  const shadows = args.integer("shadows", { min: 4 });
  if (shadows % 2 === 1) throw new UsageError(`--shadows is ${shadows}, must be an even number`);
  return shadows;
}
