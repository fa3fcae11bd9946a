import { backendOption } from "../cli/backend_option.ts";
import type { Command } from "../cli/command.ts";

/** The command line of `deno task generate`. */
export const generateCommand: Command = {
  name: "generate",
  summary: "Generate synthetic records with a trained run; write a cohort folder.",
  options: {
    run: {
      value: "RUN",
      help: "Run folder, written by deno task train",
      required: true,
      reads: true,
    },
    count: { value: "N", help: "Number of records", required: true },
    out: { value: "DIR", help: "Cohort folder to write", required: true },
    seed: { value: "N", help: "Random seed; equal seeds give equal results", default: "1" },
    label: {
      value: "NAME=0/1",
      help: "Require a label in every record: 1 has it, 0 lacks it; repeatable",
      many: true,
    },
    sex: { value: "SEX", help: "Require a sex of every patient: female or male" },
    race: {
      value: "RACE",
      help: "Require a race of every patient, such as WHITE: one that the model learned",
    },
    age: {
      value: "FROM-TO",
      help:
        "Require an age at the first visit, in whole years, such as 40-64; births follow from it",
    },
    "labels-from": {
      value: "DIR",
      help: "Use the labels of this cohort's records, one record after another",
      reads: true,
    },
    continue: {
      value: "DIR",
      help:
        "Continue the records of this cohort, one after another; their labels and visits are kept, " +
        "with values, times, births, sexes and races if the model learned them",
      reads: true,
    },
    visits: {
      value: "N",
      help: "With --continue: keep the first N visits of each record (default: all)",
    },
    rules: {
      value: "FILE",
      help: "Rules file; no record breaks a rule (see deno task rules --help)",
      reads: true,
    },
    shard: {
      value: "I/N",
      help: "Generate only part I of N, such as 2/4; all parts together are the whole cohort",
    },
    sampler: {
      value: "NAME",
      help: "fixed-point or block-order; both give the same records (default: the faster one)",
    },
    batch: { value: "N", help: "Records generated at the same time", default: "256" },
    ...backendOption,
    force: { help: "Replace an older result at --out" },
  },
  examples: [
    "deno task generate --run runs/halo --count 1000 --out runs/synthetic",
    "deno task generate --run runs/halo --count 200 --label diabetes=1 --out runs/diabetes",
    "deno task generate --run runs/synehrgy --count 200 --sex female --age 40-64 --out runs/women",
    "deno task generate --run runs/halo --count 500 --continue runs/cohort --visits 2 --out runs/next",
    "deno task generate --run runs/halo --count 1000 --rules data/rules.json --out runs/ruled",
  ],
};
