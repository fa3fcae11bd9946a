import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, generate, readRun, splitOf, train, useBackend } from "ehrloom";
import { halo } from "ehrloom/models/halo.ts";
import { models } from "ehrloom/models/mod.ts";
import { numberColumns, withNumberColumns } from "ehrloom/models/numbers/number_columns.ts";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { join } from "node:path";
import { inFolder } from "../../folder.ts";
import { measuredCohort } from "../measured_cohort.ts";

const cohort = measuredCohort(60);
const numbers = { numbers: 4, width: 8 };
/** Each model with little to do. */
const small: Record<string, Record<string, number>> = {
  halo: numbers,
  "halo-coarse": numbers,
  gpt: numbers,
  lstm: numbers,
  eva: { ...numbers, channels7: 8, channels6: 8, channels5: 8 },
  synteg: { ...numbers, ganEpochs: 1, ganBatch: 64, ganWidth: 8, lstmWidth: 8, condition: 8 },
  hisgt: numbers,
};

/** The smallest and largest value of each measured code. */
function ranges({ codes, values }: Cohort): Map<number, [number, number]> {
  const found = new Map<number, [number, number]>();
  for (const [event, code] of codes.entries()) {
    const value = values?.[event] ?? NaN;
    if (Number.isNaN(value)) continue;
    const [low, high] = found.get(code) ?? [value, value];
    found.set(code, [Math.min(low, value), Math.max(high, value)]);
  }
  return found;
}

for (const [model, settings] of Object.entries(small)) {
  Deno.test(`${model} with numbers is trained, stored, read and writes values, times, births and sexes`, () =>
    inFolder(async (folder) => {
      await useBackend("wasm");
      const path = join(folder, "run");
      const how = { model, settings, epochs: 1, batch: 16, minCell: 1 };
      const { runConfig } = await train(cohort, path, how);
      assertEquals(runConfig.config.codes, cohort.vocabulary.codes.length);
      assertEquals(runConfig.coverage?.values.isLearned, true);
      const { cohort: written } = await generate(await readRun(path), { count: 40, seed: 2 });
      assertEquals(written.vocabulary.codes, cohort.vocabulary.codes);
      const known = ranges(splitOf(cohort, "train"));
      const found = ranges(written);
      assert(found.size > 0);
      for (const [code, [low, high]] of found) {
        const [least, most] = known.get(code) ?? [NaN, NaN];
        assert(low >= least && high <= most, `${code}: ${low} to ${high}`);
      }
      assert(written.demographics?.sexes.some((sex) => sex > 0));
      assert(written.gapDays.some((days) => days > 0));
      const again = await generate(await readRun(path), { count: 40, seed: 2, batch: 7 });
      assertEquals(again.cohort.gapDays, written.gapDays);
      assertEquals(again.cohort.values, written.values);
    }));
}

Deno.test("HALO with numbers as published gives records the likelihood that HALO gives them as codes", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const path = join(folder, "run");
    const settings = { ...numbers, exclusiveBins: false };
    const run = await train(cohort, path, { settings, epochs: 1, batch: 16, minCell: 1 });
    const { schema, config } = run.runConfig;
    const model = modelOf(run.runConfig);
    if (schema === undefined || "learn" in model) throw new Error("HALO has a schema and learns");
    const { count } = numberColumns(cohort.vocabulary.codes.length, schema);
    const plain = models.halo.create({ ...config, numbers: 0, codes: count });
    if ("learn" in plain) throw new Error("HALO learns by gradients");
    const test = splitOf(cohort, "test");
    const records = Int32Array.from({ length: test.recordCount }, (_, record) => record);
    const parameters = toTensors(run.parameters);
    const [found = [], expected = []] = [
      await model.likelihoods?.(parameters, test, records),
      await plain.likelihoods?.(parameters, withNumberColumns(test, schema), records),
    ];
    tf.dispose(parameters);
    assertEquals(found.length, test.recordCount);
    found.forEach(({ logProbability }, i) =>
      assertAlmostEquals(logProbability, expected[i].logProbability, 1e-6)
    );
  }));

Deno.test("without numbers, a model is what it is by itself", () => {
  const config = models.halo.configFor(cohort, {});
  assertEquals([config.numbers, config.quantileBins], [0, false]);
  assertEquals(models.halo.schemaFor?.(cohort, config), undefined);
  const model = models.halo.create(config);
  if ("learn" in model) throw new Error("HALO learns by gradients");
  const alone = halo.create(halo.configFor(cohort, {}));
  assertEquals(model.columns, alone.columns);
  assertEquals(Object.keys(model.initial), Object.keys(alone.initial));
});
