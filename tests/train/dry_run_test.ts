import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { estimateTraining, useBackend } from "ehrloom";
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
