import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { ofLowerProduct, ofProduct, ofProducts, ofRows, ofSum } from "ehrloom/nn/squared_norms.ts";
import { testOnBackends } from "../golden.ts";
import { numbers } from "./layer.ts";

/** float32 over a few hundred terms of size 1. */
const tolerance = 2e-5;

/** Rows of records after each other. */
interface Rows {
  readonly records: number;
  readonly rows: number;
  readonly width: number;
  readonly numbers: Float64Array;
}

function rowsOf(records: number, rows: number, width: number, key: number): Rows {
  return { records, rows, width, numbers: numbers([records * rows, width], key) };
}

function tensorOf({ records, rows, width, numbers }: Rows): tf.Tensor2D {
  return tf.tensor2d(Float32Array.from(numbers), [records * rows, width]);
}

/** Σ over the outputs and inputs that count of (Σ over the record's rows of dy_o x_i)². */
function literal(x: Rows, dy: Rows, counts: (output: number, input: number) => boolean): number[] {
  return Array.from({ length: x.records }, (_, record) => {
    let squares = 0;
    for (let o = 0; o < dy.width; o++) {
      for (let i = 0; i < x.width; i++) {
        if (!counts(o, i)) continue;
        let sum = 0;
        for (let r = record * x.rows; r < (record + 1) * x.rows; r++) {
          sum += dy.numbers[r * dy.width + o] * x.numbers[r * x.width + i];
        }
        squares += sum * sum;
      }
    }
    return squares;
  });
}

async function assertNorms(found: () => tf.Tensor1D, expected: number[]): Promise<void> {
  const tensor = tf.tidy(found);
  const squares = await tensor.data();
  tensor.dispose();
  assertEquals(squares.length, expected.length);
  expected.forEach((each, i) => assertAlmostEquals(squares[i], each, tolerance * each));
}

async function withTensors(
  given: Rows[],
  run: (...tensors: tf.Tensor2D[]) => Promise<void>,
): Promise<void> {
  const tensors = given.map(tensorOf);
  await run(...tensors);
  tf.dispose(tensors);
}

// Few rows go by pairs of rows, many by the gradient itself: 5 × 4 / (5 + 4) rows divide them
for (const rows of [1, 2, 3, 17]) {
  testOnBackends(`ofProduct() is that of each record's Xᵀ dY, with ${rows} rows`, async () => {
    const [x, dy] = [rowsOf(3, rows, 5, 1), rowsOf(3, rows, 4, 2)];
    await withTensors(
      [x, dy],
      (tx, tdy) => assertNorms(() => ofProduct(tx, tdy, 3), literal(x, dy, () => true)),
    );
  });
}

for (const rows of [1, 2, 17]) {
  testOnBackends(
    `ofProducts() is that of all their rows together, with ${rows} rows each`,
    async () => {
      const [x, dy] = [rowsOf(2, 2 * rows, 5, 6), rowsOf(2, 2 * rows, 4, 7)];
      // Even rows are those of one product, odd ones those of the other
      const part = (from: Rows, odd: 0 | 1): Rows => ({
        ...from,
        rows,
        numbers: from.numbers.filter((_, at) => Math.floor(at / from.width) % 2 === odd),
      });
      await withTensors(
        [part(x, 0), part(dy, 0), part(x, 1), part(dy, 1)],
        (left, right, left2, right2) =>
          assertNorms(
            () => ofProducts([{ left, right }, { left: left2, right: right2 }], 2),
            literal(x, dy, () => true),
          ),
      );
    },
  );
}

testOnBackends(
  "ofSum() and ofRows() are those of each record's rows, added and apart",
  async () => {
    const dy = rowsOf(3, 4, 5, 3);
    const ones = { ...rowsOf(3, 4, 1, 0), numbers: new Float64Array(12).fill(1) };
    const squares = [0, 1, 2].map((record) =>
      dy.numbers.subarray(record * 20, (record + 1) * 20).reduce((sum, each) => sum + each ** 2, 0)
    );
    await withTensors([dy], async (tensor) => {
      await assertNorms(() => ofSum(tensor, 3), literal(ones, dy, () => true));
      await assertNorms(() => ofRows(tensor, 3), squares);
    });
  },
);

// One block, exactly two, and two and a part of a third
for (const size of [7, 128, 150]) {
  testOnBackends(`ofLowerProduct() leaves out what is above the diagonal of ${size}`, async () => {
    const [x, dy] = [rowsOf(2, 3, size, 4), rowsOf(2, 3, size, 5)];
    await withTensors(
      [x, dy],
      (tx, tdy) => assertNorms(() => ofLowerProduct(tx, tdy, 2), literal(x, dy, (o, i) => i <= o)),
    );
  });
}
