/**
 * Measures one model on one engine for `deno task bench`, in a process of its own: an engine that
 * crashes takes no other with it, and each starts with all memory free.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import {
  type Backend,
  backendVersions,
  type Cohort,
  concatenated,
  generateParts,
  peakFlops,
  random,
  readMeds,
  readRun,
  type Run,
  settingsOf,
  splitOf,
  syntheaSample,
  train,
  useBackend,
} from "ehrloom";
import type { GradientModel, Sampler } from "ehrloom/models/interface/model.ts";
import { gradientModelOf } from "ehrloom/models/mod.ts";
import { isOnCard } from "ehrloom/nn/backend.ts";
import { hasKernels } from "ehrloom/nn/kernels.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { epochBatches } from "ehrloom/train/batches.ts";
import { localGradients } from "ehrloom/train/gradients/local.ts";
import { sharedGradients } from "ehrloom/train/gradients/workers.ts";
import process from "node:process";
import { usefulForwardFlops } from "./flops.ts";

/** What to measure. */
export interface Asked {
  readonly engine: Backend;
  /** A kind of model, or the folder of a run to measure. */
  readonly model: string;
  readonly run?: string | undefined;
  /** Folder of the cohort; default the sample patients. */
  readonly cohort?: string | undefined;
  /** Records per batch of training; default {@link usualBatch}. */
  readonly batch?: number | undefined;
  /** Records to generate, in batches of 256. */
  readonly count: number;
  /** Threads that share each batch of training, on wasm or cpu. */
  readonly workers: number;
}

/** How fast records are drawn. */
export interface SamplingSpeed {
  readonly visits_per_second: number;
  readonly seconds: number;
  /** Of one pass over as many records; only where its operations are counted. */
  readonly forward_seconds?: number;
  readonly time_over_forward?: number;
}

/** What was measured. */
export interface Measured {
  readonly engine: string;
  readonly model: string;
  readonly config: Run["runConfig"]["config"];
  readonly versions: Readonly<Record<string, string>>;
  readonly is_on_card: boolean;
  readonly has_own_operations: boolean;
  /** Of a 2048³ product, the best before and after all else. */
  readonly peak_flops_per_second: number;
  readonly training: {
    readonly batch: number;
    readonly workers: number;
    readonly seconds_per_epoch: number;
    /** Over all threads: other programs on the machine lengthen it less than that by the clock. */
    readonly processor_seconds_per_epoch: number;
    readonly steps: number;
    readonly visits_per_second: number;
    readonly useful_flops_per_second?: number;
    readonly share_of_peak?: number;
  };
  /** By the way to draw a step: the default, and those that a model lets users choose. */
  readonly sampling: Readonly<Record<string, SamplingSpeed>>;
}

/** Records per batch: a record has as many tokens as six or more have visits. */
const usualBatch = { rows: 48, tokens: 8 };
const overTokens: readonly string[] = ["gpt", "hisgt", "synehrgy"];

/** The yardstick's size, for what a model has of it; a second stage of one epoch. */
const yardstick = { width: 256, layers: 4, heads: 8, ganEpochs: 1 };

/** Short epochs are repeated until they have lasted so long. */
const leastSeconds = 5;

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** A run of the yardstick's size that has learned enough to write records of a usual length. */
async function shortRun(cohort: Cohort, { model, workers }: Asked, batch: number): Promise<Run> {
  const folder = await Deno.makeTempDir({ prefix: "ehrloom-bench-" });
  try {
    const known = settingsOf(model);
    const settings = Object.fromEntries(
      Object.entries(yardstick).filter(([name]) => Object.hasOwn(known, name)),
    );
    const options = { model, settings, workers, batch, epochs: 1, steps: 6 };
    return await train(cohort, `${folder}/run`, { ...options, acceptLoss: true });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const rowsOf = (model: GradientModel, cohort: Cohort) =>
  Array.from(cohort.subjectIds, (_, record) => model.rowsOf(cohort, record));

/** Epochs from the run's parameters, after a step to warm up. */
async function trainingSpeed(
  run: Run,
  model: GradientModel,
  cohort: Cohort,
  { batch, workers }: { readonly batch: number; readonly workers: number },
) {
  const first = Object.keys(model.initial).map((name) => [name, run.parameters[name]]);
  const optimizer = adam(Object.fromEntries(first)); // without a second stage
  const divisor = model.lossDivisor(cohort, batch);
  const source = workers === 1
    ? localGradients(model, cohort, optimizer, divisor)
    : await sharedGradients(model, cohort, optimizer, divisor, workers);
  const batches = epochBatches(rowsOf(model, cohort), batch, random(1));
  const epoch = async (batches: readonly Int32Array[]) => {
    for (const records of batches) {
      const { gradients } = await source.compute(records, { seed: 1, epoch: 0 });
      await optimizer.step(gradients, 1e-5); // small: the numbers stay, only the time counts
    }
  };
  await epoch(batches); // once each shape
  let epochs = 0;
  let seconds = 0;
  const before = process.cpuUsage();
  while (seconds < leastSeconds) {
    seconds += await secondsOf(() => epoch(batches));
    epochs++;
  }
  const { user, system } = process.cpuUsage(before);
  source.dispose();
  optimizer.dispose();
  return {
    seconds_per_epoch: seconds / epochs,
    processor_seconds_per_epoch: (user + system) / 1e6 / epochs,
    steps: batches.length,
  };
}

/**
 * Seconds of a forward pass over generated records; undefined where its operations are not counted.
 * Records that were cut off at the context are too long to be read: they count by their rows.
 */
async function forwardSeconds(run: Run, model: GradientModel, cohort: Cohort) {
  if (usefulForwardFlops(model, cohort, Int32Array.of(0)) === undefined) return undefined;
  const rows = rowsOf(model, cohort);
  const readable = [...rows.keys()].filter((record) => rows[record] <= model.rowLimit);
  const sum = (records: readonly number[]) => records.reduce((sum, i) => sum + rows[i], 0);
  const parameters = toTensors(run.parameters);
  const seconds = await secondsOf(async () => {
    for (const part of epochBatches(readable.map((record) => rows[record]), 256, random(1))) {
      const records = part.map((i) => readable[i]);
      const loss = tf.tidy(() => model.loss(parameters, cohort, records));
      await loss.data();
      loss.dispose();
    }
  });
  tf.dispose(parameters);
  return seconds * sum([...rows.keys()]) / sum(readable);
}

/** Draws records, then runs one forward pass on them. */
async function samplingSpeed(
  run: Run,
  model: GradientModel,
  count: number,
  sampler?: Sampler,
): Promise<SamplingSpeed> {
  const draw = async (count: number, seed: number) => {
    const parts: Cohort[] = [];
    const options = { count, seed, sampler };
    for await (const { cohort } of generateParts(run, options)) parts.push(cohort);
    return concatenated(parts);
  };
  await draw(16, 2); // to warm up
  const began = performance.now();
  const cohort = await draw(count, 1);
  const seconds = (performance.now() - began) / 1000;
  const speed = { visits_per_second: cohort.visitCount / seconds, seconds };
  const forward = await forwardSeconds(run, model, cohort);
  return forward === undefined
    ? speed
    : { ...speed, forward_seconds: forward, time_over_forward: seconds / forward };
}

async function measured(asked: Asked): Promise<Measured> {
  await useBackend(asked.engine);
  const whole = asked.cohort === undefined ? await syntheaSample() : await readMeds(asked.cohort);
  const stored = asked.run === undefined ? undefined : await readRun(asked.run);
  const kind = stored?.runConfig.model ?? asked.model;
  const batch = asked.batch ?? usualBatch[overTokens.includes(kind) ? "tokens" : "rows"];
  const run = stored ?? await shortRun(whole, asked, batch);
  const { model: family, config, schema } = run.runConfig;
  const model = gradientModelOf(family, config, schema);
  const cohort = splitOf(whole, "train");

  const peak = await peakFlops();
  const training = await trainingSpeed(run, model, cohort, { batch, workers: asked.workers });
  const later = await peakFlops(); // the machine may be busier now than it was
  const best = Math.max(peak, later);
  const records = Int32Array.from(cohort.subjectIds.keys());
  const forward = usefulForwardFlops(model, cohort, records);
  const sampling: Record<string, SamplingSpeed> = {};
  for (const sampler of [undefined, ...model.samplers]) {
    sampling[sampler ?? "default"] = await samplingSpeed(run, model, asked.count, sampler);
  }
  // a way back costs twice a way forward
  const flops = forward === undefined ? undefined : 3 * forward / training.seconds_per_epoch;
  return {
    engine: asked.engine,
    model: family,
    config,
    versions: backendVersions(),
    is_on_card: isOnCard(),
    has_own_operations: hasKernels(),
    peak_flops_per_second: best,
    training: {
      batch,
      workers: asked.workers,
      ...training,
      visits_per_second: cohort.visitCount / training.seconds_per_epoch,
      ...(flops !== undefined && {
        useful_flops_per_second: flops,
        share_of_peak: flops / best,
      }),
    },
    sampling,
  };
}

if (import.meta.main) {
  const asked: Asked = JSON.parse(Deno.args[0]);
  // deno-lint-ignore no-console -- the result is for the process that asked
  console.log(JSON.stringify(await measured(asked)));
  Deno.exit();
}
