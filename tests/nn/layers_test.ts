// The layers without a test file of their own, by their definitions in float64.
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { bernoulliNll } from "ehrloom/nn/bernoulli.ts";
import { categoricalNll, categoricalRows } from "ehrloom/nn/categorical.ts";
import { exactGelu, gelu } from "ehrloom/nn/gelu.ts";
import { layerNorm } from "ehrloom/nn/layer_norm.ts";
import { linear } from "ehrloom/nn/linear.ts";
import { relu } from "ehrloom/nn/relu.ts";
import { testOnBackends } from "../golden.ts";
import { assertClose, testLayer } from "./layer.ts";

testLayer("gelu()", {
  shapes: [[5, 7]],
  layer: (x) => gelu(x),
  literal: (x) =>
    x.map((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))),
});

testLayer("relu()", {
  shapes: [[5, 7]],
  layer: (x) => relu(x),
  literal: (x) => x.map((v) => Math.max(v, 0)),
});

/** Φ(x) by its power series, which float64 sums exactly enough for |x| < 5. */
function normalBelow(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 100; n++) sum += term *= x * x / (2 * n + 1);
  return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}

testLayer("exactGelu()", {
  shapes: [[5, 7]],
  layer: (x) => exactGelu(x),
  literal: (x) => x.map((v) => v * normalBelow(v)),
});

const epsilon = 1e-5;
testLayer("layerNorm()", {
  shapes: [[4, 6], [6], [6]],
  layer: (x, gain, bias) =>
    layerNorm(x as tf.Tensor2D, gain as tf.Tensor1D, bias as tf.Tensor1D, epsilon),
  literal: (x, gain, bias) =>
    x.map((value, i) => {
      const row = x.subarray(i - i % 6, i - i % 6 + 6);
      const mean = row.reduce((sum, v) => sum + v, 0) / 6;
      const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 6;
      return (value - mean) / Math.sqrt(variance + epsilon) * gain[i % 6] + bias[i % 6];
    }),
});

for (const layout of ["in-out", "out-in"] as const) {
  const [rows, inputs, outputs] = [3, 5, 4];
  testLayer(`linear() of layout ${layout}`, {
    shapes: [[rows, inputs], layout === "in-out" ? [inputs, outputs] : [outputs, inputs], [
      outputs,
    ]],
    layer: (x, weight, bias) =>
      linear(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D, layout),
    literal: (x, weight, bias) =>
      Float64Array.from({ length: rows * outputs }, (_, at) => {
        const [row, output] = [Math.floor(at / outputs), at % outputs];
        let sum = bias[output];
        for (let i = 0; i < inputs; i++) {
          sum += x[row * inputs + i] *
            weight[layout === "in-out" ? i * outputs + output : output * inputs + i];
        }
        return sum;
      }),
  });
}

for (const [positiveWeight, leftOut] of [[1], [3], [1, [0, 1]], [3, [0, 1]]] as const) {
  const [rows, columns] = [4, 5];
  const targets = rowsFrom([[0, 3], [], [1, 2, 4], [0, 1]]);
  const mask = Float32Array.of(1, 1, 0.5, 0); // the last row is padding, though cells are on in it
  // Cells that do not count: one that is on, one that is off
  const how = { positiveWeight, ...leftOut && { leftOut: rowsFrom([leftOut, [], [2], [4]]) } };
  const left = leftOut === undefined ? [] : [0, 1, 2 * columns + 2];
  testLayer(
    `bernoulliNll() with positive weight ${positiveWeight}${leftOut ? ", without some cells" : ""}`,
    {
      shapes: [[rows, columns]],
      layer: (logits) => bernoulliNll(logits as tf.Tensor2D, targets, mask, how),
      literal: (logits) => {
        let sum = 0;
        for (let row = 0; row < rows; row++) {
          const on = targets.columns.subarray(targets.offsets[row], targets.offsets[row + 1]);
          for (let column = 0; column < columns; column++) {
            if (left.includes(row * columns + column)) continue;
            const p = 1 / (1 + Math.exp(-logits[row * columns + column]));
            sum -= mask[row] *
              (on.includes(column) ? positiveWeight * Math.log(p) : Math.log1p(-p));
          }
        }
        return [sum];
      },
    },
  );
}

const choices = rowsFrom([[2], [], [0], [4]]); // the second row is padding
testLayer("categoricalNll()", {
  shapes: [[4, 5]],
  layer: (logits) => categoricalNll(logits as tf.Tensor2D, choices),
  literal: (logits) => {
    let sum = 0;
    for (const [row, target] of [[0, 2], [2, 0], [3, 4]]) {
      const own = logits.subarray(5 * row, 5 * row + 5);
      sum -= own[target] - Math.log(own.reduce((mass, logit) => mass + Math.exp(logit), 0));
    }
    return [sum];
  },
});

testOnBackends("categoricalNll() stays finite where probabilities round to 0 and 1", async () => {
  const logits = tf.tensor2d([[-200, 300, 0], [-200, 300, 0]]);
  const { value, grad } = tf.valueAndGrad((logits) =>
    categoricalNll(logits as tf.Tensor2D, rowsFrom([[1], [0]]))
  )(logits);
  assertClose(await value.data(), [500], "loss");
  assertClose(await grad.data(), [0, 0, 0, -1, 1, 0], "gradient");
  tf.dispose([logits, value, grad]);
});

testOnBackends(
  "categoricalRows() takes the column in whose share the uniform number lies",
  async () => {
    const logits = tf.tensor2d([1, 2, 3, 4, 5].map(() => [Math.log(0.25), Math.log(0.5), -1e9, 0]));
    const shares = [0.25, 0.5, 0, 1].map((share) => share / 1.75);
    const ends = [shares[0], shares[0] + shares[1]];
    const uniforms = Float32Array.of(
      0,
      ends[0] - 1e-4,
      ends[0] + 1e-4,
      ends[1] + 1e-4,
      1 - 2 ** -24,
    );
    assertEquals(await categoricalRows(logits, uniforms), rowsFrom([[0], [0], [1], [3], [3]]));
    logits.dispose();
  },
);

for (const layout of ["in-out", "out-in"] as const) {
  testLayer(`linear() without a bias, of layout ${layout}`, {
    shapes: [[2, 3], layout === "in-out" ? [3, 4] : [4, 3]],
    layer: (x, weight) => linear(x as tf.Tensor2D, weight as tf.Tensor2D, null, layout),
    literal: (x, weight) =>
      Float64Array.from({ length: 8 }, (_, at) => {
        const [row, output] = [Math.floor(at / 4), at % 4];
        return [0, 1, 2].reduce(
          (sum, i) =>
            sum + x[row * 3 + i] * weight[layout === "in-out" ? i * 4 + output : output * 3 + i],
          0,
        );
      }),
  });
}

testOnBackends("bernoulliNll() stays finite where probabilities round to 0 and 1", async () => {
  const logits = tf.tensor2d([[-200, 200, -200, 200]]);
  const targets = rowsFrom([[0, 1]]); // one hit and one miss of each kind
  const { value, grad } = tf.valueAndGrad((logits) =>
    bernoulliNll(logits as tf.Tensor2D, targets, Float32Array.of(1))
  )(logits);
  assertClose(await value.data(), [400], "loss");
  assertClose(await grad.data(), [-1, 0, 0, 1], "gradient");
  assertEquals(value.shape, []);
  tf.dispose([logits, value, grad]);
});
