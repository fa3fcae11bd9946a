import { compare, modelSummaries, readMeds, trainingDefaults } from "ehrloom";
import { join } from "node:path";
import { backendOption, startBackend } from "./backend_option.ts";
import { runCommand, say, shellPath, UsageError } from "./command.ts";

await runCommand({
  name: "compare",
  summary: "Train, generate and judge several models on a cohort folder; write one table and page.",
  options: {
    cohort: { value: "DIR", help: "Cohort folder, as prepare writes it", required: true },
    models: {
      value: "LIST",
      help: `Parted by commas, the others held against the first: ${
        modelSummaries.map(({ name }) => name).join(", ")
      }`,
      default: "halo,halo-coarse,gpt,lstm,markov,independent",
    },
    out: { value: "DIR", help: "Folder to write; what it has of the same is kept", required: true },
    epochs: { value: "N", help: "Times to see each record", default: `${trainingDefaults.epochs}` },
    budget: { value: "MINUTES", help: "Minutes of training for each model, within the epochs" },
    batch: { value: "N", help: "Records to a step", default: `${trainingDefaults.batch}` },
    lr: { value: "X", help: "Learning rate", default: `${trainingDefaults.learningRate}` },
    set: {
      value: "KEY=VALUE",
      help: "A setting for every model that has it; may repeat",
      many: true,
    },
    seed: { value: "N", help: "Names all random draws", default: `${trainingDefaults.seed}` },
    resamples: { value: "N", help: "Resamples behind each interval, 0 for none", default: "1000" },
    ...backendOption,
    workers: { value: "N", help: "Threads that share each batch on wasm", default: "1" },
    force: { help: "Begin anew in place of going on with what is at --out" },
  },
  details: ["A comparison that was stopped goes on when the same command is given again."],
  examples: [
    "deno task compare --cohort runs/cohort --out runs/compare --epochs 30",
    "deno task compare --cohort runs/cohort --models halo,lstm,markov --out runs/compare --budget 60",
  ],
}, async (args, onProgress) => {
  const options = {
    models: args.text("models").split(",").map((name) => name.trim()),
    settings: Object.fromEntries(args.all("set").map(setting)),
    epochs: args.integer("epochs", { min: 1 }),
    minutes: args.maybe("budget") === undefined ? 0 : args.number("budget", { min: 0.01 }),
    batch: args.integer("batch", { min: 1 }),
    learningRate: args.number("lr", { min: 0 }),
    seed: args.integer("seed", { min: 0 }),
    resamples: args.integer("resamples", { min: 0 }),
    workers: args.integer("workers", { min: 1 }),
    force: args.has("force"),
    onProgress,
  };
  await startBackend(args);
  const cohort = await readMeds(args.path("cohort"));
  const { comparison } = await compare(cohort, args.path("out"), options);
  for (const { model, likelihood, fidelity } of comparison.models) {
    const { unigram, same_visit_bigram, sequential_bigram } = fidelity;
    const r2 = [unigram, same_visit_bigram, sequential_bigram].map((each) => each.r2.toFixed(3));
    const loss = likelihood === null ? "no likelihood" : likelihood.nll_per_visit.toFixed(3);
    say(`${model}: R² ${r2.join(", ")}; nats a test visit: ${loss}`);
  }
  say(`Next: open ${shellPath(join(args.text("out"), "comparison.html"))}`);
});

function setting(text: string): [string, number] {
  const [, name, value] = text.match(/^([^=]+)=(.+)$/) ?? [];
  if (name !== undefined && Number.isFinite(Number(value))) return [name, Number(value)];
  throw new UsageError(`--set is ${text}, must be KEY=NUMBER, such as width=256`);
}
