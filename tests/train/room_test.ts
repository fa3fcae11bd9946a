import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, cohortOf, compare, type RecordLists, vocabulary } from "ehrloom";
import { useBackend } from "ehrloom/nn/backend.ts";
import { machineBytes, shareMachine } from "ehrloom/machine_memory.ts";
import { readRunConfig } from "ehrloom/train/read_run.ts";
import { planned, train, type TrainOptions } from "ehrloom/train/train.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

// what would fit follows from the memory of the machine; where these tests run, it is of 16 GB
shareMachine(machineBytes() / 16e9);

/** Nine records over so many codes, the first of which has so many visits. */
function cohortWith(codes: number, visits = 2): Cohort {
  const lists = Array.from({ length: 9 }, (_, record): RecordLists => ({
    visits: Array.from({ length: record === 0 ? visits : 2 }, (_, i) => [(record + i) % codes]),
    labels: [0],
    split: record % 3,
  }));
  return cohortOf(vocabulary(Array.from({ length: codes }, (_, i) => `c${i}`)), ["x"], lists);
}

/** The line that a training is refused with, before anything is computed or written. */
async function refusal(cohort: Cohort, options: TrainOptions): Promise<string> {
  let line = "";
  await inFolder(async (folder) => {
    const before = tf.memory().numBytes;
    const run = () => train(cohort, join(folder, "run"), options);
    ({ message: line } = await assertRejects(run, RangeError));
    assertEquals(tf.memory().numBytes, before);
    assertEquals([...Deno.readDirSync(folder)], []);
  });
  return line;
}

Deno.test("train() refuses HALO over 20,000 codes on wasm, and says what fits", async () => {
  const line = await refusal(cohortWith(20_000), {
    settings: { width: 256, layers: 4, heads: 8 },
  });
  assertMatch(
    line,
    /^Cannot train "halo" on wasm: with 20,000 codes and 3\.3 GB of parameters it /,
  );
  assertMatch(
    line,
    /needs 8\.3 GB, but wasm can hold 2\.9 GB of tensors; .*--min-count that keeps 11,000/,
  );
  assertMatch(line, / of tensors; use --set headRank=32, or /);
  assertMatch(line, /another --model: halo-coarse, gpt, lstm$/);
  // what it names does fit
  await inFolder(async (folder) => {
    const { parameters } = await train(cohortWith(20_000), join(folder, "run"), {
      model: "lstm",
      settings: { width: 4, layers: 1 },
      epochs: 1,
    });
    assertEquals(parameters["ehr_head.bias"].shape, [20_004]);
  });
});

Deno.test("train() refuses settings out of all reason before it makes anything of their size", async () => {
  const wide = await refusal(tinyCohort(20), {
    settings: { width: 2_000_000, layers: 4 },
  });
  assertMatch(wide, /needs 1,700,000 GB, but wasm can hold .* use --set width=\d+/);
  const deep = await refusal(tinyCohort(20), { settings: { layers: 1_000_000 } });
  assertMatch(deep, /^Cannot set layers=1000000 for "halo": must be .* between 1 and 1000$/);
  const shared = await refusal(tinyCohort(20), { settings: tinySettings, workers: 10_000 });
  assertMatch(shared, /this machine has .*; use --workers \d+$/);
});

Deno.test("a model that just fits does not with averaged weights, nor if it is private", async () => {
  await useBackend("cpu"); // which may take all memory of the machine
  const cohort = cohortWith(20);
  const isFitting = (width: number, more: TrainOptions = {}) => {
    const settings = { width, layers: 1, heads: 1 };
    try {
      planned(cohort, { settings, batch: 1, ...more });
      return true;
    } catch (error) {
      assert(error instanceof RangeError && error.message.startsWith('Cannot train "halo" on cpu'));
      return false;
    }
  };
  try {
    let [fits, refused] = [8, 10 ** 6];
    while (refused - fits > 1) {
      const middle = Math.floor((fits + refused) / 2);
      if (isFitting(middle)) fits = middle;
      else refused = middle;
    }
    assert(fits > 1000, `${fits}`);
    assert(!isFitting(fits, { averageWeights: 0.9 }));
    assert(!isFitting(fits, { privacy: { epsilon: 4, delta: 0.1 } }));
  } finally {
    await useBackend("wasm");
  }
});

Deno.test("train() refuses records too long to attend over, and names the longest that are not", async () => {
  const line = await refusal(cohortWith(20, 12_000), { model: "gpt" });
  assertMatch(line, /^Cannot train "gpt" on wasm: .*prepare with --max-visits \d+/);
});

Deno.test("compare() refuses a model without room before it begins with the first one", () =>
  inFolder(async (folder) => {
    const models = ["markov", { name: "halo", settings: { width: 2_000_000 } }];
    await assertRejects(
      () => compare(tinyCohort(20), join(folder, "out"), { models }),
      RangeError,
      'Cannot train "halo" on wasm',
    );
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("readRunConfig() refuses a million layers at once", () =>
  inFolder(async (folder) => {
    const { runConfig } = await train(tinyCohort(20), folder, {
      settings: tinySettings,
      epochs: 1,
      force: true,
    });
    const config = { ...runConfig.config, layers: 1_000_000 };
    const path = join(folder, "config.json");
    await Deno.writeTextFile(path, JSON.stringify({ ...runConfig, config }));
    await assertRejects(() => readRunConfig(folder), SyntaxError, "config.layers is 1000000");
  }));
