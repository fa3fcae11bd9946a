import {
  allowedValues,
  modelSummaries,
  namedPresets,
  settingsOf,
  trainingDefaults,
  usualCheckpointMinutes,
} from "ehrloom";
import { join } from "node:path";
import { backendOption } from "../cli/backend_option.ts";
import { cohortOption } from "../cli/cohort_option.ts";
import { type Arguments, type Command, hasBegun, sameCommand } from "../cli/command.ts";
import { columns, type Row } from "../cli/help.ts";
import { launcher } from "./together.ts";

/** The models, or the settings of one that is named. */
function helpOn(model: string | undefined): string[] {
  if (model === undefined) {
    const { cohort, machine } = namedPresets["halo-5-minutes"].tried; // the same for all
    return [
      "Models; deno task train --model NAME --help shows the settings of one:",
      ...columns(modelSummaries.map(({ name, summary }) => [`  ${name}`, summary])),
      "",
      "Presets, for --preset NAME, and what they led to where they were tried:",
      ...columns(
        Object.entries(namedPresets).map(([name, { tried }]): Row => [
          `  ${name}`,
          `${tried.minutes.toFixed(1)} minutes, validation loss ${
            tried.validation_loss.toFixed(2)
          }`,
        ]),
      ),
      `  on ${cohort}, ${machine}`,
    ];
  }
  const rows = Object.entries(settingsOf(model)).map(([name, setting]): Row => {
    const { default: value, published, help } = setting;
    const form = published === undefined ? "" : `, ${published} in the published form`;
    return [
      value === undefined ? `  ${name}` : `  ${name}=${value}`,
      `${help}; ${allowedValues(setting)}${form}`,
    ];
  });
  return [`Settings of ${model}, for --set KEY=VALUE, with their defaults:`, ...columns(rows)];
}

/** The switch that continues a run: after --resume, no other run or preset can be named. */
function continuing(args: Arguments): string {
  const isNamed = ["preset", "from-run"].some((name) => args.maybe(name) !== undefined);
  return isNamed || args.has("restartable") ? "--restartable" : "--resume";
}

/** The command line of `deno task train`. */
export const trainCommand: Command = {
  name: "train",
  summary: "Train a model on a cohort; write a run folder.",
  options: {
    ...cohortOption,
    out: { value: "RUN", help: "Run folder to write", required: true },
    resume: { help: "Continue an interrupted run, or a finished one with more --epochs" },
    restartable: {
      help: "Begin a run, or continue it if it is begun: for schedulers, which repeat a command",
    },
    "dry-run": { help: "Say what training would take (parameters, memory, time); write nothing" },
    force: { help: "Replace an older result at --out, as soon as the first epoch is stored" },
  },
  groups: {
    Model: {
      model: { value: "NAME", help: "Kind of model, see below (default halo)" },
      set: {
        value: "KEY=VALUE",
        help: "A setting of the model, see below; repeatable",
        many: true,
      },
      preset: {
        value: "NAME",
        help: "Take model, settings and training options of a preset, see below; options given " +
          "override them",
      },
      "from-run": {
        value: "RUN",
        help: "Take model, settings and training options of this run; options given override " +
          "them, and another --model has its own settings",
        reads: true,
      },
      embeddings: {
        value: "FILE",
        help: "Embeddings of code descriptions, from deno task embed (hisgt)",
        reads: true,
      },
      hierarchy: {
        value: "FILE",
        help: "Hierarchy of codes, CSV with columns parent and child (hisgt)",
        reads: true,
      },
      bins: {
        value: "FILE",
        help: "Bins of measured values, CSV with columns code, limits (ascending, with spaces " +
          "between) and perhaps unit; other codes have fitted bins (synehrgy, or with numbers=N)",
        reads: true,
      },
    },
    Training: {
      epochs: {
        value: "N",
        help: "Passes over the training records (default by size of cohort)",
      },
      steps: {
        value: "N",
        help:
          "Let an epoch be N batches instead of a pass, for large cohorts: validation, log and " +
          "checkpoint come after each, and passes continue from epoch to epoch (default a pass)",
      },
      "checkpoint-minutes": {
        value: "N",
        help: "Store the state within an epoch after N minutes; a killed run continues from " +
          `there (default ${usualCheckpointMinutes}; 0 is after every step)`,
      },
      batch: { value: "N", help: "Records per batch (default by size of cohort)" },
      lr: { value: "X", help: "Learning rate (default by size of cohort)" },
      schedule: {
        value: "NAME",
        help: `constant or cosine (default ${trainingDefaults.schedule})`,
      },
      warmup: {
        value: "N",
        help: "Steps over which the learning rate rises to its full value " +
          `(default ${trainingDefaults.warmup})`,
      },
      patience: {
        value: "N",
        help: "Stop after N epochs without a lower validation loss " +
          `(default ${trainingDefaults.patience})`,
      },
      minutes: {
        value: "N",
        help: "Time limit in minutes: no new epoch begins after it (default no limit)",
      },
      "average-weights": {
        value: "R",
        help:
          "Keep a running mean of the weights instead of the last ones: each step keeps at most " +
          "the share R of the mean, such as 0.999 (default 0: no mean)",
      },
      seed: {
        value: "N",
        help: `Random seed; equal seeds give equal results (default ${trainingDefaults.seed})`,
      },
      canaries: {
        value: "N",
        help: "Audit the training: add about half of N made-up patients to the training records; " +
          "evaluate --run then says how large epsilon is at least (default none)",
      },
      "accept-loss": {
        help: "Train even if more than a tenth of the records is beyond the model's context",
      },
      "min-cell": {
        value: "N",
        help: "The config holds no extreme values of fewer than N patients; 1: it may " +
          `(default ${trainingDefaults.minCell})`,
      },
    },
    Privacy: {
      private: {
        help: "Protect training patients by differential privacy (gpt, halo, halo-coarse, hisgt, " +
          "lstm, synehrgy); needs --epsilon and --delta, and large batches and learning rates, such " +
          "as --batch 256 --lr 0.04. With --resume it need not be given again",
      },
      epsilon: { value: "X", help: "The ε that training may spend; smaller protects more" },
      delta: { value: "X", help: "The δ of it, below 1 / number of training patients" },
      clip: {
        value: "X",
        help: "The most that the gradient of a patient's loss may be long (default 1)",
      },
      "adaptive-clip": { help: "Let this bound follow the median of the patients' gradients" },
      noise: {
        value: "X",
        help: "Noise multiplier (default: the least with which all epochs are within ε)",
      },
      "noise-source": {
        value: "NAME",
        help:
          "seeded: noise from the random seed, which nobody else may know; or secure: from the " +
          "machine's cryptographic generator (default seeded)",
      },
    },
    Engine: {
      ...backendOption,
      workers: { value: "N", help: "Threads that share each batch, on wasm or cpu (default 1)" },
      mpi: {
        help:
          "Share each batch among the processes that mpirun or srun has started, on one machine or " +
          "several; needs deno task native --mpi",
      },
    },
  },
  goesOnBy: (args) =>
    hasBegun(join(args.path("out"), "config.json"), { force: args.has("force") })
      ? launcher(args) + sameCommand("train", { add: continuing(args), leaveOut: "--force" })
      : undefined,
  details: (args) => helpOn(args.maybe("model")),
  examples: [
    "deno task train --cohort runs/cohort --out runs/halo --epochs 30 --set width=128",
    "deno task train --cohort runs/cohort --out runs/gpt --model gpt --set form=published",
    "deno task train --cohort runs/cohort --out runs/gpt --preset gpt-5-minutes",
    "deno task train --cohort runs/cohort --out runs/halo --resume",
    "deno task train --cohort runs/large --out runs/halo --steps 2000 --checkpoint-minutes 10",
    "deno task train --cohort runs/cohort --out runs/private --private --epsilon 8 --delta 1e-4",
    "deno task train --cohort runs/cohort --out runs/again --from-run runs/halo --seed 2",
    "deno task train --cohort runs/cohort --out runs/audited --canaries 100",
    "mpirun -n 4 deno task train --cohort runs/cohort --out runs/halo --mpi",
  ],
};
