// The head in blocks: it is the exact head with the matrices that its weights stand for.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { blockHead, blockSamplingHead, initialBlockHead } from "ehrloom/nn/block_head.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { fixedPointRows } from "ehrloom/nn/fixed_point.ts";
import { constant, drawn } from "ehrloom/nn/initial.ts";
import { maskedHead } from "ehrloom/nn/masked_head.ts";
import { rowOf, rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { type NamedArrays, type ShapedArray, toTensors } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import { chiSquare, chiSquareLimit } from "../generate/random_run.ts";
import { testOnBackends } from "../golden.ts";
import { assertClose, numbers } from "./layer.ts";

const [width, rank] = [4, 2];

/** A head whose columns depend strongly on each other: its weights are larger than at the start. */
function strongHead(columns: number, block: number): NamedArrays {
  const sizes = { width, columns, rank, block };
  const parameters = drawn(initialBlockHead(sizes, constant([columns], -0.5)), random(11));
  for (const [name, { numbers }] of Object.entries(parameters)) {
    const factor = name.endsWith("bias") ? 1 : 3;
    numbers.forEach((value, i) => numbers[i] = factor * value);
  }
  return parameters;
}

const entry = ({ shape, numbers }: ShapedArray, row: number, column: number) =>
  numbers[row * shape[1] + column];

/** The exact head's parameters with the same logits, by the definition of a layer in blocks. */
function exactForm(parameters: NamedArrays, columns: number, block: number): NamedArrays {
  const size = width + columns;
  const filled = (layer: 1 | 2): ShapedArray => {
    const matrix = { shape: [size, size], numbers: new Float32Array(size * size) };
    const weight = parameters[`block_head.layer${layer}.weight`];
    const summary = parameters[`block_head.layer${layer}.summary`];
    for (let c = 0; c < columns; c++) {
      // a logit is the output before its column's place, a hidden unit the one at it
      const row = (layer === 1 ? width + c : width - 1 + c) * size;
      for (let i = 0; i < width; i++) matrix.numbers[row + i] = entry(weight, c, i);
      for (let other = 0; other < c + (layer === 1 ? 1 : 0); other++) {
        const isOwn = Math.floor(other / block) === Math.floor(c / block);
        let value = isOwn ? entry(weight, c, width + rank + other % block) : 0;
        for (let i = 0; !isOwn && i < rank; i++) {
          value += entry(weight, c, width + i) * entry(summary, other, i);
        }
        matrix.numbers[row + width + other] = value;
      }
    }
    return matrix;
  };
  const [first, second] = [filled(1), filled(2)];
  const history = parameters["block_head.history.weight"];
  for (let j = 0; j < width; j++) {
    for (let i = 0; i < width; i++) first.numbers[j * size + i] = entry(history, j, i);
  }
  const vectors = (...parts: ArrayLike<number>[]) => {
    const all = Float32Array.from(parts.flatMap((part) => Array.from(part)));
    return { shape: [all.length], numbers: all };
  };
  return {
    "ehr_head.auto1.weight": first,
    "ehr_head.auto1.bias": vectors(
      parameters["block_head.history.bias"].numbers,
      parameters["block_head.layer1.bias"].numbers,
    ),
    "ehr_head.auto2.weight": second,
    "ehr_head.auto2.bias": vectors(
      new Float32Array(width - 1),
      parameters["block_head.layer2.bias"].numbers,
      [0],
    ),
  };
}

const lists = [[0, 4, 7], [], [1, 2, 6, 9], [3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]];
const histories = () =>
  tf.tensor2d(Float32Array.from(numbers([lists.length, width], 5)), [lists.length, width]);

for (const block of [1, 3, 5, 10, 256]) {
  testOnBackends(
    `blockHead() of 10 columns in blocks of ${block} is the exact head with its matrices`,
    async () => {
      const parameters = strongHead(10, block);
      const [own, exact] = [parameters, exactForm(parameters, 10, block)].map(toTensors);
      const history = histories();
      const found = tf.tidy(() => blockHead(own, history, rowsFrom(lists)));
      const expected = tf.tidy(() => maskedHead(exact, history, rowsFrom(lists)));
      const sampled = tf.tidy(() => {
        const head = blockSamplingHead(own, width);
        return head.logits(head.fromHistory(history), rowsFrom(lists));
      });
      assertClose(await found.data(), await expected.data(), "logits");
      assertClose(await sampled.data(), await expected.data(), "logits of the head for sampling");
      tf.dispose([own, exact, history, found, expected, sampled]);
    },
  );
}

Deno.test("blockHead() shows a column the columns before it, in all blocks, and none after it", async () => {
  await useBackend("cpu");
  const [rows, columns] = [40, 10]; // in some of the rows, units that are off hide a column
  const parameters = toTensors(strongHead(columns, 3));
  const history = tf.tensor2d(Float32Array.from(numbers([rows, width], 5)), [rows, width]);
  const logitsOf = async (row: number[]) => {
    const all = rowsFrom(Array.from({ length: rows }, () => row));
    const logits = tf.tidy(() => blockHead(parameters, history, all));
    const found = await logits.data();
    logits.dispose();
    return found;
  };
  const before = await logitsOf([]);
  for (let column = 0; column < columns; column++) {
    const after = await logitsOf([column]);
    const changed = new Set<number>();
    after.forEach((logit, at) => logit === before[at] || changed.add(at % columns));
    const later = Array.from({ length: columns }, (_, c) => c).filter((c) => c > column);
    assertEquals([...changed].sort(), later, `column ${column}`);
  }
  tf.dispose([parameters, history]);
});

/** [2^columns] The probability of each row: bit c of the index stands for column c. */
async function probabilities(
  parameters: NamedArrays,
  columns: number,
  history: Float32Array,
): Promise<Float64Array> {
  const rows = Array.from(
    { length: 2 ** columns },
    (_, state) => Array.from({ length: columns }, (_, c) => c).filter((c) => (state >> c) & 1),
  );
  const tensors = toTensors(parameters);
  const logits = tf.tidy(() => {
    const repeated = tf.tile(tf.tensor2d(history, [1, width]), [rows.length, 1]) as tf.Tensor2D;
    return blockHead(tensors, repeated, rowsFrom(rows));
  });
  const found = await logits.data();
  tf.dispose([tensors, logits]);
  return Float64Array.from(rows, (on, state) => {
    let product = 1;
    for (let c = 0; c < columns; c++) {
      const p = 1 / (1 + Math.exp(-found[state * columns + c]));
      product *= on.includes(c) ? p : 1 - p;
    }
    return product;
  });
}

Deno.test("the probabilities of all 256 visits sum to 1, and 100,000 drawn visits follow them", async () => {
  await useBackend("wasm");
  const [columns, block] = [8, 3];
  const parameters = strongHead(columns, block);
  const history = Float32Array.from(numbers([1, width], 5));
  const exact = await probabilities(parameters, columns, history);
  assertAlmostEquals(exact.reduce((sum, p) => sum + p, 0), 1, 1e-6);
  const tensors = toTensors(parameters);
  const head = blockSamplingHead(tensors, width);
  const [rounds, rows] = [10, 10_000];
  const repeated = tf.tidy(() => tf.tile(tf.tensor2d(history, [1, width]), [rows, 1]));
  const counts = new Float64Array(2 ** columns);
  for (let round = 0; round < rounds; round++) {
    const uniforms = new Float32Array(rows * columns);
    random(7, round).fillUniform(uniforms);
    const drawnRows = (await fixedPointRows(head, repeated as tf.Tensor2D, uniforms)).rows;
    for (let row = 0; row < rows; row++) {
      counts[rowOf(drawnRows, row).reduce((state, c) => state | 1 << c, 0)]++;
    }
  }
  head.dispose();
  tf.dispose([tensors, repeated]);
  const found = chiSquare(counts, exact);
  assert(found.degrees > 50, `${found.degrees}`);
  assert(found.chiSquare < chiSquareLimit(found.degrees), JSON.stringify(found));
  // Columns as frequent, but each by itself, would not pass
  const bits = Array.from({ length: columns }, (_, c) => 1 << c);
  const shares = bits.map((bit) => exact.reduce((sum, p, state) => sum + (state & bit ? p : 0), 0));
  const alone = exact.map((_, state) =>
    bits.reduce((q, bit, c) => q * (state & bit ? shares[c] : 1 - shares[c]), 1)
  );
  const independent = chiSquare(counts, alone);
  assert(independent.chiSquare > 10 * independent.degrees, JSON.stringify(independent));
});
