import {
  compare,
  comparedModels,
  type Contestant,
  type ModelConfig,
  modelSummaries,
  parseSettings,
  readCodeEmbeddings,
  readCodeGraph,
  readMeds,
  settingsOf,
  trainingDefaults,
} from "ehrloom";
import { join } from "node:path";
import { backendOption, startBackend } from "./cli/backend_option.ts";
import {
  type Arguments,
  hasBegun,
  resolvePath,
  runCommand,
  sameCommand,
  say,
  shellPath,
  UsageError,
} from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";

await runCommand({
  name: "compare",
  summary: "Train, generate and judge several models on a cohort folder; write one table and page.",
  options: {
    cohort: {
      value: "DIR",
      help: "Cohort folder, as prepare writes it",
      required: true,
      reads: true,
    },
    models: {
      value: "LIST",
      help: `Comma-separated, the others compared with the first: ${
        modelSummaries.map(({ name }) => name).join(", ")
      }`,
      default: comparedModels.join(","),
    },
    out: { value: "DIR", help: "Folder to write; what it has of the same is kept", required: true },
    epochs: { value: "N", help: "Times to see each record", default: `${trainingDefaults.epochs}` },
    budget: { value: "MINUTES", help: "Minutes of training for each model, within the epochs" },
    batch: { value: "N", help: "Records to a step", default: `${trainingDefaults.batch}` },
    lr: { value: "X", help: "Learning rate", default: `${trainingDefaults.learningRate}` },
    set: {
      value: "KEY=VALUE",
      help: "A setting for every model that has it, or MODEL.KEY=VALUE for one; may repeat",
      many: true,
    },
    embeddings: {
      value: "MODEL=FILE",
      help: "Vectors of codes' descriptions for a model (hisgt); may repeat",
      many: true,
      reads: true,
    },
    hierarchy: {
      value: "MODEL=FILE",
      help: "Edges above codes for a model (hisgt); may repeat",
      many: true,
      reads: true,
    },
    seed: { value: "N", help: "Names all random draws", default: `${trainingDefaults.seed}` },
    resamples: { value: "N", help: "Resamples behind each interval, 0 for none", default: "1000" },
    ...backendOption,
    workers: { value: "N", help: "Threads that share each batch on wasm", default: "1" },
    force: { help: "Begin anew, and replace what is at --out once a model is judged" },
  },
  goesOnBy: (args) =>
    hasBegun(join(args.path("out"), "plan.json"), { force: args.has("force") })
      ? sameCommand("compare", { leaveOut: "--force" })
      : undefined,
  details: [
    "A comparison that was stopped goes on when the same command is given again.",
    "MODEL+WORD names another form of a model: it stands in the table beside the first.",
  ],
  examples: [
    "deno task compare --cohort runs/cohort --out runs/compare --epochs 30",
    "deno task compare --cohort runs/cohort --models halo,lstm,markov --out runs/compare --budget 60",
    "deno task compare --cohort runs/cohort --models gpt,hisgt,hisgt+bert --out runs/compare" +
    " --embeddings hisgt+bert=runs/vectors.json --set gpt.tied=false",
  ],
}, async (args, onProgress) => {
  const names = args.text("models").split(",").map((name) => name.trim());
  const settings = scopedSettings(args.all("set"), names);
  const options = {
    settings: settings.get("") ?? {},
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
  const [embeddings, hierarchies] = [
    filesOf(args, "embeddings", names),
    filesOf(args, "hierarchy", names),
  ];
  await args.claim("out", async (out) => {
    await startBackend(args);
    const cohort = await readMeds(args.path("cohort"), sayLeftOut);
    const models = await Promise.all(names.map(async (name): Promise<Contestant> => {
      const [vectors, edges] = [embeddings.get(name), hierarchies.get(name)];
      return {
        name,
        settings: settings.get(name),
        knowledge: {
          embeddings: vectors === undefined ? undefined : await readCodeEmbeddings(vectors),
          hierarchy: edges === undefined
            ? undefined
            : await readCodeGraph(edges, cohort.vocabulary),
        },
      };
    }));
    const { comparison } = await compare(cohort, out, { ...options, models });
    for (const { model, likelihood, fidelity } of comparison.models) {
      const { unigram, same_visit_bigram, sequential_bigram } = fidelity;
      const r2 = [unigram, same_visit_bigram, sequential_bigram].map((each) => each.r2.toFixed(3));
      const loss = likelihood === null
        ? "no likelihood"
        : (likelihood.nll_is_bound ? "at most " : "") + likelihood.nll_per_visit.toFixed(3);
      say(`${model}: R² ${r2.join(", ")}; nats a test visit: ${loss}`);
    }
    say(`Next: open ${shellPath(join(args.text("out"), "comparison.html"))}`);
  }, { goesOn: !args.has("force") });
});

function checkNamed(option: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  throw new UsageError(`--${option} names ${name}, which is not among --models`);
}

/** The registry's name in `MODEL+WORD`. */
function kindOf(name: string): string {
  return name.split("+")[0];
}

/**
 * Settings by the model that they are for, "" for all: those are read as the first model has them that
 * has any of the name.
 */
function scopedSettings(texts: readonly string[], names: readonly string[]) {
  const found = new Map<string, ModelConfig>();
  for (const text of texts) {
    const [, model = "", name, value] = text.match(/^(?:([^=.]+)\.)?([^=]+)=(.+)$/) ?? [];
    if (name === undefined) {
      throw new UsageError(`--set is ${text}, must be KEY=VALUE, such as width=256`);
    }
    if (model !== "") checkNamed("set", model, names);
    const kinds = (model === "" ? names : [model]).map(kindOf);
    const kind = kinds.find((kind) => Object.hasOwn(settingsOf(kind), name)) ?? kinds[0];
    found.set(model, { ...found.get(model), ...parseSettings(kind, [`${name}=${value}`]) });
  }
  return found;
}

/** Files by the model that they are for. */
function filesOf(args: Arguments, option: string, names: readonly string[]): Map<string, string> {
  return new Map(
    args.all(option).map((text) => {
      const [, name, path] = text.match(/^([^=]+)=(.+)$/) ?? [];
      if (name === undefined) {
        throw new UsageError(
          `--${option} is ${text}, must be MODEL=FILE, such as hisgt=vectors.json`,
        );
      }
      checkNamed(option, name, names);
      return [name, resolvePath(path)];
    }),
  );
}
