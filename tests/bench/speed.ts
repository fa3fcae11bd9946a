/**
 * `deno task bench`: how fast each engine here trains and samples each model, as a table that people
 * can send, in figures that mean the same on every machine: useful FLOP/s as a share of the engine's
 * peak in the same run, and the time to generate records divided by that of one forward pass over as
 * many visits.
 *
 * @module
 */
import {
  type Backend,
  backends,
  claimed,
  comparedModels,
  type OnProgress,
  writeWhole,
} from "ehrloom";
import { models, titleOf } from "ehrloom/models/mod.ts";
import { hasNativeBinding, webgpuAdapter } from "ehrloom/nn/backend.ts";
import { whatIsKnown } from "ehrloom/nearest_name.ts";
import { version } from "ehrloom/version.ts";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { childOutput } from "../../tasks/cli/child.ts";
import { type Arguments, runCommand, say, tell, UsageError } from "../../tasks/cli/command.ts";
import type { Asked, Measured } from "./measure.ts";

/** A measurement that failed. */
interface Failed {
  readonly engine: string;
  readonly model: string;
  readonly error: string;
}

const networks = comparedModels.filter((name) => models[name].floor === undefined);

/** The words of an option of comma-separated names, or the default. */
function namesOf<T extends string>(
  args: Arguments,
  option: string,
  known: readonly T[],
  usual: readonly T[],
): readonly T[] {
  return args.maybe(option)?.split(",").map((part) => {
    const found = known.find((name) => name === part.trim());
    if (found !== undefined) return found;
    throw new UsageError(`--${option} is ${part.trim()}; ${whatIsKnown(part.trim(), known)}`);
  }) ?? usual;
}

/** A graphics card that WebGPU can use, and no software that stands for one. */
async function webgpuCard(): Promise<GPUAdapter | undefined> {
  const adapter = await webgpuAdapter();
  return adapter?.info.isFallbackAdapter ? undefined : adapter;
}

/** The engines that are worth measuring here: no software Vulkan, and not plain JavaScript. */
async function enginesHere(): Promise<Backend[]> {
  return [
    ...(hasNativeBinding() ? ["tensorflow"] as const : []),
    ...(await webgpuCard() === undefined ? [] : ["webgpu"] as const),
    "wasm",
  ];
}

/** The name and driver of each graphics card, where NVIDIA's tool or a WebGPU driver tells them. */
async function cardsHere(): Promise<string[]> {
  try {
    const query = ["--query-gpu=name,driver_version", "--format=csv,noheader"];
    const { success, stdout } = await childOutput("nvidia-smi", { args: query });
    if (success) return new TextDecoder().decode(stdout).trim().split("\n");
  } catch (_) {
    // No NVIDIA driver
  }
  const card = await webgpuCard();
  return card === undefined ? [] : [`${card.info.device} ${card.info.description}`.trim()];
}

/** Measures in a process of its own, see `measure.ts`. */
async function measure(asked: Asked): Promise<Measured | Failed> {
  const { success, stdout, stderr } = await childOutput(Deno.execPath(), {
    args: [
      ..."run --no-prompt --allow-read --allow-write --allow-env --allow-sys".split(" "),
      "--allow-ffi=./node_modules",
      fileURLToPath(new URL("measure.ts", import.meta.url)),
      JSON.stringify(asked),
    ],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (success) return JSON.parse(text(stdout).split("\n").at(-1) ?? "");
  const { engine, model } = asked;
  const error = text(stderr).match(/(?:\w*Error: )(.*)/)?.[1] ?? "the process ended";
  return { engine, model, error };
}

const grouped = (value: number) => Math.round(value).toLocaleString("en-US");

/** A line of the table; sampling is by the model's default way to draw. */
function rowOf(result: Measured | Failed): string[] {
  if ("error" in result) return [result.engine, titleOf(result.model), result.error];
  const { engine, is_on_card, model, training, sampling, peak_flops_per_second: peak } = result;
  const { useful_flops_per_second: useful, share_of_peak: share } = training;
  const drawn = sampling.default;
  return [
    is_on_card ? `${engine}, card` : engine,
    titleOf(model),
    `${(1000 * training.seconds_per_epoch / training.steps).toFixed(0)} ms`,
    grouped(training.visits_per_second),
    useful === undefined ? "" : `${grouped(useful / 1e9)} of ${grouped(peak / 1e9)}`,
    share === undefined ? "" : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`,
    grouped(drawn.visits_per_second),
    drawn.time_over_forward === undefined ? "" : drawn.time_over_forward.toFixed(1),
  ];
}

const heading = [
  "engine",
  "model",
  "step",
  "training, visits/s",
  "useful GFLOP/s",
  "share",
  "sampling, visits/s",
  "forward passes",
];

/** In Markdown, with columns of even width, to be read as it is. */
function tableOf(rows: readonly string[][]): string[] {
  const widths = heading.map((name, column) =>
    Math.max(
      name.length,
      ...rows.map((row) => row.length === heading.length ? row[column].length : 0),
    )
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(heading), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

async function measureAll(args: Arguments, onProgress: OnProgress) {
  const run = args.maybe("run") === undefined ? undefined : args.path("run");
  const cohort = args.maybe("cohort") === undefined ? undefined : args.path("cohort");
  const engines = namesOf(args, "backend", backends, await enginesHere());
  if (run !== undefined && args.maybe("model") !== undefined) {
    throw new UsageError("use either --run or --model");
  }
  const names = run === undefined ? namesOf(args, "model", networks, networks) : [run];
  const how = {
    run,
    cohort,
    batch: args.maybeInteger("batch", { min: 1 }),
    count: args.integer("count", { min: 1 }),
  };
  const workers = args.integer("workers", { min: 1 });
  const results: (Measured | Failed)[] = [];
  const total = engines.length * names.length;
  for (const engine of engines) {
    const isThreaded = engine === "wasm" || engine === "cpu";
    for (const model of names) {
      const stage = `measuring ${run === undefined ? titleOf(model) : run} on ${engine}`;
      onProgress({ stage, done: results.length, total });
      results.push(
        await measure({
          ...how,
          engine,
          model,
          workers: isThreaded ? workers : 1,
        }),
      );
    }
  }
  return results;
}

await runCommand({
  name: "bench",
  summary:
    "Measure how fast each engine here trains and samples each model; print a table, write JSON.",
  options: {
    backend: {
      value: "NAMES",
      help: "Engines, comma-separated (default: TensorFlow if built, WebGPU on a card, wasm)",
    },
    model: { value: "NAMES", help: "Models, comma-separated (default: all that are networks)" },
    run: { value: "RUN", help: "Run to measure instead of networks of width 256 with 4 layers" },
    cohort: { value: "DIR", help: "Cohort to train on (default: the sample patients)" },
    batch: {
      value: "N",
      help: "Records per batch of training (default: 48, of models over tokens 8)",
    },
    count: { value: "N", help: "Records to generate, 256 at a time", default: "256" },
    workers: { value: "N", help: "Threads that share each batch, on wasm or cpu", default: "1" },
    out: { value: "FILE", help: "JSON file to write", default: "runs/bench.json" },
    force: { help: "Replace an older result at --out" },
  },
  examples: [
    "deno task bench --backend tensorflow,webgpu --model halo",
    "deno task bench --cohort runs/cohort --run runs/halo --force",
  ],
}, async (args, onProgress) => {
  const out = args.maybe("out") === "runs/bench.json" ? "runs/bench.json" : args.path("out");
  const force = args.has("force");
  return await claimed(out, { force }, async () => {
    const [processor] = cpus();
    const machine = { processor: processor.model, cores: cpus().length, cards: await cardsHere() };
    const results = await measureAll(args, onProgress);
    const result = { ehrloom: version, deno: Deno.version.deno, machine, results };
    await writeWhole(
      out,
      (path) => Deno.writeTextFile(path, JSON.stringify(result, null, 2) + "\n"),
      { force },
    );
    tell(
      `${machine.cores} cores of ${machine.processor}; ${machine.cards.join("; ") || "no card"}`,
    );
    for (const line of tableOf(results.map(rowOf))) tell(line);
    say("step: one batch. useful GFLOP/s: without padding, of those of a 2048³ product (peak).");
    say("forward passes: time to generate, divided by that of a forward pass over as many visits.");
    return { out, ...result };
  });
});
