// What Ehrloom's own operations save, by turns with the tfjs operations and loops in whose place they
// stand: each layer, and a training step of HALO (256/4/8) on 48 records of a cohort.
//
//   deno run -A tests/bench/kernels.ts COHORT [turns, 10] [tensorflow or wasm]
//
// Milliseconds of processor time over all cores, since another program may have the processor: its share
// of the peak is the step's useful operations in this time, divided by those of 2048³ products, which are
// the step's own.
import * as tf from "@tensorflow/tfjs-core";
import process from "node:process";
import { random, readMeds, splitOf, useBackend } from "ehrloom";
import { gradientModelOf, models } from "ehrloom/models/mod.ts";
import { causalAttention } from "ehrloom/nn/attention.ts";
import { bernoulliNll } from "ehrloom/nn/bernoulli.ts";
import { gelu } from "ehrloom/nn/gelu.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { allowKernels, hasKernels } from "ehrloom/nn/kernels.ts";
import { layerNorm } from "ehrloom/nn/layer_norm.ts";
import { linear, product } from "ehrloom/nn/linear.ts";
import { embedding, rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import { equalOffsets } from "ehrloom/nn/record_rows.ts";
import { triangular, triangularFirst } from "ehrloom/nn/triangular.ts";
import { allowWasmKernels, hasWasmKernels } from "ehrloom/nn/wasm_kernels.ts";
import { epochBatches } from "ehrloom/train/batches.ts";
import { localGradients } from "ehrloom/train/gradients/local.ts";
import { say } from "../../tasks/cli/command.ts";
import { usefulForwardFlops } from "./flops.ts";

/** What something takes: milliseconds of processor time, and of the clock. */
interface Taken {
  readonly cpu: number;
  readonly wall: number;
}

async function taken(run: () => void | Promise<void>): Promise<Taken> {
  const [before, began] = [process.cpuUsage(), performance.now()];
  await run();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000, wall: performance.now() - began };
}

/** The least of each. */
const least = (all: readonly Taken[]): Taken => ({
  cpu: Math.min(...all.map(({ cpu }) => cpu)),
  wall: Math.min(...all.map(({ wall }) => wall)),
});

const [folder, turns = "10", engine = "tensorflow"] = Deno.args;
const backend = await useBackend(engine === "wasm" ? "wasm" : "tensorflow");
const [has, allow] = backend === "wasm"
  ? [hasWasmKernels, allowWasmKernels] as const
  : [hasKernels, allowKernels] as const;

/** Runs with own operations and without by turns; the least of all turns. */
async function byTurns(
  turns: number,
  run: (isOwn: boolean) => void | Promise<void>,
): Promise<[own: Taken, tfjs: Taken]> {
  const all: [Taken[], Taken[]] = [[], []];
  for (let turn = 0; turn <= turns; turn++) {
    for (const isOwn of [true, false]) {
      allow(isOwn);
      const measured = await taken(() => run(isOwn));
      if (turn > 0) all[isOwn ? 0 : 1].push(measured); // the first one warms up
    }
  }
  allow(true);
  return [least(all[0]), least(all[1])];
}

/** A layer's value and gradients. */
function pass(layer: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): void {
  tf.tidy(() => {
    tf.valueAndGrads((...given) => tf.sum(layer(...given)))(inputs);
  });
}

const [rows, records, width, columns] = [1692, 36, 256, 878];
const size = width + columns;
const draws = random(1);
const codes = rowsFrom(
  Array.from(
    { length: rows },
    () => [...Array(columns).keys()].filter(() => draws.uniform() < 5 / columns),
  ),
);
const matrix = (...shape: [number, number]) => tf.randomNormal<tf.Rank.R2>(shape);
const vector = (length: number) => tf.randomNormal<tf.Rank.R1>([length]);

type Layer = [name: string, (...inputs: tf.Tensor[]) => tf.Tensor, tf.Tensor[]];
const layers = (): Layer[] => [
  [
    "layer norm",
    (x, gain, bias) => layerNorm(x as tf.Tensor2D, gain as tf.Tensor1D, bias as tf.Tensor1D, 1e-5),
    [
      matrix(rows, width),
      vector(width),
      vector(width),
    ],
  ],
  ["GELU", (x) => gelu(x), [matrix(rows, 4 * width)]],
  [
    "attention",
    (x) => causalAttention(x as tf.Tensor2D, equalOffsets(records, rows / records), 8),
    [matrix(rows, 3 * width)],
  ],
  [
    "linear, 256 to 1,024",
    (x, weight, bias) => linear(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D),
    [
      matrix(rows, width),
      matrix(width, 4 * width),
      vector(4 * width),
    ],
  ],
  ["embedding", (weight) => embedding(codes, weight as tf.Tensor2D), [matrix(width, columns)]],
  [
    "head, first layer",
    (x, weight, bias) =>
      triangularFirst(x as tf.Tensor2D, codes, weight as tf.Tensor2D, bias as tf.Tensor1D),
    [
      matrix(rows, width),
      matrix(size, size),
      vector(size),
    ],
  ],
  ["head, second layer", (x, weight, bias) => {
    const [w, b] = [weight as tf.Tensor2D, bias as tf.Tensor1D];
    return triangular(x as tf.Tensor2D, w, b, width - 1, columns);
  }, [matrix(rows, size), matrix(size, size), vector(size)]],
  [
    "Bernoulli loss",
    (logits) => bernoulliNll(logits as tf.Tensor2D, codes, new Float32Array(rows).fill(1)),
    [
      matrix(rows, columns),
    ],
  ],
];

/** A training step on one batch, and its useful operations. */
async function training(folder: string) {
  const cohort = splitOf(await readMeds(folder), "train");
  const config = models.halo.configFor(cohort, { width: 256, layers: 4, heads: 8 });
  const model = gradientModelOf("halo", config);
  // An optimizer stays with the operations that it began with
  const [own, tfjs] = [true, false].map((isOwn) => {
    allow(isOwn);
    const optimizer = adam(drawn(model.initial, random(1)));
    const source = localGradients(model, cohort, optimizer, model.lossDivisor(cohort, 48));
    return { optimizer, source };
  });
  const lengths = Array.from(cohort.subjectIds, (_, record) => model.rowsOf(cohort, record));
  const [batch] = epochBatches(lengths, 48, random(1));
  const step = async (isOwn: boolean) => {
    const { optimizer, source } = isOwn ? own : tfjs;
    const { gradients } = await source.compute(batch, { seed: 1, epoch: 0 });
    await optimizer.step(gradients, 1e-3);
  };
  return { step, flops: 3 * (usefulForwardFlops(model, cohort, batch) ?? NaN) };
}

if (!has()) {
  throw new Error(
    `Cannot measure own operations: there are none on ${backend}; deno task native compiles ` +
      "TensorFlow's",
  );
}
for (const [name, layer, inputs] of layers()) {
  const [own, tfjs] = await byTurns(Number(turns), () => pass(layer, inputs));
  say(`${name}: ${own.cpu.toFixed(1)} ms, by tfjs ${tfjs.cpu.toFixed(1)} ms`);
  tf.dispose(inputs);
}
const [a, b] = [matrix(2048, 2048), matrix(2048, 2048)];
const { step, flops } = await training(folder);
const multiply = () => product(a, b).dispose();
const [own, tfjs] = await byTurns(Number(turns), step);
const [ownProduct, tfjsProduct] = await byTurns(Number(turns), multiply);
const flopsOf = (product: Taken, time: keyof Taken) => 2 * 2048 ** 3 / product[time];
say(
  `2048³ product: ${(flopsOf(ownProduct, "cpu") / 1e6).toFixed(0)} GFLOP/s of processor time, ` +
    `by tfjs ${(flopsOf(tfjsProduct, "cpu") / 1e6).toFixed(0)}`,
);
const peak = (time: keyof Taken) => Math.max(flopsOf(ownProduct, time), flopsOf(tfjsProduct, time));
const shareOf = (taken: Taken, time: keyof Taken) =>
  `${(100 * flops / taken[time] / peak(time)).toFixed(0)}%`;
for (const [name, taken] of [["own", own], ["tfjs", tfjs]] as const) {
  say(
    `step with ${name} operations: ${taken.cpu.toFixed(0)} ms of processor time, ` +
      `${shareOf(taken, "cpu")} of the peak; ${taken.wall.toFixed(0)} ms by the clock, ` +
      `${shareOf(taken, "wall")}`,
  );
}
