import {
  againstPreset,
  allowedValues,
  type Calibration,
  modelSummaries,
  namedPreset,
  namedPresets,
  parameterCount,
  readMeds,
  type Run,
  settingsOf,
  startInWords,
  train,
  trainingDefaults,
  type TrainingStart,
  unfinishedRun,
  usualCheckpointMinutes,
} from "ehrloom";
import { join } from "node:path";
import { backendOption, startBackend } from "./cli/backend_option.ts";
import {
  type Command,
  freePath,
  hasBegun,
  type Result,
  runCommand,
  sameCommand,
  say,
  shellPath,
} from "./cli/command.ts";
import { columns, type Row } from "./cli/help.ts";
import { sayLeftOut } from "./cli/left_out.ts";
import { presetText } from "./cli/preset_text.ts";
import { askedTraining, knowledgeOf } from "./train/asked.ts";
import { dryRun } from "./train/dry_run.ts";
import { help, launcher, processesOf } from "./train/together.ts";

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

/** What the last step of training did. */
function calibrationText({ kept, validation_before, validation_after }: Calibration): string {
  if (validation_before === null || validation_after === null) {
    return "Output biases left as trained: all validation records are longer than the context";
  }
  const losses = "negative log-likelihood of the validation records " +
    `${validation_before.toFixed(3)} → ${validation_after.toFixed(3)} nats per visit`;
  return kept
    ? `Output biases calibrated: ${losses}`
    : `Output biases left as trained: calibrated, they would be worse (${losses})`;
}

const command: Command = {
  name: "train",
  summary: "Train a model on a cohort; write a run folder.",
  options: {
    cohort: {
      value: "DIR",
      help: "Cohort folder, written by deno task prepare",
      required: true,
      reads: true,
    },
    out: { value: "RUN", help: "Run folder to write", required: true },
    resume: { help: "Continue an interrupted run, or a finished one with more --epochs" },
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
      ? launcher(args) + sameCommand("train", { add: "--resume", leaveOut: "--force" })
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

/** What `--json` shows of a run. */
function runJson(out: string, run: Run): Result {
  const { runConfig, training, calibration } = run;
  const best = training.findLast(({ best }) => best);
  return {
    out,
    model: runConfig.model,
    parameters: parameterCount(run),
    epochs: training.length,
    planned_epochs: runConfig.training.epochs,
    best_epoch: best?.epoch ?? null,
    validation_loss: best?.validation_loss ?? null,
    seconds: training.at(-1)?.seconds ?? null,
    calibration: calibration ?? null,
    privacy: runConfig.privacy === undefined ? null : {
      epsilon: runConfig.privacy.epsilon,
      delta: runConfig.privacy.delta,
      epsilon_spent: training.at(-1)?.epsilon ?? null,
    },
    coverage: runConfig.coverage ?? null,
  };
}

await runCommand(command, async (args, onProgress) => {
  const processes = processesOf(args);
  if (processes !== undefined && processes.rank > 0) return await help(args, processes);
  const options = await askedTraining(args);
  if (args.has("dry-run")) {
    const backend = await startBackend(args);
    return await dryRun(await readMeds(args.path("cohort"), sayLeftOut), options, backend);
  }
  return await args.claim("out", async (out) => {
    await startBackend(args);
    const cohort = await readMeds(args.path("cohort"), sayLeftOut);
    if (!options.resume) {
      const given = { settings: options.settings ?? {}, training: options };
      const preset = presetText(cohort, options.model ?? "halo", given);
      if (preset !== undefined) say(preset);
    }
    const knowledge = await knowledgeOf(args, cohort);
    const onStart = (start: TrainingStart) => startInWords(start).forEach(say);
    const run = await train(cohort, out, {
      ...options,
      knowledge,
      processes,
      onNote: say,
      onStart,
      onProgress,
    });
    await processes?.leave();
    for (const [name, remark] of Object.entries(run.runConfig.remarks ?? {})) {
      say(`${name}: ${remark}`);
    }
    const best = run.training.findLast(({ best }) => best);
    if (best !== undefined) { // a floor counts its records once and has no epochs
      const loss = best.validation_loss.toFixed(3);
      const { privacy } = run.runConfig;
      say(
        `${privacy === undefined ? "Best" : "Last"} epoch ${best.epoch}: ` +
          `validation loss ${loss} nats per visit`,
      );
      if (privacy !== undefined && best.epsilon !== undefined) {
        say(
          `Spent an ε of ${
            best.epsilon.toFixed(4)
          } of ${privacy.epsilon}, at a δ of ${privacy.delta}`,
        );
      }
    }
    if (run.calibration !== undefined) say(calibrationText(run.calibration));
    const preset = args.maybe("preset");
    if (preset !== undefined) say(againstPreset(namedPreset(preset), run));
    const path = shellPath(args.text("out"));
    const next = shellPath(freePath("runs/synthetic"));
    say(`Next: deno task generate --run ${path} --count 1000 --out ${next}`);
    return runJson(out, run);
  }, { goesOn: args.has("resume"), unfinished: unfinishedRun });
});
