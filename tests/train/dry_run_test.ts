import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { estimateTraining, type TrainOptions, useBackend } from "ehrloom";
import { tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(80);

Deno.test("estimateTraining() counts what an epoch goes through, times a few steps, and leaves no tensors", async () => {
  const before = tf.memory().numTensors;
  const { model, records, descent } = await estimateTraining(source, {
    settings: tinySettings,
    batch: 8,
    epochs: 7,
  });
  assertEquals([model, records], ["halo", 40]);
  assert(descent !== null);
  assertEquals([descent.epochs, descent.steps], [7, 5]); // 40 records in batches of 8
  let visits = 0;
  for (let record = 0; record < source.recordCount; record++) {
    if (source.splits?.[record] !== 0) continue;
    visits += source.visitOffsets[record + 1] - source.visitOffsets[record];
  }
  assertEquals(descent.rows, visits + 40); // the labels are a row too
  assertGreater(descent.secondsPerEpoch, 0);
  assert(descent.timedSteps >= 1 && descent.timedSteps <= 10);
  assertGreater(descent.bytes, 4 * descent.parameters);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("estimateTraining() counts averaged weights, and what private training adds", async () => {
  const options = { settings: { ...tinySettings, width: 64 }, batch: 8, epochs: 2 };
  const bytesOf = async (more: TrainOptions) => {
    const { descent } = await estimateTraining(source, { ...options, ...more });
    return descent?.bytes ?? NaN;
  };
  const privacy = { epsilon: 6, delta: 1e-3 };
  const bytes = await bytesOf({});
  const averaged = await bytesOf({ averageWeights: 0.9 });
  const noisy = await bytesOf({ privacy });
  const both = await bytesOf({ privacy, averageWeights: 0.9 });
  const copies = averaged - bytes; // two of all parameters each, trained ones and others
  const { descent } = await estimateTraining(source, options);
  assert(copies >= 8 * (descent?.parameters ?? NaN) && copies < 2 ** 20, `${copies}`);
  assertEquals(noisy - bytes, copies);
  assertEquals(both - bytes, 2 * copies);
});

Deno.test("estimateTraining() of epochs of some steps counts their rows alone", async () => {
  const how = { settings: tinySettings, batch: 8, epochs: 7 };
  const [{ descent: pass }, { descent: both }, { descent: two }] = await Promise.all([
    estimateTraining(source, how),
    estimateTraining(source, { ...how, steps: 10 }), // two passes
    estimateTraining(source, { ...how, steps: 2 }),
  ]);
  assert(pass !== null && both !== null && two !== null);
  assertEquals([both.steps, both.rows], [10, 2 * pass.rows]);
  assertEquals(two.steps, 2);
  assert(two.rows > 0 && two.rows < pass.rows);
});

Deno.test("estimateTraining() of a floor has no epochs, and an impossible training is refused", async () => {
  assertEquals(await estimateTraining(source, { model: "markov" }), {
    model: "markov",
    records: 40,
    coverage: {
      values: { count: 0, isLearned: false },
      times: { count: 0, isLearned: false },
      demographics: { count: 0, isLearned: false },
    },
    descent: null,
  });
  await assertRejects(
    () => estimateTraining(source, { settings: { widht: 8 } }),
    RangeError,
    "did you mean width?",
  );
});
