import { comparedModels, modelSummaries, trainingDefaults } from "ehrloom";
import { join } from "node:path";
import { backendOption } from "../cli/backend_option.ts";
import { cohortOption } from "../cli/cohort_option.ts";
import { type Command, hasBegun, sameCommand } from "../cli/command.ts";
import { minCellOption } from "../cli/min_cell_option.ts";

/** The command line of `deno task compare`. */
export const compareCommand: Command = {
  name: "compare",
  summary: "Train and evaluate several models on one cohort; write one table and one page.",
  options: {
    ...cohortOption,
    out: {
      value: "DIR",
      help: "Output folder; finished parts of the same comparison are reused",
      required: true,
    },
    part: {
      value: "MODEL/SEED",
      help: "Only this model with this random seed, for --parts; MODEL alone: with the first seed",
    },
    parts: {
      value: "DIR",
      help: "Folder that holds parts of this comparison, each made by --part: take them over",
      reads: true,
    },
    force: {
      help: "Start over instead of continuing; replaces what is at --out once the first model " +
        "is finished",
    },
  },
  groups: {
    Models: {
      models: {
        value: "LIST",
        help: `Comma-separated; each is compared with the first: ${
          modelSummaries.map(({ name }) => name).join(", ")
        }`,
        default: comparedModels.join(","),
      },
      set: {
        value: "KEY=VALUE",
        help: "For every model that has this setting, or MODEL.KEY=VALUE for one model; repeatable",
        many: true,
      },
      embeddings: {
        value: "MODEL=FILE",
        help: "Embeddings of code descriptions for one model (hisgt); repeatable",
        many: true,
        reads: true,
      },
      hierarchy: {
        value: "MODEL=FILE",
        help: "Hierarchy of codes for one model (hisgt); repeatable",
        many: true,
        reads: true,
      },
      bins: {
        value: "MODEL=FILE",
        help: "Bins of measured values for one model, as of deno task train; repeatable",
        many: true,
        reads: true,
      },
    },
    Training: {
      epochs: {
        value: "N",
        help: "Passes over the training records (default by size of cohort)",
      },
      budget: {
        value: "MINUTES",
        help: "Time limit for the training of each model (or --epochs, whichever comes first)",
      },
      minutes: { value: "N", help: "Same as --budget" },
      batch: { value: "N", help: "Records per batch (default by size of cohort)" },
      lr: { value: "X", help: "Learning rate (default by size of cohort)" },
      seed: {
        value: "N",
        help: `Random seed; equal seeds give equal results (default ${trainingDefaults.seed})`,
      },
      seeds: {
        value: "LIST",
        help:
          "Comma-separated random seeds, such as 1,2,3 (instead of --seed): trains each model with " +
          "each of them and shows the spread",
      },
      "accept-loss": {
        help: "Train models even if more than a tenth of the records is beyond their context",
      },
    },
    Evaluation: {
      measures: {
        value: "LIST",
        help:
          "Comma-separated: what to evaluate besides the quick measures of fidelity, kinds or " +
          "single measures such as privacy.identical_records (default all quick measures)",
      },
      weights: {
        value: "FILE",
        help:
          'Your own weights of figures by use case, in percent: {"teaching": {"c2st.auc": 100}}',
        reads: true,
      },
      png: { help: "Write figures as PNG too: figures/*.png" },
      resamples: {
        value: "N",
        help: "Resamples of patients for each interval; 0: no intervals",
        default: "1000",
      },
      ...minCellOption,
    },
    Engine: {
      ...backendOption,
      workers: {
        value: "N",
        help: "Threads that share each batch, on wasm or cpu",
        default: "1",
      },
    },
  },
  goesOnBy: (args) =>
    hasBegun(join(args.path("out"), "plan.json"), { force: args.has("force") })
      ? sameCommand("compare", { leaveOut: "--force" })
      : undefined,
  details: [
    "To continue an interrupted comparison, repeat the same command.",
    "MODEL+WORD is another form of a model, with its own row in the table.",
  ],
  examples: [
    "deno task compare --cohort runs/cohort --out runs/compare --epochs 30",
    "deno task compare --cohort runs/cohort --models halo,lstm,markov --out runs/compare --budget 60",
    "deno task compare --cohort runs/cohort --models gpt,hisgt,hisgt+bert --out runs/compare" +
    " --embeddings hisgt+bert=runs/vectors.json --set gpt.tied=false",
  ],
};
