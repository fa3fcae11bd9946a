import {
  allowedValues,
  type Calibration,
  modelSummaries,
  parseSettings,
  readCodeEmbeddings,
  readCodeGraph,
  readMeds,
  settingsOf,
  train,
  trainingDefaults,
} from "ehrloom";
import { backendOption, startBackend } from "./cli/backend_option.ts";
import { join } from "node:path";
import { columns, type Row } from "./cli/help.ts";
import { hasBegun, runCommand, sameCommand, say, shellPath } from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";

/** The models, or the settings of one that is named. */
function helpOn(model: string | undefined): string[] {
  if (model === undefined) {
    return [
      "Models; deno task train --model NAME --help shows the settings of one:",
      ...columns(modelSummaries.map(({ name, summary }) => [`  ${name}`, summary])),
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
  const losses = `${validation_before.toFixed(3)} → ${validation_after.toFixed(3)} nats per visit`;
  return kept
    ? `Output biases calibrated: validation loss ${losses}`
    : `Output biases left as trained: calibrated, the validation loss would be worse (${losses})`;
}

await runCommand({
  name: "train",
  summary: "Train a model on a cohort; write a run folder.",
  options: {
    cohort: {
      value: "DIR",
      help: "Cohort folder, written by deno task prepare",
      required: true,
      reads: true,
    },
    model: {
      value: "NAME",
      help: "Kind of model, see below (default halo)",
    },
    out: { value: "RUN", help: "Run folder to write", required: true },
    epochs: {
      value: "N",
      help: `Passes over the training records (default ${trainingDefaults.epochs})`,
    },
    batch: { value: "N", help: `Records per batch (default ${trainingDefaults.batch})` },
    lr: { value: "X", help: `Learning rate (default ${trainingDefaults.learningRate})` },
    schedule: { value: "NAME", help: `constant or cosine (default ${trainingDefaults.schedule})` },
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
    set: { value: "KEY=VALUE", help: "A setting of the model, see below; repeatable", many: true },
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
    ...backendOption,
    seed: {
      value: "N",
      help: `Random seed; equal seeds give equal results (default ${trainingDefaults.seed})`,
    },
    workers: { value: "N", help: "Threads that share each batch, on wasm or cpu (default 1)" },
    "min-cell": {
      value: "N",
      help: "The config holds no extremes of fewer than N patients; 1: it may " +
        `(default ${trainingDefaults.minCell})`,
    },
    resume: { help: "Continue an interrupted run" },
    force: { help: "Replace an older result at --out, as soon as the first epoch is stored" },
  },
  goesOnBy: (args) =>
    hasBegun(join(args.path("out"), "config.json"), { force: args.has("force") })
      ? sameCommand("train", { add: "--resume", leaveOut: "--force" })
      : undefined,
  details: (args) => helpOn(args.maybe("model")),
  examples: [
    "deno task train --cohort runs/cohort --out runs/halo --epochs 30 --set width=128",
    "deno task train --cohort runs/cohort --out runs/gpt --model gpt --set form=published",
    "deno task train --cohort runs/cohort --out runs/halo --resume",
  ],
}, async (args, onProgress) => {
  const integer = (name: string, min: number) =>
    args.maybe(name) === undefined ? undefined : args.integer(name, { min });
  const options = {
    model: args.maybe("model"),
    settings: parseSettings(args.maybe("model") ?? "halo", args.all("set")),
    epochs: integer("epochs", 1),
    batch: integer("batch", 1),
    learningRate: args.maybe("lr") === undefined ? undefined : args.number("lr", { min: 0 }),
    schedule: args.choice("schedule", ["constant", "cosine"]),
    warmup: integer("warmup", 0),
    patience: integer("patience", 1),
    minutes: args.maybe("minutes") === undefined
      ? undefined
      : args.number("minutes", { min: 0.01 }),
    seed: integer("seed", 0),
    workers: integer("workers", 1),
    minCell: integer("min-cell", 0),
    resume: args.has("resume"),
    force: args.has("force"),
    onProgress,
  };
  await args.claim("out", async (out) => {
    await startBackend(args);
    const cohort = await readMeds(args.path("cohort"), sayLeftOut);
    const knowledge = {
      embeddings: args.maybe("embeddings") === undefined
        ? undefined
        : await readCodeEmbeddings(args.path("embeddings")),
      hierarchy: args.maybe("hierarchy") === undefined
        ? undefined
        : await readCodeGraph(args.path("hierarchy"), cohort.vocabulary),
    };
    const { training, runConfig, calibration } = await train(cohort, out, {
      ...options,
      knowledge,
    });
    const facts = { ...runConfig.sources, ...runConfig.remarks };
    for (const [name, fact] of Object.entries(facts)) say(`${name}: ${fact}`);
    const best = training.findLast(({ best }) => best);
    if (best !== undefined) { // a floor counts its records once and has no epochs
      say(
        `Best epoch ${best.epoch}: validation loss ${
          best.validation_loss.toFixed(3)
        } nats per visit`,
      );
    }
    if (calibration !== undefined) say(calibrationText(calibration));
    say(
      `Next: deno task generate --run ${
        shellPath(args.text("out"))
      } --count 1000 --out runs/synthetic`,
    );
  }, { goesOn: args.has("resume") });
});
