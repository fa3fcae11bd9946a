import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { bag, bagGradient, dense, embedding, rowsAt } from "ehrloom/nn/multi_hot.ts";
import { testOnBackends } from "../golden.ts";
import { assertClose, numbers, testLayer } from "./layer.ts";

/** Four rows over six columns; one is empty, one column is on twice, column 5 never. */
const lists = [[1, 4], [], [0, 1, 2, 3], [4]];
const x = rowsFrom(lists);
const [rows, columns, width] = [4, 6, 3];

testLayer("embedding()", {
  shapes: [[width, columns]],
  layer: (weight) => embedding(x, weight as tf.Tensor2D),
  literal: (weight) =>
    lists.flatMap((on) =>
      Array.from(
        { length: width },
        (_, i) => on.reduce((sum, column) => sum + weight[i * columns + column], 0),
      )
    ),
});

testOnBackends("embedding() of rows without codes is zero, and so is its gradient", async () => {
  const weight = tf.ones([width, columns]) as tf.Tensor2D;
  const { value, grad } = tf.valueAndGrad((weight) =>
    tf.sum(embedding(rowsFrom([[], []]), weight as tf.Tensor2D))
  )(weight);
  assertEquals([...await value.data(), ...await grad.data()], new Array(1 + 18).fill(0));
  tf.dispose([weight, value, grad]);
});

testOnBackends("bag() and bagGradient() are the products with the dense rows", async () => {
  const table = tf.tensor2d(Float32Array.from(numbers([columns, width], 1)), [columns, width]);
  const dy = tf.tensor2d(Float32Array.from(numbers([rows, width], 2)), [rows, width]);
  const found = [bag(x, table), bagGradient(x, dy, columns)];
  const expected = tf.tidy(() => {
    const matrix = dense(x, columns);
    return [tf.matMul(matrix, table), tf.matMul(matrix, dy, true)];
  });
  for (const [i, name] of ["bag", "gradient"].entries()) {
    assertEquals(found[i].shape, expected[i].shape);
    assertClose(await found[i].data(), await expected[i].data(), name);
  }
  tf.dispose([table, dy, found, expected]);
});

testOnBackends("bag() saves work on a triangular table without changing the sums", async () => {
  const [first, wide] = [2, columns + 2]; // table row c is zero left of column 2 + c
  const triangle = numbers([columns, wide], 3).map((value, i) =>
    i % wide < first + Math.floor(i / wide) ? 0 : value
  );
  const table = tf.tensor2d(Float32Array.from(triangle), [columns, wide]);
  const [sparing, whole] = [bag(x, table, first), bag(x, table)];
  assertClose(await sparing.data(), await whole.data(), "bag");
  tf.dispose([table, sparing, whole]);
});

Deno.test("rowsAt() takes rows in the given order", () => {
  assertEquals(rowsAt(x, [3, 0, 1]), rowsFrom([[4], [1, 4], []]));
  assertEquals(rowsAt(x, []), rowsFrom([]));
});
