// The share of a training step that goes into laying records out as rows, on the sample patients: HALO
// of width 256 with 4 layers and 8 heads, batches of 48.
//
//   deno run -A tests/bench/encoding.ts tensorflow
import { type Backend, splitOf, syntheaSample, useBackend } from "ehrloom";
import { halo } from "ehrloom/models/halo.ts";
import { columnsOf, packedRows } from "ehrloom/models/rows/visit_rows.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import { batchCount } from "ehrloom/train/batches.ts";
import { initialOf, stepsOf } from "ehrloom/train/fit.ts";
import { localGradients } from "ehrloom/train/gradients/local.ts";
import { tell } from "../../tasks/cli/command.ts";

await useBackend(Deno.args[0] as Backend);
const train = splitOf(await syntheaSample(), "train");
const model = halo.create(halo.configFor(train, { width: 256, layers: 4, heads: 8 }));
const optimizer = adam(initialOf(model, 1));
const source = localGradients(model, train, optimizer, model.lossDivisor(train, 48));
const sizes = { codes: train.vocabulary.codes.length, labels: train.labelNames.length };

/** Least milliseconds of several passes over all batches, divided by their number. */
async function perStep(run: (records: Int32Array) => Promise<void> | void): Promise<number> {
  const how = { batch: 48, steps: 0, seed: 1 };
  let least = Infinity;
  for (let pass = 0; pass < 4; pass++) {
    const began = performance.now();
    for (const { records } of stepsOf(model, train, how, pass)) await run(records);
    least = Math.min(least, performance.now() - began);
  }
  return least / batchCount(train.recordCount, 48);
}

const step = await perStep(async (records) => {
  const { gradients } = await source.compute(records, { seed: 1, epoch: 0 });
  await optimizer.step(gradients, 1e-3);
});
const encoding = await perStep((records) => {
  packedRows(sizes, train, records);
});
tell(
  `a step ${step.toFixed(1)} ms, of which its rows of ${columnsOf(sizes)} columns ` +
    `${encoding.toFixed(2)} ms: ${(100 * encoding / step).toFixed(2)}%`,
);
