import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "ehrloom/cohort/cohort.ts";
import { visitCodes, visitsOf } from "ehrloom/cohort/records.ts";
import { generate, generateParts } from "ehrloom/generate/generate.ts";
import type { GenerationOptions } from "ehrloom/generate/options.ts";
import type { HaloConfig } from "ehrloom/models/halo.ts";
import type { Sampler } from "ehrloom/models/interface/model.ts";
import { visitMemory } from "ehrloom/models/rows/visit_transformer.ts";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { random, stream } from "ehrloom/random.ts";
import { modelOf, type Run } from "ehrloom/train/run_folder.ts";
import { testOnBackends } from "../golden.ts";
import { chiSquare, chiSquareLimit, LiteralHead, randomRun, untrainedRun } from "./random_run.ts";

await useBackend("wasm");

const sizes = { codes: 20, labels: 2, context: 8, width: 8 };
const endColumn = sizes.codes + sizes.labels + 1;
/** Rows with few codes; labels that are as often on as off; an end about every third row. */
const run = randomRun(
  sizes,
  4,
  (column) => column < 20 ? -2.5 : column < 22 ? 0 : column === endColumn ? -1 : -2,
);

/** What distinguishes two generated cohorts. */
const essence = ({ subjectIds, visitOffsets, codeOffsets, codes, labels }: Cohort) => ({
  subjectIds,
  visitOffsets,
  codeOffsets,
  codes,
  labels,
});

/** A record as a loop over rows and columns writes it, by the model's definition. */
async function literalRecord(run: Run, seed: number, number: number) {
  const head = new LiteralHead(run.parameters);
  const parameters = toTensors(run.parameters);
  const model = modelOf(run.runConfig);
  const memory = visitMemory(model.config as HaloConfig, parameters);
  const { codes, labels } = sizes;
  const visits: number[][] = [];
  let labelRow: number[] = [];
  let row = [codes + labels]; // the start token
  let isCutOff = true;
  for (let at = 1; at <= model.rowLimit && isCutOff; at++) {
    const output = memory.advance(rowsFrom([row]));
    const uniforms = new Float32Array(head.columns);
    stream("steps", seed, number, at, 0).fillUniform(uniforms);
    row = head.draw(await output.data(), uniforms, undefined, 0);
    output.dispose();
    const visit = row.filter((column) => column < codes);
    if (at === 1) labelRow = [codes, codes + 1].map((column) => row.includes(column) ? 1 : 0);
    else if (visit.length > 0) visits.push(visit);
    isCutOff = !row.includes(endColumn);
  }
  memory.dispose();
  tf.dispose(parameters);
  return { visits, labels: labelRow, isCutOff };
}

const recordsOf = (cohort: Cohort) =>
  Array.from({ length: cohort.recordCount }, (_, record) => ({
    visits: Array.from(
      { length: visitsOf(cohort, record) },
      (_, visit) => [...visitCodes(cohort, record, visit)],
    ),
    labels: [...cohort.labels.subarray(2 * record, 2 * record + 2)],
  }));

Deno.test("generate() writes the records that a plain loop over rows and columns writes", async () => {
  const count = 40;
  const { cohort, cutOff } = await generate(run, { count, seed: 7 });
  const expected = [];
  for (let number = 0; number < count; number++) {
    expected.push(await literalRecord(run, 7, number));
  }
  assertEquals(recordsOf(cohort), expected.map(({ visits, labels }) => ({ visits, labels })));
  assertEquals(cutOff, expected.filter(({ isCutOff }) => isCutOff).length);
  // All ways to end are among them: by the end token, cut off at the limit of 6 visits
  const lengths = expected.map(({ visits }) => visits.length);
  assert(cutOff > 0 && cutOff < count / 2, `${cutOff}`);
  assert(new Set(lengths).size >= 5, lengths.join());
  assertEquals(cohort.subjectIds, BigInt64Array.from({ length: count }, (_, i) => BigInt(i + 1)));
});

Deno.test("generate() never writes special tokens, empty visits or a code twice", async () => {
  // Codes and tokens come on in half of all cells, labels too
  const busy = randomRun(sizes, 5, (column) => column === endColumn ? -2 : 0);
  const { cohort, cutOff } = await generate(busy, { count: 300, seed: 1 });
  assertEquals(cohort.recordCount, 300);
  let full = 0;
  for (const { visits } of recordsOf(cohort)) {
    assert(visits.length <= sizes.context - 2);
    if (visits.length === sizes.context - 2) full++;
    for (const visit of visits) {
      assert(visit.length > 0);
      assert(visit.every((code, i) => code < sizes.codes && (i === 0 || code > visit[i - 1])));
    }
  }
  assert(cutOff > 0 && cutOff <= full, `${cutOff} ${full}`);
});

Deno.test("generate() gives the same cohort for any batch size, shards and sampler", async () => {
  const count = 50;
  const whole = await generate(run, { count, seed: 3 });
  const variants: Partial<GenerationOptions>[] = [
    { batch: 1 },
    { batch: 7 },
    { batch: 50 },
    { batch: 10 ** 12 },
    { sampler: "block-order" },
    { sampler: "block-order", batch: 11 },
  ];
  for (const variant of variants) {
    const found = await generate(run, { count, seed: 3, ...variant });
    assertEquals(essence(found.cohort), essence(whole.cohort), JSON.stringify(variant));
    assertEquals(found.cutOff, whole.cutOff);
  }
  for (const shards of [2, 3, 50]) {
    const records = [];
    const ids: bigint[] = [];
    for (let shard = 0; shard < shards; shard++) {
      const first = Math.floor(count * shard / shards);
      const size = Math.floor(count * (shard + 1) / shards) - first;
      const { cohort } = await generate(run, { count: size, first, seed: 3, batch: 4 });
      records.push(...recordsOf(cohort));
      ids.push(...cohort.subjectIds);
    }
    assertEquals(records, recordsOf(whole.cohort), `${shards} shards`);
    assertEquals(ids, [...whole.cohort.subjectIds]);
  }
  const other = await generate(run, { count, seed: 4 });
  assertNotEquals(recordsOf(other.cohort), recordsOf(whole.cohort));
  const standard = await generate(run, { count });
  assertEquals(
    recordsOf(standard.cohort),
    recordsOf(
      await generate(run, { count, seed: 1 })
        .then(({ cohort }) => cohort),
    ),
  );
});

const perBackend: Record<string, unknown>[] = [];
for (const model of ["halo", "halo-coarse", "lstm"]) {
  Deno.test(`generate() gives the same cohort of an untrained ${model} for any batch size`, async () => {
    await useBackend("wasm");
    const untrained = untrainedRun(model, { codes: 5, labels: 2, context: 8, width: 8 }, 4, {
      codesSoFar: true,
    });
    const of = async (batch: number) =>
      essence((await generate(untrained, { count: 30, seed: 3, batch })).cohort);
    assertEquals(await of(1), await of(30));
    assertEquals(await of(7), await of(30));
  });
}

testOnBackends("generate() gives the same cohort on every backend", async () => {
  const { cohort } = await generate(run, { count: 20, seed: 8 });
  perBackend.push(essence(cohort));
  assertEquals(perBackend[perBackend.length - 1], perBackend[0]);
});

Deno.test("generate() keeps labels that are given, one for all or a row for each", async () => {
  await useBackend("wasm");
  const options = { count: 60, seed: 2, batch: 25 };
  const { cohort } = await generate(run, { ...options, labels: { "label 0": 1, "label 1": 0 } });
  assertEquals(cohort.labels, Uint8Array.from({ length: 120 }, (_, i) => i % 2 === 0 ? 1 : 0));
  const labelRows = Uint8Array.from({ length: 120 }, (_, i) => random(1, i).integer(2));
  const rows = await generate(run, { ...options, labelRows });
  assertEquals(rows.cohort.labels, labelRows);
  assert(rows.cohort.visitCount > 0);
  // A part takes its own rows, and its records are those of the whole
  const part = await generate(run, {
    ...options,
    count: 10,
    first: 30,
    labelRows: labelRows.slice(60, 80),
  });
  assertEquals(recordsOf(part.cohort), recordsOf(rows.cohort).slice(30, 40));
  // Records do depend on their labels
  const flipped = await generate(run, { ...options, labelRows: labelRows.map((bit) => 1 - bit) });
  assertNotEquals(
    recordsOf(flipped.cohort).map(({ visits }) => visits),
    recordsOf(rows.cohort).map(({ visits }) => visits),
  );
});

Deno.test("generate() draws the labels left open as the model has them given the others", async () => {
  const few = { codes: 3, labels: 3, context: 3, width: 8 };
  const run = randomRun(few, 6, (column) => column < 3 ? -0.5 : 0);
  // Row 1 by its definition: all 512 rows of codes, labels and tokens, from the start's history
  const parameters = toTensors(run.parameters);
  const memory = visitMemory(run.runConfig.config as HaloConfig, parameters);
  const output = memory.advance(rowsFrom([[few.codes + few.labels]]));
  const history = await output.data();
  memory.dispose();
  tf.dispose([output, parameters]);
  const head = new LiteralHead(run.parameters);
  const joint = new Float64Array(8); // of the three labels, label l being bit l
  for (let state = 0; state < 64; state++) { // codes and labels; what comes later is summed out
    const on = new Set([0, 1, 2, 3, 4, 5].filter((column) => (state >> column) & 1));
    joint[state >> 3] += head.rowProbability(history, on, 6);
  }
  assert(Math.abs(joint.reduce((sum, p) => sum + p, 0) - 1) < 1e-9);

  const count = 20_000;
  const statesOf = ({ labels }: Cohort) =>
    Array.from(
      { length: count },
      (_, r) => labels[3 * r] + 2 * labels[3 * r + 1] + 4 * labels[3 * r + 2],
    );
  for (
    const [labels, isWanted] of [
      [{}, () => true],
      [{ "label 1": 1 }, (state: number) => (state & 2) !== 0],
      [{ "label 0": 0, "label 2": 1 }, (state: number) => (state & 5) === 4],
    ] as const
  ) {
    const conditional = joint.map((p, state) => isWanted(state) ? p : 0);
    const total = conditional.reduce((sum, p) => sum + p, 0);
    const { cohort } = await generate(run, { count, seed: 12, batch: 5000, labels });
    const states = Array.from(joint.keys()).filter(isWanted);
    const found = statesOf(cohort);
    assert(found.every(isWanted));
    const { chiSquare: sum, degrees } = chiSquare(
      states.map((state) => found.filter((other) => other === state).length),
      states.map((state) => conditional[state] / total),
    );
    assertEquals(degrees, states.length - 1);
    assert(sum < chiSquareLimit(degrees), `${JSON.stringify(labels)}: ${sum}`);
  }
});

Deno.test("generate() says when wanted labels never come up", async () => {
  const before = tf.memory().numTensors;
  const never = randomRun(sizes, 4, (column) => column === sizes.codes ? -200 : -1);
  const error = await assertRejects(
    () => generate(never, { count: 3, labels: { "label 0": 1 } }),
    RangeError,
    "Cannot generate records with these labels: they did not occur in 2000 draws",
  );
  assert(!error.message.includes("\n"));
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("generateParts() holds one batch, and nothing when it ends or is left", async () => {
  const before = tf.memory().numTensors;
  const held = Object.keys(run.parameters).length + 2; // the head's two tables
  for (const sampler of ["fixed-point", "block-order"] satisfies Sampler[]) {
    const sizesOfParts: number[] = [];
    for await (const { cohort } of generateParts(run, { count: 25, batch: 10, sampler })) {
      sizesOfParts.push(cohort.recordCount);
      assertEquals(tf.memory().numTensors, before + held);
    }
    assertEquals(sizesOfParts, [10, 10, 5]);
    assertEquals(tf.memory().numTensors, before);
    for await (const _ of generateParts(run, { count: 25, batch: 10, sampler })) break;
    assertEquals(tf.memory().numTensors, before);
  }
});

Deno.test("generate() tells its progress, record by finished record", async () => {
  const heard: number[] = [];
  await generate(run, {
    count: 30,
    batch: 10,
    onProgress: ({ stage, done, total }) => {
      assertEquals([stage, total], ["generating", 30]);
      heard.push(done);
    },
  });
  assertEquals(heard, heard.toSorted((a, b) => a - b));
  assertEquals(heard[heard.length - 1], 30);
});

const refused: [what: string, options: GenerationOptions, message: string][] = [
  ["no records", { count: 0 }, "Cannot generate with count 0: must be a whole number, at least 1"],
  ["a negative count", { count: -3 }, "Cannot generate with count -3: must be a whole number"],
  ["half a record", { count: 1.5 }, "Cannot generate with count 1.5: must be a whole number"],
  ["batches of nothing", { count: 1, batch: 0 }, "Cannot generate with batch 0: must be a"],
  [
    "a negative seed",
    { count: 1, seed: -1 },
    "Cannot generate with seed -1: must be a whole number, at least 0",
  ],
  [
    "a negative first record",
    { count: 1, first: -1 },
    "Cannot generate with first -1: must be a whole number, at least 0",
  ],
  [
    "an unknown label",
    { count: 1, labels: { sepsis: 1 } },
    'Cannot generate with label "sepsis": the model has no such label; ' +
    "known: label 0, label 1",
  ],
  [
    "too few label rows",
    { count: 3, labelRows: new Uint8Array(4) },
    "Cannot generate 3 records from 4 labels: must be 3 rows of 2",
  ],
];
for (const [what, options, message] of refused) {
  Deno.test(`generate() refuses ${what} in one line`, async () => {
    const before = tf.memory().numTensors;
    const error = await assertRejects(() => generate(run, options), RangeError, message);
    assert(!error.message.includes("\n"));
    assertEquals(tf.memory().numTensors, before);
  });
}
