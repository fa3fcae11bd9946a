// Ehrloom's own operations for wasm against the tfjs operations and loops in whose place they stand.
import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { causalAttention, setAttention } from "ehrloom/nn/attention.ts";
import { bernoulliNll } from "ehrloom/nn/bernoulli.ts";
import { gelu } from "ehrloom/nn/gelu.ts";
import { layerNorm } from "ehrloom/nn/layer_norm.ts";
import { columnSums, linear, product } from "ehrloom/nn/linear.ts";
import { type MultiHot, rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { equalOffsets } from "ehrloom/nn/record_rows.ts";
import { allowWasmKernels, hasWasmKernels } from "ehrloom/nn/wasm_kernels.ts";
import { triangular } from "ehrloom/nn/triangular.ts";
import { random } from "ehrloom/random.ts";
import { engine, testWith } from "../wants.ts";
import { assertClose, numbers } from "./layer.ts";

const wasm = await engine("wasm");

/** Standard normal numbers of a shape. */
function normal<R extends tf.Rank>(shape: tf.ShapeMap[R], key: number): tf.Tensor<R> {
  return tf.tensor<R>(Float32Array.from(numbers(shape, key)), shape);
}

/** Rows in which about one column in 20 is on; the first row is empty. */
function sparseRows(rows: number, columns: number, key: number): MultiHot {
  const draws = random(7, key);
  return rowsFrom(
    Array.from(
      { length: rows },
      (_, row) => [...Array(columns).keys()].filter(() => draws.uniform() * 20 < 1 && row > 0),
    ),
  );
}

/** What is computed with and without own operations. */
function both<T>(compute: () => T): [own: T, other: T] {
  assert(hasWasmKernels());
  const own = compute();
  allowWasmKernels(false);
  const other = compute();
  allowWasmKernels(true);
  return [own, other];
}

/** What a layer gives and its gradients at all inputs, from a gradient at its value. */
function run(inputs: tf.Tensor[], layer: (...inputs: tf.Tensor[]) => tf.Tensor): Float32Array[] {
  return tf.tidy(() => {
    const value = layer(...inputs);
    const grads = tf.grads(layer)(inputs, normal(value.shape, 99));
    return [value, ...grads].map((tensor) => Float32Array.from(tensor.dataSync()));
  });
}

/** Compares both forms of a layer. */
function testLayer(
  name: string,
  inputsOf: () => tf.Tensor[],
  layer: (...inputs: tf.Tensor[]) => tf.Tensor,
): void {
  testWith(wasm, `${name} by its own operation is that without, on wasm`, () => {
    const inputs = inputsOf();
    const [found, expected] = both(() => run(inputs, layer));
    tf.dispose(inputs);
    for (const [i, expectedNumbers] of expected.entries()) {
      assertClose(found[i], expectedNumbers, i === 0 ? "value" : `gradient of input ${i - 1}`);
    }
  });
}

for (
  const [rows, terms, columns] of [[1, 1, 1], [6, 256, 8], [7, 300, 17], [97, 520, 1030], [5, 0, 3]]
) {
  testWith(wasm, `product() of ${rows} × ${terms} × ${columns} is that of tfjs, on wasm`, () => {
    for (const turnA of ["N", "T"] as const) {
      for (const turnB of ["N", "T"] as const) {
        tf.tidy(() => {
          const a = normal<tf.Rank.R2>(turnA === "N" ? [rows, terms] : [terms, rows], 1);
          const b = normal<tf.Rank.R2>(turnB === "N" ? [terms, columns] : [columns, terms], 2);
          const bias = normal<tf.Rank.R1>([columns], 3);
          const expected = terms === 0
            ? tf.zeros([rows, columns])
            : tf.matMul(a, b, turnA === "T", turnB === "T");
          const y = product(a, b, turnA, turnB);
          assertEquals(y.shape, [rows, columns]);
          assertClose(y.dataSync(), expected.dataSync(), `${turnA}${turnB}`);
          assertClose(
            product(a, b, turnA, turnB, bias).dataSync(),
            tf.add(expected, bias).dataSync(),
            `${turnA}${turnB} with bias`,
          );
        });
      }
    }
  });
}

testWith(wasm, "a row of product() is the same to the bit whatever other rows there are", () => {
  tf.tidy(() => {
    const [a, b] = [normal<tf.Rank.R2>([200, 300], 1), normal<tf.Rank.R2>([300, 50], 2)];
    const all = product(a, b).dataSync();
    for (const [from, count] of [[0, 1], [7, 100], [199, 1]]) {
      const some = product(tf.slice(a, from, count), b).dataSync();
      assertEquals(some, all.slice(50 * from, 50 * (from + count)));
    }
  });
});

testLayer(
  "linear()",
  () => [normal([61, 67], 1), normal([67, 30], 2), normal([30], 3)],
  (x, weight, bias) => linear(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D),
);

testLayer(
  "triangular() of 600 outputs",
  () => [
    normal([50, 640], 1),
    tf.mul(tf.linalg.bandPart(normal([640, 640], 2), -1, 0), 0.05),
    normal([640], 3),
  ],
  (x, weight, bias) =>
    triangular(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D, 39, 600),
);

for (const [rows, width] of [[1, 3], [100, 67], [65, 256]]) {
  testLayer(
    `layerNorm() of [${rows}, ${width}]`,
    () => [normal([rows, width], 1), normal([width], 2), normal([width], 3)],
    (x, gain, bias) => layerNorm(x as tf.Tensor2D, gain as tf.Tensor1D, bias as tf.Tensor1D, 1e-5),
  );
}

testLayer("gelu()", () => [tf.mul(normal([61, 67], 1), 4)], (x) => gelu(x));

for (
  const [records, rows, heads, head] of [[1, 1, 1, 1], [2, 5, 3, 7], [3, 47, 8, 32], [2, 70, 2, 48]]
) {
  const qkv = () => [normal([records * rows, 3 * heads * head], 1)];
  const sizes = `${records} × ${rows} rows and ${heads} heads of ${head}`;
  testLayer(
    `causalAttention() of ${sizes}`,
    qkv,
    (x) => causalAttention(x as tf.Tensor2D, equalOffsets(records, rows), heads),
  );
  testLayer(`setAttention() of ${sizes}`, qkv, (x) => {
    const padding = Float32Array.from(
      { length: records * rows },
      (_, row) => row % rows > 2 * rows / 3 || row >= (records - 1) * rows ? -1e10 : 0,
    );
    return setAttention(x as tf.Tensor2D, tf.tensor2d(padding, [records, rows]), heads);
  });
}

testLayer(
  "causalAttention() of records of 1, 29 and 6 rows, and 5 rows of none",
  () => [normal([41, 3 * 4 * 20], 1)],
  (x) => causalAttention(x as tf.Tensor2D, Int32Array.of(0, 1, 30, 36), 4),
);

for (const positiveWeight of [1, 3]) {
  const [rows, columns] = [70, 131];
  const mask = Float32Array.from({ length: rows }, (_, row) => [1, 0, 0.3][row % 3]);
  testLayer(
    `bernoulliNll() with positive weight ${positiveWeight}`,
    () => [tf.mul(normal([rows, columns], 1), 8)],
    (logits) =>
      bernoulliNll(logits as tf.Tensor2D, sparseRows(rows, columns, 1), mask, { positiveWeight }),
  );
}

testWith(wasm, "bernoulliNll() by its own operation keeps small and large logits, and NaN", () => {
  assert(hasWasmKernels());
  const lossOf = (...logits: number[]) =>
    tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad((row) =>
        bernoulliNll(row as tf.Tensor2D, rowsFrom([[0]]), Float32Array.of(1))
      )(tf.tensor2d([logits]));
      return [...value.dataSync(), ...grad.dataSync()];
    });
  assertClose(lossOf(-200, 300, -300), [500, -1, 1, 0], "loss and gradients");
  assertClose([lossOf(100, -15)[0]], [Math.log1p(Math.exp(-15))], "a small loss", 1e-12);
  assertEquals(lossOf(0, NaN)[0], NaN);
  assertEquals(lossOf(0, 1, 2, 3, NaN)[0], NaN);
});

testWith(wasm, "columnSums() by its own operation is that of tfjs, on wasm", () => {
  for (const shape of [[1, 1], [3, 2500], [1000, 70]] as const) {
    tf.tidy(() => {
      const x = normal<tf.Rank.R2>([...shape], 1);
      assert(hasWasmKernels());
      assertClose(columnSums(x).dataSync(), tf.sum(x, 0).dataSync(), `sums of [${shape}]`);
    });
  }
});
