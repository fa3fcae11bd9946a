import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { cohortOf, useBackend, vocabulary } from "ehrloom";
import { halo, type HaloConfig, haloLogits } from "ehrloom/models/halo.ts";
import { numberColumns, withNumberColumns } from "ehrloom/models/numbers/number_columns.ts";
import { certainCells } from "ehrloom/models/numbers/exclusive_bins.ts";
import { numberReaders } from "ehrloom/models/numbers/number_reader.ts";
import type { Schema } from "ehrloom/models/numbers/record_schema.ts";
import { columnsOf, paddedRows, rowCodec } from "ehrloom/models/rows/visit_rows.ts";
import { visitMemory } from "ehrloom/models/rows/visit_transformer.ts";
import { bernoulliNll } from "ehrloom/nn/bernoulli.ts";
import { blockOrderRows } from "ehrloom/nn/block_order.ts";
import { fixedPointRows } from "ehrloom/nn/fixed_point.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { samplingHead } from "ehrloom/nn/masked_head.ts";
import { rowOf, rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { type NamedArrays, toTensors } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import { chiSquare, chiSquareLimit } from "../../generate/random_run.ts";

/** Codes 0 and 1; code 1 in three bins (columns 2 to 4); two sexes' bins (5 to 7), two times (8, 9). */
const schema: Schema = {
  series: [{ code: 1, edges: [0, 10, 20, 30], decimals: 0 }],
  ages: [],
  sexes: 3,
  betweenRows: [],
  betweenStays: [0, 30, 365],
  startDays: [0, 1000],
};
const codes = 2;
const layout = numberColumns(codes, schema);
const cohort = withNumberColumns(
  cohortOf(vocabulary(["flu", "glucose"]), [], [{
    visits: [[0, 1], [1], [0]],
    values: [[NaN, 15], [NaN], [NaN]],
    gapDays: [0, 10, 100],
    startDay: 20_000,
    birthDay: NaN,
    sex: 1,
    labels: [],
    split: 0,
  }]),
  schema,
);

Deno.test("certainCells() are what earlier columns decide: later bins, and the last of what must be told", () => {
  const sizes = { codes: layout.count, labels: 0 };
  const batch = paddedRows(sizes, cohort, Int32Array.of(0), 6);
  const certain = certainCells({ ...sizes, exclusiveBins: true }, schema)?.(batch);
  assert(certain !== undefined);
  assertEquals([...rowOf(batch.targets, 1)], [0, 3, 6]); // flu, glucose above 10, female
  assertEquals(Array.from({ length: certain.rows }, (_, row) => [...rowOf(certain, row)]), [
    [], // labels
    [4, 7, 8, 9], // glucose above 20, male, no times
    [2, 3, 4, 5, 6, 7, 9], // glucose without a value, no sexes, the longer time
    [5, 6, 7, 9], // the longer time is on, since it must be one of both
  ]);
  assertEquals(certainCells({ ...sizes, exclusiveBins: false }, schema), undefined);
  assertEquals(certainCells({ ...sizes, exclusiveBins: true }, undefined), undefined);
});

Deno.test("of what must be told and is not, nothing is learned", () => {
  const sizes = { codes: layout.count, labels: 0 };
  const names = cohort.vocabulary;
  const untold = cohortOf(names, [], [{ visits: [[0], [1]], labels: [] }]);
  const batch = paddedRows(sizes, untold, Int32Array.of(0));
  const certain = certainCells({ ...sizes, exclusiveBins: true }, schema)?.(batch);
  assert(certain !== undefined);
  assertEquals([...rowOf(certain, 1)], [5, 6, 7, 8, 9]);
  assertEquals([...rowOf(certain, 2)], [2, 3, 4, 5, 6, 7, 8, 9]);
});

const config = {
  ...halo.configFor(cohort, { width: 8, layers: 1, heads: 2, context: 6 }),
  codesSoFar: false,
} as HaloConfig;
const columns = columnsOf(config);

/** Parameters whose columns are often on and depend strongly on each other. */
function strongParameters(): NamedArrays {
  const model = halo.create(config, schema);
  const parameters = drawn(model.initial, random(3));
  const source = random(4);
  for (const name of ["ehr_head.auto1.weight", "ehr_head.auto2.weight"]) {
    const { numbers } = parameters[name];
    numbers.forEach((value, i) => numbers[i] = 3 * value);
  }
  const bias = parameters["ehr_head.auto2.bias"].numbers;
  for (let i = 0; i < bias.length; i++) bias[i] = source.normal() - 0.3;
  return parameters;
}

/** All rows that a later visit can be: any codes and specials, at most one of 1 to 4, one of 8 and 9. */
const laterRows = [[], [0]].flatMap((flu) =>
  [[], [1], [2], [3], [4]].flatMap((glucose) =>
    [[8], [9]].flatMap((time) =>
      Array.from({ length: 8 }, (_, bits) => [10, 11, 12].filter((_, bit) => (bits >> bit) & 1))
        .map((special) => [...flu, ...glucose, ...time, ...special])
    )
  )
);

/** [rows] The probability of each as the third row of a record, by the loss. */
function probabilitiesOf(parameters: NamedArrays, rows: readonly (readonly number[])[]): number[] {
  const certain = certainCells(config, schema);
  const tensors = toTensors(parameters);
  const found = rows.map((row) => {
    const batch = paddedRows(config, cohort, Int32Array.of(0), 4);
    const before = [0, 1].map((at) => rowOf(batch.targets, at));
    const targets = rowsFrom([...before, row, []]);
    const mask = Float32Array.of(1, 1, 1, 0);
    const own = { ...batch, targets, mask };
    const third = Float32Array.of(0, 0, 1, 0);
    const nll = tf.tidy(() =>
      bernoulliNll(haloLogits(config, tensors, own), targets, third, { leftOut: certain?.(own) })
    );
    const [loss] = nll.dataSync();
    nll.dispose();
    return Math.exp(-loss);
  });
  tf.dispose(tensors);
  return found;
}

Deno.test("the probabilities of all rows that can be drawn sum to 1, and both samplers draw by them", async () => {
  await useBackend("cpu");
  const parameters = strongParameters();
  const exact = probabilitiesOf(parameters, laterRows);
  assertEquals(laterRows.length, 160);
  assertAlmostEquals(exact.reduce((sum, p) => sum + p, 0), 1, 1e-5);
  await useBackend("wasm");
  const tensors = toTensors(parameters);
  const head = samplingHead(tensors, config.width);
  const batch = paddedRows(config, cohort, Int32Array.of(0), 4);
  const reader = numberReaders({
    codes,
    schema,
    columns: layout,
    width: columns,
    isExclusive: true,
  })(
    rowCodec(config, config.context).reader(),
  );
  const memory = visitMemory(config, tensors);
  let history = memory.advance(rowsFrom([[rowOf(batch.inputs, 0)[0]]]));
  for (const at of [0, 1]) {
    history.dispose();
    const row = rowOf(batch.targets, at);
    history = memory.advance(rowsFrom([row]));
    reader.read(row);
  }
  const [rounds, size] = [8, 5000];
  const repeated = tf.tile(history, [size, 1]) as tf.Tensor2D;
  const forbidden = Array.from({ length: size }, () => reader.forbidden?.());
  const places = new Map(laterRows.map((row, i) => [row.join(), i]));
  const counts = new Float64Array(laterRows.length);
  for (let round = 0; round < rounds; round++) {
    const uniforms = new Float32Array(size * columns);
    random(7, round).fillUniform(uniforms);
    const { rows } = await fixedPointRows(head, repeated, uniforms, forbidden);
    const blocks = await blockOrderRows(head, repeated, uniforms, forbidden);
    assertEquals(rows.columns, blocks.columns);
    for (let row = 0; row < size; row++) {
      const place = places.get(rowOf(rows, row).join());
      assert(place !== undefined, `${rowOf(rows, row)} cannot be drawn`);
      counts[place]++;
    }
  }
  head.dispose();
  memory.dispose();
  tf.dispose([tensors, history, repeated]);
  const found = chiSquare(counts, Float64Array.from(exact));
  assert(found.degrees > 30, `${found.degrees}`);
  assert(found.chiSquare < chiSquareLimit(found.degrees), JSON.stringify(found));
});

Deno.test("HALO's loss, likelihood and calibration count the same cells", async () => {
  await useBackend("wasm");
  const model = halo.create(config, schema);
  const parameters = toTensors(strongParameters());
  const loss = tf.tidy(() => model.loss(parameters, cohort, Int32Array.of(0)));
  const [{ logProbability }] = await model.likelihoods(parameters, cohort, Int32Array.of(0));
  assertAlmostEquals(logProbability, -(await loss.data())[0], 1e-4);
  const cells = new Map<number, number>();
  const actual = new Map<number, number>();
  const add = (to: Map<number, number>, column: number) =>
    to.set(column, (to.get(column) ?? 0) + 1);
  await model.outputBiases?.tally(parameters, cohort, Int32Array.of(0), {
    add: (column) => add(cells, column),
    addActual: (column) => add(actual, column),
    shifts: () => new Float64Array(0),
  });
  tf.dispose([loss, parameters]);
  assertEquals([2, 4, 5, 7, 8, 9].map((column) => cells.get(column)), [3, 2, 2, 1, 3, 1]);
  assertEquals([3, 6, 8, 9].map((column) => actual.get(column) ?? 0), [1, 1, 1, 0]);
});
