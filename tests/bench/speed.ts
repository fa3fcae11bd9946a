/**
 * `deno task bench`: how fast HALO trains and samples here, in figures that mean the same on every
 * machine: useful FLOP/s as a share of the engine's peak in the same run, and the time to generate
 * records divided by the time of one forward pass over as many visits.
 *
 * @module
 */
import { version } from "ehrloom/version.ts";
import * as tf from "@tensorflow/tfjs-core";
import {
  backendVersions,
  claimed,
  type Cohort,
  concatenated,
  generateParts,
  peakFlops,
  random,
  readMeds,
  readRun,
  type Run,
  splitOf,
  syntheaSample,
  train,
  writeWhole,
} from "ehrloom";
import type { HaloConfig } from "ehrloom/models/halo.ts";
import { gradientModelOf } from "ehrloom/models/mod.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { epochBatches } from "ehrloom/train/batches.ts";
import { localGradients } from "ehrloom/train/gradients/local.ts";
import { sharedGradients } from "ehrloom/train/gradients/workers.ts";
import { join } from "node:path";
import { backendOption, startBackend } from "../../tasks/cli/backend_option.ts";
import { runCommand, say } from "../../tasks/cli/command.ts";
import { usefulForwardFlops } from "./flops.ts";

async function secondsOf(run: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

/** One epoch from the run's parameters, after a step to warm up. */
async function trainingSpeed(run: Run, cohort: Cohort, batch: number, workers: number) {
  const model = gradientModelOf(run.runConfig.model, run.runConfig.config);
  const optimizer = adam(run.parameters);
  const divisor = model.lossDivisor(cohort, batch);
  const source = workers === 1
    ? localGradients(model, cohort, optimizer, divisor)
    : await sharedGradients(model, cohort, optimizer, divisor, workers);
  const lengths = Array.from(cohort.subjectIds, (_, record) => model.rowsOf(cohort, record));
  const batches = epochBatches(lengths, batch, random(1));
  const step = async (records: Int32Array) => {
    const { gradients } = await source.compute(records, { seed: 1, epoch: 0 });
    await optimizer.step(gradients, 1e-3);
  };
  await step(batches[0]);
  const seconds = await secondsOf(async () => {
    for (const records of batches) await step(records);
  });
  source.dispose();
  optimizer.dispose();
  const config = model.config as HaloConfig;
  const all = Int32Array.from(lengths.keys());
  const flops = 3 * usefulForwardFlops(config, cohort, all); // backward costs twice the forward
  return { seconds_per_epoch: seconds, steps: batches.length, useful_flops: flops };
}

/** Draws records, then runs one forward pass on them. */
async function samplingSpeed(run: Run, count: number, sampler: "fixed-point" | "block-order") {
  const draw = async (count: number, seed: number) => {
    const parts: Cohort[] = [];
    const options = { count, seed, sampler };
    for await (const { cohort } of generateParts(run, options)) parts.push(cohort);
    return concatenated(parts);
  };
  await draw(16, 2); // to warm up
  let drawn: Cohort | undefined;
  const seconds = await secondsOf(async () => {
    drawn = await draw(count, 1);
  });
  if (drawn === undefined) throw new Error("Cannot measure sampling: no records were generated");
  const model = gradientModelOf(run.runConfig.model, run.runConfig.config);
  const cohort = drawn;
  const lengths = Array.from(cohort.subjectIds, (_, record) => model.rowsOf(cohort, record));
  const parameters = toTensors(run.parameters);
  const forward = await secondsOf(async () => {
    for (const records of epochBatches(lengths, 256, random(1))) {
      const loss = tf.tidy(() => model.loss(parameters, cohort, records));
      await loss.data();
      loss.dispose();
    }
  });
  tf.dispose(parameters);
  return {
    visits_per_second: cohort.visitCount / seconds,
    seconds,
    forward_seconds: forward,
    time_over_forward: seconds / forward,
  };
}

await runCommand({
  name: "bench",
  summary: "Measure training and sampling speed as a share of the engine's peak speed; write JSON.",
  options: {
    run: { value: "RUN", help: "Run to measure (default: train the model of the demo first)" },
    cohort: { value: "DIR", help: "Cohort to train on (default: the sample patients)" },
    batch: { value: "N", help: "Records per batch", default: "48" },
    count: { value: "N", help: "Records to generate", default: "512" },
    workers: { value: "N", help: "Threads that share each batch, on wasm or cpu", default: "1" },
    out: { value: "FILE", help: "JSON file to write", default: "runs/bench.json" },
    ...backendOption,
    force: { help: "Replace an older result at --out" },
  },
  examples: [
    "deno task bench --backend wasm --workers 2",
    "deno task bench --cohort runs/cohort --run runs/halo --force",
  ],
}, async (args, onProgress) => {
  const out = args.maybe("out") === "runs/bench.json" ? "runs/bench.json" : args.path("out");
  const force = args.has("force");
  return await claimed(out, { force }, async () => {
    const backend = await startBackend(args);
    const workers = args.integer("workers", { min: 1 });
    const batch = args.integer("batch", { min: 1 });
    const count = args.integer("count", { min: 1 });
    const cohort = args.maybe("cohort") === undefined
      ? await syntheaSample()
      : await readMeds(args.path("cohort"));
    const folder = await Deno.makeTempDir({ prefix: "ehrloom-bench-" });
    const run = args.maybe("run") === undefined
      ? await train(cohort, join(folder, "run"), { workers, onProgress })
      : await readRun(args.path("run"));
    await Deno.remove(folder, { recursive: true });

    const peak = await peakFlops();
    const training = await trainingSpeed(run, splitOf(cohort, "train"), batch, workers);
    const later = await peakFlops(); // the machine may be busier now than it was
    const best = Math.max(peak, later);
    const flopsPerSecond = training.useful_flops / training.seconds_per_epoch;
    const result = {
      ehrloom: version,
      versions: backendVersions(),
      model: run.runConfig.model,
      config: run.runConfig.config,
      peak_flops_per_second: best,
      training: {
        ...training,
        batch,
        workers,
        useful_flops_per_second: flopsPerSecond,
        share_of_peak: flopsPerSecond / best,
      },
      sampling: {
        fixed_point: await samplingSpeed(run, count, "fixed-point"),
        block_order: await samplingSpeed(run, count, "block-order"),
      },
    };
    await writeWhole(
      out,
      (path) => Deno.writeTextFile(path, JSON.stringify(result, null, 2) + "\n"),
      { force },
    );
    say(`${backend}: peak ${(best / 1e9).toFixed(0)} GFLOP/s (a 2048³ product)`);
    say(
      `training: ${training.seconds_per_epoch.toFixed(2)} s per epoch, ` +
        `${(flopsPerSecond / 1e9).toFixed(0)} useful GFLOP/s, ` +
        `${(100 * flopsPerSecond / best).toFixed(0)}% of peak`,
    );
    for (const [name, speed] of Object.entries(result.sampling)) {
      say(
        `sampling, ${name}: ${speed.visits_per_second.toFixed(0)} visits per second, ` +
          `${speed.time_over_forward.toFixed(1)} times the time of a forward pass`,
      );
    }
    return { out, ...result };
  });
});
