/**
 * Models against their originals: loss, gradients, training and sampling on golden weights.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "ehrloom";
import type { GradientModel, Sampler } from "ehrloom/models/interface/model.ts";
import { numbersOf } from "ehrloom/models/interface/settings.ts";
import { type MultiHot, rowOf, rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { type PaddedRows, paddedRows } from "ehrloom/models/rows/visit_rows.ts";
import { adam } from "ehrloom/nn/optimizer.ts";
import { type NamedArrays, type NamedTensors, toTensors } from "ehrloom/nn/parameters.ts";
import { type GoldenArray, goldenCohort, largestDifference, testOnBackends } from "../golden.ts";

/** What golden files of models over visit rows have in common. */
export interface RowGolden {
  config: Record<string, number>;
  records: { visits: number[][]; labels: number[] }[];
  weights: Record<string, GoldenArray>;
  state_dict_keys: string[];
  loss: number;
  hidden: number[];
  logits: number[];
  grad_norms: Record<string, number>;
  adam_lr: number;
  greedy: number[][];
}

/** A golden file's records. */
export function rowCohort({ config, records }: Pick<RowGolden, "config" | "records">): Cohort {
  return goldenCohort(config.code_vocab_size, config.label_vocab_size, records);
}

/**
 * Tests numbers of every row that counts.
 *
 * @param compute [records × rows, width] for a batch
 * @param expected [records × n_ctx × width]
 */
export function testRows(
  name: string,
  { model, weights, cohort }: Pick<Original, "model" | "weights" | "cohort">,
  compute: (parameters: NamedTensors, batch: PaddedRows) => tf.Tensor2D,
  expected: readonly number[],
): void {
  testOnBackends(name, async () => {
    const { codes, labels } = numbersOf(model.config);
    const records = Int32Array.from({ length: cohort.recordCount }, (_, record) => record);
    const batch = paddedRows({ codes, labels }, cohort, records);
    const parameters = toTensors(model.fromOriginal(weights));
    const output = tf.tidy(() => compute(parameters, batch));
    const width = output.shape[1];
    const numbers = await output.data();
    const rows = expected.length / width / records.length;
    for (let r = 0; r < batch.mask.length; r++) {
      if (batch.mask[r] === 0) continue;
      const at = (Math.floor(r / batch.rows) * rows + r % batch.rows) * width;
      const difference = largestDifference(
        numbers.slice(r * width, (r + 1) * width),
        expected.slice(at, at + width),
      );
      assert(difference < 1e-4, `row ${r} differs by ${difference}`);
    }
    tf.dispose([output, parameters]);
  });
}

/** Tests rows drawn with the file's uniforms, and greedy ones, on every backend. */
export function testDrawnRows(
  name: string,
  original: Pick<Original, "model" | "weights">,
  golden: { sample_uniforms: GoldenArray; sample_rows: GoldenArray; greedy: number[][] },
): void {
  const { columns, config } = original.model;
  const { codes, labels } = numbersOf(config);
  const start = (records: number) =>
    rowsFrom(Array.from({ length: records }, () => [codes + labels]));
  testOnBackends(`${name} draws the original's rows from equal uniforms`, async () => {
    const uniforms = uniformSteps(golden.sample_uniforms);
    const [, records] = golden.sample_uniforms.shape;
    const found = await writtenSteps(original, [start(records)], uniforms);
    assertEquals(found, columnsOn(golden.sample_rows));
  });
  testOnBackends(`${name} draws the original's greedy rows`, async () => {
    const { greedy } = golden;
    const half = new Float32Array(columns).fill(0.5); // on where the probability is above it
    const steps = new Array<Float32Array>(greedy.length - 1).fill(half);
    const expected = columnsOn({ shape: [1, greedy.length, columns], data: greedy.flat() });
    assertEquals(await writtenSteps(original, [start(1)], steps), expected);
  });
}

/** A model, where the original's weights are, and what the original gave. */
export interface Original {
  readonly model: GradientModel;
  readonly weights: NamedArrays;
  readonly cohort: Cohort;
  readonly loss: number;
  readonly gradientNorms: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Losses before each of five Adam steps. */
  readonly losses: readonly number[];
}

function lossAndGradients({ model, cohort }: Original, parameters: NamedTensors) {
  const names = Object.keys(parameters);
  const records = Int32Array.from({ length: cohort.recordCount }, (_, record) => record);
  const divisor = model.lossDivisor(cohort, records.length);
  return tf.valueAndGrads((...tensors) =>
    tf.div(
      model.loss(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), cohort, records),
      divisor,
    )
  )(Object.values(parameters));
}

/** Tests loss, gradients' norms and five steps of Adam on every backend. */
export function testTraining(name: string, original: Original): void {
  const { model, weights, loss, gradientNorms, learningRate, losses } = original;

  testOnBackends(`${name}: loss and gradients equal the original's`, async () => {
    const parameters = toTensors(model.fromOriginal(weights));
    const { value, grads } = lossAndGradients(original, parameters);
    assertAlmostEquals((await value.data())[0], loss, 1e-4 * loss);
    for (const [i, name] of Object.keys(parameters).entries()) {
      const expected = gradientNorms[name];
      const norm = tf.tidy(() => tf.norm(grads[i]));
      const [found] = await norm.data();
      norm.dispose();
      const tolerance = expected < 1e-6 ? 1e-8 : 1e-3 * expected;
      assert(Math.abs(found - expected) <= tolerance, `${name}: ${found}, wanted ${expected}`);
    }
    tf.dispose([parameters, value, grads]);
  });

  testOnBackends(`${name}: five Adam steps have the original's losses`, async () => {
    const optimizer = adam(model.fromOriginal(weights));
    for (const expected of losses) {
      const { value, grads } = lossAndGradients(original, optimizer.parameters());
      assertAlmostEquals((await value.data())[0], expected, 1e-4 * expected);
      value.dispose();
      await optimizer.step(grads, learningRate);
    }
    optimizer.dispose();
  });
}

/**
 * Writes steps with given uniforms, whatever ends a record.
 *
 * @param first steps that the records begin with
 * @param uniforms [records × uniforms of a step] for each further step
 * @returns for each record the columns of its steps
 */
export async function writtenSteps(
  { model, weights }: Pick<Original, "model" | "weights">,
  first: readonly MultiHot[],
  uniforms: readonly Float32Array[],
  sampler?: Sampler,
): Promise<number[][][]> {
  const parameters = toTensors(model.fromOriginal(weights));
  const sampling = model.sampling(parameters, sampler);
  if (sampling.kind !== "steps") throw new TypeError("The model writes whole records");
  const writer = sampling.begin();
  const steps = [...first];
  const all = Int32Array.from({ length: first[0].rows }, (_, record) => record);
  for (const given of first.slice(0, -1)) writer.advance(given);
  for (const step of uniforms) {
    writer.advance(steps[steps.length - 1]);
    steps.push(await writer.draw(all, step));
  }
  writer.dispose();
  sampling.dispose();
  tf.dispose(parameters);
  return Array.from(all, (record) => steps.map((step) => [...rowOf(step, record)]));
}

/** Uniforms as the golden files hold them, step by step. */
export function uniformSteps(
  { shape: [steps, ...rest], data }: { shape: number[]; data: number[] },
): Float32Array[] {
  const size = rest.reduce((product, axis) => product * axis, 1);
  return Array.from(
    { length: steps },
    (_, step) => Float32Array.from(data.slice(step * size, (step + 1) * size)),
  );
}

/** For each record the columns that are on in each row of a dense [records, rows, columns]. */
export function columnsOn(
  { shape: [records, rows, columns], data }: { shape: number[]; data: number[] },
): number[][][] {
  return Array.from(
    { length: records },
    (_, record) =>
      Array.from({ length: rows }, (_, row) => {
        const from = (record * rows + row) * columns;
        return Array.from({ length: columns }, (_, c) => c).filter((c) => data[from + c] === 1);
      }),
  );
}
