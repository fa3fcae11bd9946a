import * as tf from "@tensorflow/tfjs-core";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { dense } from "ehrloom/nn/multi_hot.ts";
import { triangular, triangularFirst } from "ehrloom/nn/triangular.ts";
import { testOnBackends } from "../golden.ts";
import { assertClose, numbers, testLayer } from "./layer.ts";

/** x Wᵀ + b; only what lies on or below W's diagonal counts. */
function masked(x: Float64Array, weight: Float64Array, bias: Float64Array): Float64Array {
  const size = bias.length;
  return Float64Array.from(x, (_, at) => {
    const output = at % size;
    const row = at - output;
    let sum = bias[output];
    for (let i = 0; i <= output; i++) sum += x[row + i] * weight[output * size + i];
    return sum;
  });
}

/** A weight as the layers want it: zeros above the diagonal. */
function lowerTriangular(size: number): Float64Array {
  return numbers([size, size], 7).map((v, i) => i % size > Math.floor(i / size) ? 0 : v);
}

const [rows, size] = [3, 8];

for (const [first, outputs] of [[0, 8], [2, 5], [3, 5], [7, 1]]) {
  testLayer(`triangular() of outputs ${first} to ${first + outputs - 1} of ${size}`, {
    shapes: [[rows, size], [size, size], [size]],
    inputs: [numbers([rows, size]), lowerTriangular(size), numbers([size])],
    layer: (x, weight, bias) =>
      triangular(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D, first, outputs),
    literal: (x, weight, bias) =>
      masked(x, weight, bias).filter((_, at) => {
        const output = at % size;
        return output >= first && output < first + outputs;
      }),
  });
}

const lists = [[0, 4], [], [1, 2, 4]];
const columns = 5;
const width = size - columns;
testLayer("triangularFirst()", {
  shapes: [[rows, width], [size, size], [size]],
  inputs: [numbers([rows, width]), lowerTriangular(size), numbers([size])],
  layer: (history, weight, bias) =>
    triangularFirst(
      history as tf.Tensor2D,
      rowsFrom(lists),
      weight as tf.Tensor2D,
      bias as tf.Tensor1D,
    ),
  literal: (history, weight, bias) =>
    masked(
      Float64Array.from(lists.flatMap((on, row) => [
        ...history.subarray(row * width, (row + 1) * width),
        ...Array.from({ length: columns }, (_, column) => on.includes(column) ? 1 : 0),
      ])),
      weight,
      bias,
    ),
});

testOnBackends("both triangular layers equal masked products where they go by blocks", async () => {
  const [rows, width, columns] = [5, 40, 700]; // about three blocks
  const size = width + columns;
  const codes = rowsFrom([[0, 5, 699], [300], [], [255, 256, 257], [1, 511, 512, 640]]);
  const [history, bias, dy] = [[rows, width], [size], [rows, columns]].map((shape, i) =>
    tf.tensor(Float32Array.from(numbers(shape, i)), shape)
  );
  // Small weights, as sums of 740 terms would lose digits otherwise
  const weight = tf.tensor(
    Float32Array.from(lowerTriangular(size), (value) => value / Math.sqrt(size)),
    [size, size],
  );
  const ours = (history: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => {
    const args = [weight as tf.Tensor2D, bias as tf.Tensor1D] as const;
    const hidden = triangularFirst(history as tf.Tensor2D, codes, ...args);
    return triangular(hidden, ...args, width - 1, columns);
  };
  const composed = (history: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => {
    const [row, column] = [tf.range(0, size), tf.range(0, size)];
    const mask = tf.cast(
      tf.greaterEqual(tf.reshape(row, [size, 1]), tf.reshape(column, [1, size])),
      "float32",
    );
    const layer = (x: tf.Tensor) =>
      tf.add(tf.matMul(x as tf.Tensor2D, tf.mul(weight, mask), false, true), bias);
    const input = tf.concat([history, dense(codes, columns)], 1);
    return tf.slice(layer(layer(input)), [0, width - 1], [rows, columns]);
  };
  const [found, expected] = [ours, composed].map((run) =>
    tf.valueAndGrads((...inputs) =>
      tf.sum(tf.mul(run(...inputs as [tf.Tensor, tf.Tensor, tf.Tensor]), dy))
    )([history, weight, bias])
  );
  const values = tf.tidy(() => [ours, composed].map((run) => run(history, weight, bias)));
  assertClose(await values[0].data(), await values[1].data(), "value");
  for (const [i, name] of ["history", "weight", "bias"].entries()) {
    const gradients = [await found.grads[i].data(), await expected.grads[i].data()];
    assertClose(gradients[0], gradients[1], `gradient of ${name}`);
  }
  const all = [history, weight, bias, dy, values];
  tf.dispose([...all, found.value, found.grads, expected.value, expected.grads]);
});
