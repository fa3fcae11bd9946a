// Each layer's squared norms and weighted sums against the gradients of one record at a time.
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { blockLayer } from "ehrloom/nn/block_layer.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { recordGradients } from "ehrloom/nn/layer.ts";
import { layerNorm } from "ehrloom/nn/layer_norm.ts";
import { type Layout, linear, linearOfParts } from "ehrloom/nn/linear.ts";
import { lstm } from "ehrloom/nn/lstm.ts";
import { embedding, rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { matrix, type NamedTensors, vector } from "ehrloom/nn/parameters.ts";
import { equalOffsets } from "ehrloom/nn/record_rows.ts";
import { withPositions } from "ehrloom/nn/transformer.ts";
import { triangular, triangularFirst } from "ehrloom/nn/triangular.ts";
import { testOnBackends } from "../golden.ts";
import { assertClose, numbers } from "./layer.ts";

const [records, rows, width, out, columns] = [3, 4, 5, 6, 7];
const lists = [[0, 4], [], [1, 2, 6], [3], [0, 4], [0, 4], [], [5], [2], [1, 3], [1], [1, 3, 6]];
const size = width + columns;
/** One of them leaves its record out. */
const factors = Float32Array.of(0.3, 0, 1);

const tensor = (shape: readonly number[], key: number) =>
  tf.tensor(Float32Array.from(numbers(shape, key)), [...shape]);

/** A layer over rows of records: those from the first on. */
interface Case {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** @param x [records × rows, width] */
  layer(parameters: NamedTensors, x: tf.Tensor2D, lists: number[][]): tf.Tensor2D;
}

/** [outer × inner, columns] → [inner × outer, columns] */
function byStep(x: tf.Tensor2D, outer: number, inner: number): tf.Tensor2D {
  const [total, columns] = x.shape;
  const apart = tf.reshape(x, [outer, inner, columns]);
  return tf.reshape(tf.transpose(apart, [1, 0, 2]), [total, columns]);
}

/** Logits of what is seen by the weight that embedded it, and of two more inputs. */
function tiedTo(p: NamedTensors, x: tf.Tensor2D, embedded: tf.Tensor2D, layout: Layout) {
  const seen: tf.Tensor2D = tf.tanh(tf.add(embedded, x));
  const more = tf.slice(x, [0, 0], [x.shape[0], 2]);
  return linearOfParts(tf.concat([seen, more], 1), [
    { weight: matrix(p, "weight"), layout },
    { weight: matrix(p, "more"), layout: "in-out" },
  ], vector(p, "bias"));
}

const blockWeights = (p: NamedTensors) => ({
  weight: matrix(p, "weight"),
  bias: vector(p, "bias"),
  summary: matrix(p, "summary"),
});

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
    layer: (p, x) => withPositions(x, matrix(p, "table"), equalOffsets(x.shape[0] / rows, rows)),
  },
  "triangularFirst()": {
    shapes: { weight: [size, size], bias: [size] },
    layer: (p, x, lists) =>
      triangularFirst(x, rowsFrom(lists), matrix(p, "weight"), vector(p, "bias")),
  },
  "linearOfParts()": {
    shapes: { first: [out, 2], second: [2, out], third: [out, 1], bias: [out] },
    layer: (p, x) =>
      linearOfParts(x, [
        { weight: matrix(p, "first"), layout: "out-in" },
        { weight: matrix(p, "second"), layout: "in-out" },
        { weight: matrix(p, "third"), layout: "out-in" },
      ], vector(p, "bias")),
  },
  "lstm()": {
    shapes: { input: [12, width], hidden: [12, 3], inputBias: [12], hiddenBias: [12] },
    layer(p, x) {
      const records = x.shape[0] / rows;
      const inputBias = vector(p, "inputBias");
      const hiddenBias = vector(p, "hiddenBias");
      const weights = {
        input: matrix(p, "input"),
        hidden: matrix(p, "hidden"),
        inputBias,
        hiddenBias,
      };
      return byStep(lstm(byStep(x, records, rows), records, weights), rows, records);
    },
  },
  // Heads whose matrix is the embedding's: few rows go by pairs of rows, many by the gradient itself
  "a tied weight [width, columns]": {
    shapes: { weight: [width, columns], more: [2, columns], bias: [columns] },
    layer: (p, x, lists) => tiedTo(p, x, embedding(rowsFrom(lists), matrix(p, "weight")), "in-out"),
  },
  "a tied weight [columns, width]": {
    shapes: { weight: [columns, width], more: [2, columns], bias: [columns] },
    layer: (p, x, lists) =>
      tiedTo(p, x, embedding(rowsFrom(lists), matrix(p, "weight"), "in-out"), "out-in"),
  },
  "a tied weight of many columns": {
    shapes: { weight: [50, width], more: [2, 50], bias: [50] },
    layer: (p, x, lists) =>
      tiedTo(p, x, embedding(rowsFrom(lists), matrix(p, "weight"), "in-out"), "out-in"),
  },
  "a weight of three layers": {
    shapes: { weight: [width, width] },
    layer(p, x) {
      const through = (x: tf.Tensor2D, layout: Layout) =>
        tf.sigmoid(linear(x, matrix(p, "weight"), null, layout));
      return through(through(through(x, "in-out"), "out-in"), "in-out");
    },
  },
  "blockLayer() of sparse rows": {
    shapes: { weight: [columns, width + 2 + 3], bias: [columns], summary: [columns, 2] },
    layer: (p, x, lists) => blockLayer(x, rowsFrom(lists), blockWeights(p), true),
  },
  "blockLayer()": {
    shapes: { weight: [width, width + 2 + 2], bias: [width], summary: [width, 2] },
    layer: (p, x) => blockLayer(x, x, blockWeights(p), false),
  },
  "triangular()": {
    shapes: { weight: [width, width], bias: [width] },
    layer: (p, x) => triangular(x, matrix(p, "weight"), vector(p, "bias"), 1, 3),
  },
};

for (const [name, { shapes, layer }] of Object.entries(cases)) {
  testOnBackends(
    `${name} knows the norm of each record's gradient, and passes its input's on`,
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
      const all: NamedTensors = { ...parameters, below };
      const found = recordGradients(all, records, lossOf(0, records));
      const squaredNorms = await found.squaredNorms.data();
      const sums = found.sum(factors);
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
          (await grad.data()).forEach((g, at) => {
            squares += g * g;
            expected[i][at] += factors[record] * g;
          });
        }
        sum += (await value.data())[0];
        assertAlmostEquals(squaredNorms[record], squares, 1e-4 * squares, `record ${record}`);
        tf.dispose([value, grads]);
      }
      assertAlmostEquals((await found.loss.data())[0], sum, 1e-4 * sum);
      for (const [i, name] of Object.keys(all).entries()) {
        assertEquals(sums[i].shape, all[name].shape);
        assertClose(await sums[i].data(), expected[i], name, 1e-4);
      }
      found.dispose();
      tf.dispose([x, all, sums]);
    },
  );
}

Deno.test("the norms of a tied weight are not those of its two gradients apart", async () => {
  await useBackend("wasm");
  const weight = tensor([columns, width], 1);
  const x = tensor([records * rows, width], 2) as tf.Tensor2D;
  const normsOf = async (parameters: NamedTensors) => {
    const found = recordGradients(parameters, records, (p) => {
      const embedded = embedding(rowsFrom(lists), matrix(p, "weight"), "in-out");
      const head = matrix(p, "head" in p ? "head" : "weight");
      return tf.sum(tf.square(linear(tf.add(embedded, x), head, null, "out-in")));
    });
    const norms = await found.squaredNorms.data();
    found.dispose();
    return norms;
  };
  const [tied, apart] = [await normsOf({ weight }), await normsOf({ weight, head: weight })];
  for (let record = 0; record < records; record++) {
    assert(Math.abs(tied[record] / apart[record] - 1) > 0.01, `${tied} ${apart}`);
  }
  tf.dispose([weight, x]);
});

Deno.test("norms are refused where a parameter's uses do not add up, or none is a layer's", async () => {
  await useBackend("wasm");
  const weight = tensor([width, width], 1);
  const gain = tensor([width], 3);
  const x = tensor([records, width], 2) as tf.Tensor2D;
  const before = tf.memory().numTensors;
  const asked = (lossOf: (parameters: NamedTensors) => tf.Tensor) => () =>
    recordGradients({ weight, gain }, records, (all) => tf.sum(tf.square(lossOf(all))));
  const once = (all: NamedTensors) => linear(x, matrix(all, "weight"), vector(all, "gain"));
  asked(once)().dispose();
  assertThrows(
    asked((all) => tf.add(once(all), once(all))),
    Error,
    'Cannot compute norms: 2 layers use "gain", not all by a product of rows',
  );
  assertEquals(tf.memory().numTensors, before);
  // what some other operation computes: the way back has no way to it
  assertThrows(
    asked((all) => tf.mul(vector(all, "gain"), linear(x, matrix(all, "weight"), null))),
    Error,
    'Cannot compute norms: no layer uses "gain"',
  );
  assertEquals(tf.memory().numTensors, before);
  assertThrows(asked((all) => tf.matMul(x, matrix(all, "weight"))), Error);
  tf.dispose([weight, gain, x]);
});
