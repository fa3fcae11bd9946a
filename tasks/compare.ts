import {
  compare,
  type ComparedModel,
  type ComparedPart,
  comparePart,
  type Contestant,
  type ModelConfig,
  parseSettings,
  readCodeEmbeddings,
  readCodeGraph,
  readGivenBins,
  readMeds,
  readWeights,
  settingsOf,
  startInWords,
  tooLongInWords,
  type TrainingStart,
} from "ehrloom";
import { basename, join } from "node:path";
import { startBackend } from "./cli/backend_option.ts";
import {
  type Arguments,
  resolvePath,
  runCommand,
  say,
  shellPath,
  UsageError,
} from "./cli/command.ts";
import { headline } from "./cli/headline.ts";
import { sayLeftOut } from "./cli/left_out.ts";
import { presetText } from "./cli/preset_text.ts";
import { seedsOf } from "./cli/seeds_option.ts";
import { compareCommand } from "./compare/command.ts";

await runCommand(compareCommand, async (args, onProgress) => {
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
    ...seedOrSeeds(args),
    names: { real: basename(args.path("cohort")) },
    png: args.has("png"),
    measures: args.maybe("measures")?.split(",").map((name) => name.trim()),
    weights,
    resamples: args.integer("resamples", { min: 0 }),
    minCell: args.integer("min-cell", { min: 0 }),
    workers: args.integer("workers", { min: 1 }),
    parts: args.maybe("parts") === undefined ? undefined : args.path("parts"),
    force: args.has("force"),
    acceptLoss: args.has("accept-loss"),
    onStart: (start: TrainingStart) => startInWords(start).forEach(say),
    onProgress,
  };
  const part = partOf(args.maybe("part"));
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
    if (part !== undefined) {
      await comparePart(cohort, out, part, { ...options, models });
      return { out, ...part };
    }
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
function seedOrSeeds(args: Arguments): { seed?: number; seeds?: number[] } {
  const seeds = seedsOf(args);
  const hasSeed = args.maybe("seed") !== undefined;
  if (seeds === undefined) return hasSeed ? { seed: args.integer("seed", { min: 0 }) } : {};
  if (hasSeed) throw new UsageError("use either --seed or --seeds");
  return { seeds };
}

/** The part of the comparison that is asked for; undefined for all of it. */
function partOf(text: string | undefined): ComparedPart | undefined {
  if (text === undefined) return undefined;
  const [, model, seed] = text.match(/^([^/]+)(?:\/(\d+))?$/) ?? [];
  if (model === undefined) {
    throw new UsageError(`--part is ${text}, must be MODEL or MODEL/SEED, such as halo/2`);
  }
  return { model, seed: seed === undefined ? undefined : Number(seed) };
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
