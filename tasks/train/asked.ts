/**
 * What the command line of `deno task train` asks for.
 *
 * @module
 */
import {
  type Cohort,
  namedPreset,
  parseSettings,
  type PrivacyOptions,
  readCodeEmbeddings,
  readCodeGraph,
  readGivenBins,
  readRunConfig,
  type TrainOptions,
  trainOptionsOf,
} from "ehrloom";
import { join } from "node:path";
import { type Arguments, hasBegun, UsageError } from "../cli/command.ts";

/** The options that were given, without those that were not. */
function given(args: Arguments): TrainOptions {
  const found = {
    epochs: args.maybeInteger("epochs", { min: 1 }),
    steps: args.maybeInteger("steps", { min: 1 }),
    batch: args.maybeInteger("batch", { min: 1 }),
    learningRate: args.maybeNumber("lr", { min: 0 }),
    schedule: args.choice("schedule", ["constant", "cosine"]),
    warmup: args.maybeInteger("warmup", { min: 0 }),
    patience: args.maybeInteger("patience", { min: 1 }),
    minutes: args.maybeNumber("minutes", { min: 0.01 }),
    seed: args.maybeInteger("seed", { min: 0 }),
    workers: args.maybeInteger("workers", { min: 1 }),
    averageWeights: args.maybeNumber("average-weights", { min: 0, max: 1 }),
    minCell: args.maybeInteger("min-cell", { min: 0 }),
    checkpointMinutes: args.maybeNumber("checkpoint-minutes", { min: 0 }),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** How to protect patients, if `--private` asks for it. */
function privacyOf(args: Arguments): PrivacyOptions | undefined {
  const clip = args.maybeNumber("clip", { min: 1e-9, max: 1e9 });
  const noise = args.maybeNumber("noise", { min: 0.01, max: 1e6 });
  const noiseSource = args.choice("noise-source", ["seeded", "secure"]);
  const budget = {
    epsilon: args.maybeNumber("epsilon", { min: Number.MIN_VALUE }),
    delta: args.maybeNumber("delta", { min: 0, max: 1 }),
  };
  if (!args.has("private")) {
    const names = ["epsilon", "delta", "clip", "noise", "noise-source"];
    const stray = args.has("adaptive-clip")
      ? "adaptive-clip"
      : names.find((name) => args.maybe(name) !== undefined);
    if (stray === undefined) return undefined;
    throw new UsageError(`--${stray} is for private training: give --private too`);
  }
  const { epsilon, delta } = budget;
  if (epsilon === undefined || delta === undefined) {
    throw new UsageError("--private needs --epsilon and --delta: what training may disclose");
  }
  const adaptiveClip = args.has("adaptive-clip");
  if (clip !== undefined && adaptiveClip) {
    throw new UsageError("--clip takes no --adaptive-clip: the bound is either given or adapts");
  }
  const found = { clip, adaptiveClip: adaptiveClip || undefined, noise, noiseSource };
  return { epsilon, delta, ...found };
}

/** The options of another run that `--from-run` names. */
async function optionsOfRun(args: Arguments): Promise<TrainOptions> {
  if (args.maybe("from-run") === undefined) return {};
  const { settings, ...others } = trainOptionsOf(await readRunConfig(args.path("from-run")));
  const model = args.maybe("model");
  // another model has other settings
  return model === undefined || model === others.model
    ? { ...others, ...settings && { settings } }
    : { ...others, model };
}

/** The options of `--preset`. */
function optionsOfPreset(args: Arguments): TrainOptions {
  const name = args.maybe("preset");
  if (name === undefined) return {};
  const { model, settings, training } = namedPreset(name);
  const asked = args.maybe("model") ?? model;
  if (asked !== model) throw new UsageError(`--preset ${name} is of ${model}, not of ${asked}`);
  return { model, settings, ...training };
}

/** Whether to continue what is at --out: always, or if it is begun. */
function resumes(args: Arguments): boolean {
  if (!args.has("restartable")) return args.has("resume");
  const other = ["resume", "force", "dry-run"].find((name) => args.has(name));
  if (other !== undefined) throw new UsageError(`--restartable takes no --${other}`);
  return hasBegun(join(args.path("out"), "config.json"), { force: false });
}

/**
 * The options of a training: those of `--preset` or `--from-run`, with what was given besides.
 *
 * @throws {UsageError} If options exclude each other
 */
export async function askedTraining(args: Arguments): Promise<TrainOptions> {
  const resume = resumes(args);
  const bases = ["from-run", "preset"].filter((name) => args.maybe(name) !== undefined);
  if (args.has("resume") && bases.length > 0) {
    throw new UsageError(`--resume takes no --${bases[0]}: a run keeps its options`);
  }
  if (bases.length > 1) throw new UsageError("--preset takes no --from-run: each has all options");
  if (args.has("resume") && args.has("dry-run")) {
    throw new UsageError("--dry-run is for new runs, not for --resume");
  }
  const own = given(args);
  const base = { ...optionsOfPreset(args), ...await optionsOfRun(args) };
  const model = args.maybe("model") ?? base.model;
  const privacy = privacyOf(args) ?? base.privacy;
  const settings = parseSettings(model ?? "halo", args.all("set"));
  return {
    ...base,
    ...own,
    canaries: args.maybeInteger("canaries", { min: 1 }),
    model,
    settings: { ...base.settings, ...settings },
    ...privacy && { privacy },
    resume,
    force: args.has("force"),
    acceptLoss: args.has("accept-loss"),
  };
}

/** The files of `--embeddings`, `--hierarchy` and `--bins`. */
export async function knowledgeOf(args: Arguments, { vocabulary }: Cohort) {
  const isGiven = (name: string) => args.maybe(name) !== undefined;
  return {
    embeddings: isGiven("embeddings")
      ? await readCodeEmbeddings(args.path("embeddings"))
      : undefined,
    hierarchy: isGiven("hierarchy")
      ? await readCodeGraph(args.path("hierarchy"), vocabulary)
      : undefined,
    bins: isGiven("bins") ? await readGivenBins(args.path("bins"), vocabulary) : undefined,
  };
}
