import {
  compare,
  type ComparedModel,
  comparedModels,
  type Contestant,
  type ModelConfig,
  modelSummaries,
  parseSettings,
  readCodeEmbeddings,
  readCodeGraph,
  readGivenBins,
  readMeds,
  readWeights,
  settingsOf,
  startInWords,
  tooLongInWords,
  trainingDefaults,
  type TrainingStart,
} from "ehrloom";
import { basename, join } from "node:path";
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
import { headline } from "./cli/headline.ts";
import { sayLeftOut } from "./cli/left_out.ts";
import { minCellOption } from "./cli/min_cell_option.ts";
import { presetText } from "./cli/preset_text.ts";

await runCommand({
  name: "compare",
  summary: "Train and evaluate several models on one cohort; write one table and one page.",
  options: {
    cohort: {
      value: "DIR",
      help: "Cohort folder, written by deno task prepare",
      required: true,
      reads: true,
    },
    out: {
      value: "DIR",
      help: "Output folder; finished parts of the same comparison are reused",
      required: true,
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
}, async (args, onProgress) => {
  const weights = args.maybe("weights") === undefined
    ? undefined
    : await readWeights(args.path("weights"));
  const names = args.text("models").split(",").map((name) => name.trim());
  const settings = scopedSettings(args.all("set"), names);
  const options = {
    settings: settings.get("") ?? {},
    epochs: args.maybeInteger("epochs", { min: 1 }),
    minutes: minutesOf(args),
    batch: args.maybeInteger("batch", { min: 1 }),
    learningRate: args.maybeNumber("lr", { min: 0 }),
    ...seedsOf(args),
    names: { real: basename(args.path("cohort")) },
    png: args.has("png"),
    measures: args.maybe("measures")?.split(",").map((name) => name.trim()),
    weights,
    resamples: args.integer("resamples", { min: 0 }),
    minCell: args.integer("min-cell", { min: 0 }),
    workers: args.integer("workers", { min: 1 }),
    force: args.has("force"),
    acceptLoss: args.has("accept-loss"),
    onStart: (start: TrainingStart) => startInWords(start).forEach(say),
    onProgress,
  };
  const [embeddings, hierarchies, bins] = ["embeddings", "hierarchy", "bins"]
    .map((option) => filesOf(args, option, names));
  return await args.claim("out", async (out) => {
    await startBackend(args);
    const cohort = await readMeds(args.path("cohort"), sayLeftOut);
    const models = await Promise.all(names.map(async (name): Promise<Contestant> => {
      const [vectors, edges, limits] = [embeddings, hierarchies, bins].map((of) => of.get(name));
      return {
        name,
        settings: settings.get(name),
        knowledge: {
          embeddings: vectors === undefined ? undefined : await readCodeEmbeddings(vectors),
          hierarchy: edges === undefined
            ? undefined
            : await readCodeGraph(edges, cohort.vocabulary),
          bins: limits === undefined ? undefined : await readGivenBins(limits, cohort.vocabulary),
        },
      };
    }));
    const told = models.map(({ name, settings: own }) =>
      presetText(cohort, name.replace(/\+.*/, ""), {
        settings: { ...options.settings, ...own },
        training: options,
      })
    );
    for (const text of new Set(told)) if (text !== undefined) say(text);
    const { comparison } = await compare(cohort, out, { ...options, models });
    for (const judged of comparison.models) say(inWords(judged));
    for (const { sentence } of comparison.use_cases ?? []) say(sentence);
    say(`Next: open ${shellPath(join(args.text("out"), "comparison.html"))}`);
    return {
      out,
      comparison: join(out, "comparison.json"),
      page: join(out, "comparison.html"),
      models: comparison.models.map(({ model, likelihood, fidelity }) => ({
        model,
        ...headline(fidelity, likelihood),
      })),
    };
  }, { goesOn: !args.has("force") });
});

/** A model's headline figures in a line. */
function inWords({ model, likelihood, fidelity }: ComparedModel): string {
  const { unigram, same_visit_bigram, sequential_bigram } = fidelity;
  const r2 = [unigram, same_visit_bigram, sequential_bigram].map(({ r2 }) =>
    r2?.toFixed(3) ?? "none"
  );
  const loss = likelihood === null
    ? "no likelihood"
    : `test loss ${likelihood.nll_is_bound ? "at most " : ""}` +
      `${likelihood.nll_per_visit.toFixed(3)} nats per visit` +
      (likelihood.too_long === undefined ? "" : ` (${tooLongInWords(likelihood.too_long)})`);
  return `${model}: R² ${r2.join(", ")}; ${loss}`;
}

/** The limit of each training, by either of its names; 0 without one. */
function minutesOf(args: Arguments): number {
  const given = ["budget", "minutes"].filter((name) => args.maybe(name) !== undefined);
  if (given.length > 1) {
    throw new UsageError("--budget and --minutes are the same option: give only one of them");
  }
  return given.length === 0 ? 0 : args.number(given[0], { min: 0.01 });
}

function checkNamed(option: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  throw new UsageError(`--${option} is for ${name}, which is not in --models`);
}

/** The registry's name in `MODEL+WORD`. */
function kindOf(name: string): string {
  return name.split("+")[0];
}

/**
 * Settings by the model that they are for, "" for all models. Those for all are read as the first
 * model defines them that has a setting of this name.
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
    const kind = kinds.find((kind) => Object.hasOwn(settingsOf(kind), name));
    if (kind === undefined) {
      const models = (model === "" ? names : [model]).join(", ");
      throw new RangeError(`Cannot set ${name}: none of ${models} has such a setting`);
    }
    found.set(model, { ...found.get(model), ...parseSettings(kind, [`${name}=${value}`]) });
  }
  return found;
}

/** The random seed, or several. */
function seedsOf(args: Arguments): { seed?: number; seeds?: number[] } {
  const text = args.maybe("seeds");
  const hasSeed = args.maybe("seed") !== undefined;
  if (text === undefined) return hasSeed ? { seed: args.integer("seed", { min: 0 }) } : {};
  if (hasSeed) throw new UsageError("use either --seed or --seeds");
  const seeds = text.split(",").map((part) => /^ *\d+ *$/.test(part) ? Number(part) : NaN);
  if (!seeds.every(Number.isSafeInteger)) {
    throw new UsageError(`--seeds is ${text}, must be whole numbers, such as 1,2,3`);
  }
  return { seeds };
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
