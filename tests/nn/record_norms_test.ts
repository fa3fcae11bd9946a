// Each layer's squared norms and sums against the gradients of one record at a time.
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { useBackend } from "ehrloom/nn/backend.ts";
import { recordGradients } from "ehrloom/nn/layer.ts";
import { layerNorm } from "ehrloom/nn/layer_norm.ts";
import { linear } from "ehrloom/nn/linear.ts";
import { embedding, rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { matrix, type NamedTensors, vector } from "ehrloom/nn/parameters.ts";
import { withPositions } from "ehrloom/nn/transformer.ts";
import { triangular, triangularFirst } from "ehrloom/nn/triangular.ts";
import { testOnBackends } from "../golden.ts";
import { numbers } from "./layer.ts";

const [records, rows, width, out, columns] = [3, 4, 5, 6, 7];
const lists = [[0, 4], [], [1, 2, 6], [3], [0, 4], [0, 4], [], [5], [2], [1, 3], [1], [1, 3, 6]];
const size = width + columns;

const tensor = (shape: readonly number[], key: number) =>
  tf.tensor(Float32Array.from(numbers(shape, key)), [...shape]);

/** A layer over rows of records: those from the first on. */
interface Case {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** @param x [records × rows, width] */
  layer(parameters: NamedTensors, x: tf.Tensor2D, lists: number[][]): tf.Tensor2D;
}

const cases: Readonly<Record<string, Case>> = {
  "linear()": {
    shapes: { weight: [width, out], bias: [out] },
    layer: (p, x) => linear(x, matrix(p, "weight"), vector(p, "bias")),
  },
  "linear() without a bias, out-in": {
    shapes: { weight: [out, width] },
    layer: (p, x) => linear(x, matrix(p, "weight"), null, "out-in"),
  },
  "layerNorm()": {
    shapes: { gain: [width], bias: [width] },
    layer: (p, x) => layerNorm(x, vector(p, "gain"), vector(p, "bias"), 1e-5),
  },
  "embedding()": {
    shapes: { weight: [width, columns] },
    layer: (p, _, lists) => embedding(rowsFrom(lists), matrix(p, "weight")),
  },
  "embedding(), in-out": {
    shapes: { weight: [columns, width] },
    layer: (p, _, lists) => embedding(rowsFrom(lists), matrix(p, "weight"), "in-out"),
  },
  "withPositions()": {
    shapes: { table: [rows + 2, width] },
    layer: (p, x) => withPositions(x, matrix(p, "table"), x.shape[0] / rows),
  },
  "triangularFirst()": {
    shapes: { weight: [size, size], bias: [size] },
    layer: (p, x, lists) =>
      triangularFirst(x, rowsFrom(lists), matrix(p, "weight"), vector(p, "bias")),
  },
  "triangular()": {
    shapes: { weight: [width, width], bias: [width] },
    layer: (p, x) => triangular(x, matrix(p, "weight"), vector(p, "bias"), 1, 3),
  },
};

for (const [name, { shapes, layer }] of Object.entries(cases)) {
  testOnBackends(
    `${name} knows the norm of each record's gradient and their weighted sum, and passes its input's on`,
    async () => {
      const parameters = Object.fromEntries(
        Object.entries(shapes).map(([name, shape], i) => [name, tensor(shape, i)]),
      );
      const x = tensor([records * rows, width], 20) as tf.Tensor2D;
      // Σ y² has another gradient in each row; through a layer below, which must get its part
      const below = tensor([width, width], 21);
      const lossOf = (from: number, to: number) => (all: NamedTensors) => {
        const part = tf.slice(x, [from * rows, 0], [(to - from) * rows, width]);
        const given = linear(part, matrix(all, "below"), null);
        const y = layer(all, given, lists.slice(from * rows, to * rows));
        return tf.add(tf.sum(tf.square(y)), tf.sum(tf.square(given))) as tf.Scalar;
      };
      const all = { ...parameters, below };
      const before = tf.memory().numTensors;
      const known = recordGradients(all, records, lossOf(0, records));
      const found = await known.squaredNorms.data();
      const [loss] = await known.loss.data();
      const factors = Float32Array.of(0.5, 0, -2);
      const sums = known.sum(factors);
      known.dispose();
      assertEquals(tf.memory().numTensors, before + sums.length);
      const expected = sums.map(({ size }) => new Float64Array(size));
      let sum = 0;
      for (let record = 0; record < records; record++) {
        const { value, grads } = tf.valueAndGrads((...tensors) =>
          lossOf(record, record + 1)(
            Object.fromEntries(Object.keys(all).map((name, i) => [name, tensors[i]])),
          )
        )(Object.values(all));
        let squares = 0;
        for (const [i, grad] of grads.entries()) {
          for (const [at, g] of (await grad.data()).entries()) {
            squares += g * g;
            expected[i][at] += factors[record] * g;
          }
        }
        sum += (await value.data())[0];
        assertAlmostEquals(found[record], squares, 1e-4 * squares, `record ${record}`);
        tf.dispose([value, grads]);
      }
      assertAlmostEquals(loss, sum, 1e-4 * sum);
      for (const [i, tensor] of sums.entries()) {
        const largest = expected[i].reduce((most, g) => Math.max(most, Math.abs(g)), 0);
        for (const [at, g] of (await tensor.data()).entries()) {
          assertAlmostEquals(g, expected[i][at], 1e-5 * largest, `${Object.keys(all)[i]} ${at}`);
        }
      }
      tf.dispose([x, all, sums]);
    },
  );
}

Deno.test("norms are refused where a parameter is used twice, or by something that knows none", async () => {
  await useBackend("wasm");
  const weight = tensor([width, width], 1);
  const x = tensor([records, width], 2) as tf.Tensor2D;
  const before = tf.memory().numTensors;
  const asked = (lossOf: (weight: tf.Tensor2D) => tf.Tensor) => () =>
    recordGradients(
      { weight },
      records,
      (all) => tf.sum(tf.square(lossOf(matrix(all, "weight")))),
    );
  const once = (weight: tf.Tensor2D) => linear(x, weight, null);
  asked(once)().dispose();
  assertThrows(
    asked((weight) => tf.add(once(weight), once(weight))),
    Error,
    'Cannot compute norms: 2 layers use "weight", not one',
  );
  assertEquals(tf.memory().numTensors, before);
  // what some other operation computes: the probe has no way to it
  assertThrows(asked((weight) => tf.matMul(x, weight)), Error);
  tf.dispose([weight, x]);
});
