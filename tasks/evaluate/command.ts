import { measureNames, misnamed } from "ehrloom";
import { backendOption } from "../cli/backend_option.ts";
import type { Command } from "../cli/command.ts";
import { minCellOption } from "../cli/min_cell_option.ts";

/** The kinds that have a measure. */
const kinds = measureNames().filter((name) =>
  !name.includes(".") && misnamed([name]) === undefined
);

/** The command line of `deno task evaluate`. */
export const evaluateCommand: Command = {
  name: "evaluate",
  summary: "Compare a synthetic cohort with the real one; write report.html and report.json.",
  options: {
    real: { value: "DIR", help: "Real cohort folder, with splits", required: true, reads: true },
    synthetic: {
      value: "DIR",
      help: "Synthetic cohort folder, or a folder with all of its shards",
      required: true,
      reads: true,
    },
    run: {
      value: "RUN",
      help: "Run folder that generated it, for the test loss",
      reads: true,
    },
    out: { value: "DIR", help: "Output folder for the report and its figures", required: true },
    only: {
      value: "LIST",
      help: "Comma-separated: what to evaluate, kinds or single measures such as fidelity.gap_days",
      default: kinds.join(),
    },
    quick: { help: "Leave out what takes minutes, unless --only names it singly" },
    sensitive: {
      value: "CODES",
      help: "Sensitive codes, each judged by itself: comma-separated, or a file with one a line",
    },
    by: {
      value: "sex|age|race|label:NAME",
      help: "Give the fidelity of each group of patients too",
    },
    seed: { value: "N", help: "Random seed of the resamples and the floor", default: "0" },
    resamples: {
      value: "N",
      help: "Resamples of patients for each interval; 0: no intervals",
      default: "1000",
    },
    workers: {
      value: "N",
      help:
        "Threads that ask measures (default: one a core, if cohort and memory are large enough)",
    },
    png: { help: "Write figures as PNG too: figures/*.png" },
    csv: { help: "Write each measure's figures as a table too: tables/*.csv" },
    ...minCellOption,
    ...backendOption,
    force: { help: "Replace an older result at --out" },
  },
  examples: [
    "deno task evaluate --real runs/cohort --synthetic runs/synthetic --out runs/report",
    "deno task evaluate --real runs/cohort --synthetic runs/synthetic --run runs/halo --out runs/report",
  ],
};
