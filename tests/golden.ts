/**
 * The originals' outputs that every model is held to: tests/golden, see its README.
 *
 * @module
 */
import { type Cohort, cohortOf, vocabulary } from "ehrloom";
import type { NamedArrays } from "ehrloom/nn/parameters.ts";
import { type Backend, backends, useBackend } from "ehrloom/nn/backend.ts";
import type { MultiHot } from "ehrloom/nn/multi_hot.ts";
import * as tf from "@tensorflow/tfjs-core";
import { gunzipped } from "./stored.ts";
import { engine, testWith, type Wanted } from "./wants.ts";

/** An array as the golden files hold it. */
export interface GoldenArray {
  shape: number[];
  data: number[];
}

/** Reads one golden file. */
export function golden<T>(name: string): T {
  return JSON.parse(gunzipped(`tests/golden/${name}.json.gz`)) as T;
}

/** Golden weights as a model's parameters. */
export function goldenWeights(weights: Record<string, GoldenArray>): NamedArrays {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      { shape, numbers: Float32Array.from(data) },
    ]),
  );
}

/** Golden records as a cohort of `codes` codes and `labels` labels. */
export function goldenCohort(
  codes: number,
  labels: number,
  records: { visits: number[][]; labels: number[] }[],
): Cohort {
  const names = Array.from({ length: codes }, (_, i) => `code ${i}`);
  return cohortOf(vocabulary(names), Array.from({ length: labels }, (_, i) => `${i}`), records);
}

/** Largest absolute difference between two equally long lists. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`Lengths differ: ${a.length} and ${b.length}`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

/** Rows of a dense 0/1 matrix as sparse rows. */
export function sparse(numbers: ArrayLike<number>, columns: number): MultiHot {
  const rows = numbers.length / columns;
  const offsets = new Int32Array(rows + 1);
  const on: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) if (numbers[r * columns + c] === 1) on.push(c);
    offsets[r + 1] = on.length;
  }
  return { rows, offsets, columns: Int32Array.from(on) };
}

/** Registers a test for every backend; checks that the test leaves no tensors behind. */
export function testOnBackends(name: string, run: () => Promise<void>): void {
  for (const [backend, wanted] of engines) {
    testWith(wanted, `${name} [${backend}]`, async () => {
      await useBackend(backend);
      const before = tf.memory().numTensors;
      await run();
      const left = tf.memory().numTensors - before;
      if (left !== 0) throw new Error(`${left} tensors leaked`);
    });
  }
}

const engines = new Map<Backend, Wanted<Backend>>();
for (const backend of backends) engines.set(backend, await engine(backend));
