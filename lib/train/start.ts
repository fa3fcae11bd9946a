/**
 * What is said of a training before its first step.
 *
 * @module
 */
import { join } from "node:path";
import { type Cohort, splitSize } from "../cohort/cohort.ts";
import { type Coverage, coverageInWords, coverageOf } from "../models/coverage.ts";
import type { Model } from "../models/interface/model.ts";
import { backendVersions, hasNativeBinding } from "../nn/backend.ts";
import { trainedNumbers } from "./parameter_count.ts";
import { type Privacy, privacyInWords } from "./private/privacy.ts";
import type { RunConfig } from "./run_folder.ts";
import { counted } from "../in_words.ts";

/** What is about to be trained, on what, and what of it will not be learned. */
export interface TrainingStart {
  /** Name of the model's family. */
  readonly model: string;
  /** Number of parameters that are trained; null for models that count. */
  readonly parameters: number | null;
  /** The engine, such as "wasm"; null where none was chosen. */
  readonly engine: string | null;
  /** Whether `deno task native` would build a faster engine. */
  readonly canBeFaster: boolean;
  /** Training records. */
  readonly trainRecords: number;
  /** Validation records. */
  readonly validationRecords: number;
  /** The most epochs that there may be; null for models that count. */
  readonly epochs: number | null;
  /** The file that gets a line after each epoch; null for models that count. */
  readonly log: string | null;
  /** How the model sees the cohort, and the source of parameters computed before training. */
  readonly sources: Readonly<Record<string, string>>;
  /** What the model learns of the training records. */
  readonly coverage: Coverage;
  /** What is promised to the training patients; absent unless they are protected. */
  readonly privacy?: Privacy | undefined;
}

/**
 * What is known before the first step.
 *
 * @param folder of the run
 */
export function trainingStart(
  model: Model,
  cohort: Cohort,
  { training, coverage = coverageOf(model, cohort), sources = {}, privacy }: RunConfig,
  folder: string,
): TrainingStart {
  const engine = backendVersions().backend ?? null;
  const records = {
    trainRecords: splitSize(cohort, "train"),
    validationRecords: splitSize(cohort, "validation"),
  };
  const shared = { model: model.family, engine, ...records, sources, coverage };
  if ("learn" in model) {
    return { ...shared, parameters: null, canBeFaster: false, epochs: null, log: null };
  }
  return {
    ...shared,
    parameters: trainedNumbers(model),
    canBeFaster: (engine === "wasm" || engine === "cpu") && !hasNativeBinding(),
    epochs: training.epochs,
    ...privacy && { privacy },
    log: join(folder, "training.jsonl"),
  };
}

/**
 * The same in plain lines.
 *
 * @example What is said of a model that counts
 * ```ts
 * import { startInWords } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const none = { count: 0, isLearned: false };
 * const lines = startInWords({
 *   model: "markov",
 *   parameters: null,
 *   engine: "wasm",
 *   canBeFaster: false,
 *   trainRecords: 288,
 *   validationRecords: 32,
 *   epochs: null,
 *   log: null,
 *   sources: {},
 *   coverage: { values: { count: 7, isLearned: false }, times: none, demographics: none },
 * });
 * assertEquals(lines, [
 *   "Model markov: counts 288 training records in one pass",
 *   "markov learns labels, codes and their order only: 7 measured values are left out; " +
 *     "synehrgy keeps them",
 * ]);
 * ```
 */
export function startInWords(start: TrainingStart): string[] {
  const { model, parameters, trainRecords, validationRecords, epochs, engine, log } = start;
  const lost = coverageInWords(model, start.coverage);
  if (parameters === null) {
    return [
      `Model ${model}: counts ${counted(trainRecords)} training records in one pass`,
      ...lost,
    ];
  }
  const faster = start.canBeFaster
    ? " (built in; deno task native builds a faster one in under a minute)"
    : "";
  return [
    `Model ${model}: ${counted(parameters)} parameters; engine ${engine ?? "none"}${faster}`,
    `${counted(trainRecords)} training and ${counted(validationRecords)} validation records; ` +
    `at most ${epochs} epoch${epochs === 1 ? "" : "s"}, a line for each in ${log}`,
    ...start.privacy === undefined ? [] : privacyInWords(start.privacy),
    ...Object.entries(start.sources).map(([name, source]) => `${name}: ${source}`),
    ...lost,
  ];
}
