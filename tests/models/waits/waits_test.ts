// HALO with a density of waits: trained, stored, read, judged and writing; and what it refuses.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  type Cohort,
  cohortOf,
  coverageInWords,
  generate,
  random,
  readRun,
  type RecordLists,
  runLikelihood,
  train,
  useBackend,
  vocabulary,
} from "ehrloom";
import { join } from "node:path";
import { models } from "ehrloom/models/mod.ts";
import { numberColumns } from "ehrloom/models/numbers/number_columns.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { inFolder } from "../../folder.ts";
import { testOnBackends } from "../../golden.ts";
import { measuredCohort } from "../measured_cohort.ts";

const cohort = measuredCohort(60);
const settings = { waits: 3, width: 8 };
const how = { settings, epochs: 1, batch: 16, minCell: 1 };

/** A network of a cohort as training begins it, and the records of the cohort. */
function begun(source: Cohort, set: Record<string, number>) {
  const config = models.halo.configFor(source, set);
  const schema = models.halo.schemaFor?.(source, config);
  const model = models.halo.create(config, schema);
  if ("learn" in model) throw new Error("HALO learns by gradients");
  return {
    model,
    schema,
    parameters: drawn(model.initial, random(4)),
    records: Int32Array.from(source.subjectIds, (_, record) => record),
  };
}

/** Days from the first visit to each one, with all their digits. */
function days({ visitOffsets, gapDays }: Cohort, record: number): number[] {
  return [...gapDays.subarray(visitOffsets[record], visitOffsets[record + 1])];
}

Deno.test("HALO with waits is trained, stored, read, and writes times; equal ones in any batch", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const path = join(folder, "run");
    const { runConfig } = await train(cohort, path, how);
    assertEquals(runConfig.coverage?.times.isLearned, true);
    assertEquals(runConfig.coverage?.values.isLearned, false);
    const [left] = runConfig.coverage ? coverageInWords("halo", runConfig.coverage) : [];
    assertStringIncludes(left, "halo learns labels, codes and their order and times: ");
    const { step = NaN, longest = NaN } = runConfig.schema?.waits ?? {};
    assertEquals(step, 1 / 24); // as the cohort tells them
    const { cohort: written } = await generate(await readRun(path), { count: 40, seed: 2 });
    assertEquals(written.vocabulary.codes, cohort.vocabulary.codes);
    assertEquals([written.values, written.demographics], [null, null]);
    assert(written.startDays.some((day) => day >= 10_000 && day < 15_000));
    const waits = [...written.subjectIds.keys()].flatMap((record) =>
      days(written, record).slice(1)
    );
    assert(new Set(waits).size > 20);
    for (const wait of waits) {
      assertAlmostEquals(wait / step, Math.round(wait / step), 1e-6);
      assert(wait >= 0);
    }
    assert(waits.some((wait) => wait > 0 && wait < longest));
    for (const batch of [1, 7]) {
      const again = await generate(await readRun(path), { count: 40, seed: 2, batch });
      assertEquals(again.cohort.gapDays, written.gapDays);
      assertEquals(again.cohort.codes, written.codes);
      assertEquals(again.cohort.startDays, written.startDays);
    }
    const other = await generate(await readRun(path), { count: 40, seed: 3 });
    assert(!waits.every((wait, i) => other.cohort.gapDays[i] === wait));
  }));

Deno.test("a dropped visit's wait is part of the next one's", async () => {
  await useBackend("cpu");
  const { model, parameters } = begun(cohort, settings);
  const tensors = toTensors(parameters);
  const sampling = model.sampling(tensors);
  if (sampling.kind !== "steps") throw new Error("HALO writes steps");
  const reader = sampling.codec.reader(random(1));
  reader.read([]); // labels
  reader.read([1], NaN);
  reader.read([], 3);
  reader.read([0, 2], 4.5);
  const record = reader.record?.();
  assertEquals(record?.visits, [[1], [0, 2]]);
  assertEquals(record?.gapDays, [0, 7.5]);
  sampling.dispose();
  tf.dispose(tensors);
});

testOnBackends("HALO with waits begins at the waits of the training records", async () => {
  const { model, schema, parameters, records } = begun(cohort, settings);
  const tensors = toTensors(parameters);
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name !== "wait_head.weight") continue;
    tensors[name] = tf.zerosLike(tensor); // whatever the history
    tensor.dispose();
  }
  const found = await model.likelihoods?.(tensors, cohort, records) ?? [];
  const loss = tf.tidy(() => model.loss(tensors, cohort, records));
  const nll = (await loss.data())[0];
  loss.dispose();
  tf.dispose(tensors);
  const start = schema?.waits;
  assert(start !== undefined);
  const density = (wait: number) => {
    const between = (k: number, log: number) =>
      Math.exp(-(((log - start.means[k]) / start.deviations[k]) ** 2) / 2) /
      (start.deviations[k] * Math.sqrt(2 * Math.PI));
    const points = 2000; // midpoints of the step, on the scale of log days
    const told = start.step * Math.round(wait / start.step);
    const low = told === 0 ? Math.log(start.step / 2) - 60 : Math.log(told - start.step / 2);
    const high = told >= start.longest ? Math.log(told) + 60 : Math.log(told + start.step / 2);
    const width = (high - low) / points;
    let mass = 0;
    for (let i = 0; i < points; i++) {
      start.weights.forEach((weight, k) =>
        mass += weight * between(k, low + (i + 0.5) * width) * width
      );
    }
    return mass / start.step;
  };
  let whole = 0;
  found.forEach(({ waits, logProbability }, record) => {
    const own = days(cohort, record).slice(1);
    assertEquals([waits?.count, waits?.inCells], [own.length, 0]);
    const expected = own.reduce((sum, wait) => sum + Math.log(density(wait)), 0);
    const tolerance = 1e-3 * Math.max(1, Math.abs(expected));
    assertAlmostEquals(waits?.logDensity ?? NaN, expected, tolerance);
    whole -= logProbability + (waits?.logDensity ?? NaN);
  });
  assertAlmostEquals(nll, whole, 1e-3 * Math.abs(whole));
});

testOnBackends("HALO with waits: gradients of the loss are its differences", async () => {
  const { model, parameters, records } = begun(cohort, settings);
  const few = records.subarray(0, 6);
  const source = random(9);
  for (const [name, { numbers }] of Object.entries(parameters)) {
    // Beyond the zeros of the start, where nothing that the waits are seen by has a gradient
    if (name.startsWith("wait_")) numbers.forEach((_, i) => numbers[i] = 0.2 * source.normal());
  }
  const tensors = toTensors(parameters);
  const lossAt = async (name: string, change: Float32Array, by: number) => {
    const { shape, numbers } = parameters[name];
    const moved = tf.tensor(numbers.map((number, i) => number + by * change[i]), [...shape]);
    const loss = tf.tidy(() => model.loss({ ...tensors, [name]: moved }, cohort, few));
    const value = (await loss.data())[0];
    tf.dispose([moved, loss]);
    return value;
  };
  for (
    const name of [
      "wait_head.weight",
      "wait_head.bias",
      "wait_seen.history.weight",
      "wait_seen.visit.weight",
      "transformer.ln_f.bias",
    ]
  ) {
    const gradient = tf.tidy(() =>
      tf.grad((x) => model.loss({ ...tensors, [name]: x }, cohort, few))(tensors[name])
    );
    const numbers = await gradient.data<"float32">();
    gradient.dispose();
    const size = Math.hypot(...numbers);
    assert(size > 0, name);
    const direction = numbers.map((number) => number / size);
    const step = 4e-3;
    const slope = (await lossAt(name, direction, step) - await lossAt(name, direction, -step)) /
      (2 * step);
    assertAlmostEquals(slope, size, 0.02 * size + 0.2, name); // float32 sums of hundreds of nats
  }
  tf.dispose(tensors);
});

/** Records in which visits come after a week or a year, and the next code tells which. */
function rhythmic(records: number): Cohort {
  const draws = random(11);
  const lists = Array.from({ length: records }, (_, record): RecordLists => {
    const visits = [[0]];
    const gapDays = [0];
    for (let visit = draws.integer(3); visit < 6; visit++) {
      const isLong = draws.integer(3) === 0;
      visits.push([isLong ? 1 : 2]);
      gapDays.push(isLong ? 360 + draws.integer(11) : 7);
    }
    return {
      visits,
      gapDays,
      labels: [],
      startDay: 12_000,
      split: record % 10 < 8 ? 0 : record % 2 + 1,
    };
  });
  return cohortOf(vocabulary(["first", "yearly", "weekly"]), [], lists);
}

Deno.test("HALO with waits learns times, and codes that depend on them, and writes both", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const path = join(folder, "run");
    const source = rhythmic(300);
    const run = await train(source, path, {
      settings: { waits: 4, width: 16, heads: 2, layers: 1 },
      epochs: 12,
      batch: 16,
      learningRate: 1e-2,
    });
    const { nll_per_wait, nll_per_visit_with_waits, nll_per_visit } = await runLikelihood(
      run,
      source,
      { resamples: 0 },
    );
    // A third of waits is one of 11 days, two thirds are one day; the codes then are certain
    const entropy = (Math.log(3 * 11) + 2 * Math.log(1.5)) / 3;
    assertAlmostEquals(nll_per_wait?.value ?? NaN, entropy, 0.25);
    assert((nll_per_visit_with_waits?.value ?? NaN) > nll_per_visit);
    const { cohort: written } = await generate(await readRun(path), { count: 300, seed: 1 });
    let [right, long, all] = [0, 0, 0];
    for (let record = 0; record < written.recordCount; record++) {
      for (let v = written.visitOffsets[record] + 1; v < written.visitOffsets[record + 1]; v++) {
        const isLong = written.gapDays[v] > 100;
        const codes = written.codes.subarray(written.codeOffsets[v], written.codeOffsets[v + 1]);
        right += Number(codes.includes(isLong ? 1 : 2) && !codes.includes(isLong ? 2 : 1));
        long += Number(isLong);
        all++;
      }
    }
    assert(right > 0.9 * all, `${right} of ${all} visits have the code of their wait`);
    assert(Math.abs(long / all - 1 / 3) < 0.1, `${long} of ${all} waits are long`);
  }));

Deno.test("with numbers too, values are in bins and times are not", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const path = join(folder, "run");
    const run = await train(cohort, path, { ...how, settings: { ...settings, numbers: 4 } });
    const { schema } = run.runConfig;
    assert(schema?.waits !== undefined);
    assertEquals([schema.betweenStays, schema.timeStep], [[], undefined]);
    assertEquals(numberColumns(cohort.vocabulary.codes.length, schema).times.count, 0);
    const { cohort: written } = await generate(await readRun(path), { count: 40, seed: 2 });
    assert(written.values?.some((value) => !Number.isNaN(value)));
    assert(written.demographics?.sexes.some((sex) => sex > 0));
    const waits = [...written.subjectIds.keys()].flatMap((record) =>
      days(written, record).slice(1)
    );
    assert(new Set(waits).size > 20);
    for (const wait of waits) assertAlmostEquals(24 * wait, Math.round(24 * wait), 1e-6);
    const again = await generate(await readRun(path), { count: 40, seed: 2, batch: 7 });
    assertEquals(again.cohort.gapDays, written.gapDays);
    assertEquals(again.cohort.values, written.values);
  }));

Deno.test("a run whose schema does not fit its waits is refused", () => {
  const config = models.halo.configFor(cohort, settings);
  const schema = models.halo.schemaFor?.(cohort, { ...config, waits: 2 });
  assertThrows(
    () => models.halo.create(config, schema),
    RangeError,
    'Cannot use "halo" with waits=3: the schema of the run has 2 log-normals',
  );
  assertThrows(() => models.halo.create(config), RangeError, "has 0 log-normals");
});

Deno.test("in the published form, and by default, there are no waits", () => {
  const plain = begun(cohort, {});
  assertEquals(plain.schema, undefined);
  assert(Object.keys(plain.model.initial).every((name) => !name.startsWith("wait")));
  assertEquals(models.halo.settings.waits.default, 0);
  const { waits } = models.halo.settings;
  assert(!("published" in waits), "the published form has none either");
});

Deno.test("waits are refused where there are none, in one line that says how to mend it", () =>
  inFolder(async (folder) => {
    const orderOnly = cohortOf(vocabulary(["a"]), [], [
      ...Array.from({ length: 6 }, (_, i): RecordLists => ({
        visits: [[0], [0]],
        labels: [],
        split: i % 3,
      })),
    ]);
    await assertRejects(
      () => train(orderOnly, join(folder, "run"), { ...how, minCell: 1 }),
      RangeError,
      'Cannot make "halo" with waits=3: no training patient has two visits with days between ' +
        "them; leave out waits",
    );
    await assertRejects(
      () => train(cohort, join(folder, "run"), { ...how, minCell: 1000 }),
      RangeError,
      "fewer than 1000 training patients have two visits",
    );
    await assertRejects(
      () => train(cohort, join(folder, "run"), { ...how, settings: { waits: 1.5 } }),
      RangeError,
      'Cannot set waits=1.5 for "halo": must be a whole number between 0 and 100',
    );
  }));
