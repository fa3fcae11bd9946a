import type * as tf from "@tensorflow/tfjs-core";
import { causalConvolution, transposedConvolution } from "ehrloom/nn/convolution.ts";
import { testLayer } from "./layer.ts";

const [records, rows, width, out] = [2, 5, 3, 4];

testLayer("causalConvolution()", {
  shapes: [[records * rows, width], [out, width, 3], [out]],
  layer: (x, weight, bias) =>
    causalConvolution(
      x as tf.Tensor2D,
      records,
      weight as tf.Tensor3D,
      bias as tf.Tensor1D,
      2,
    ),
  literal: (x, weight, bias) =>
    Array.from({ length: records * rows * out }, (_, at) => {
      const o = at % out;
      const t = Math.floor(at / out) % rows;
      let sum = bias[o];
      for (let tap = 0; tap < 3; tap++) {
        const from = t - 2 * (2 - tap);
        if (from < 0) continue;
        const row = Math.floor(at / out) - t + from;
        for (let i = 0; i < width; i++) {
          sum += x[row * width + i] * weight[(o * width + i) * 3 + tap];
        }
      }
      return sum;
    }),
});

for (const [taps, stride] of [[3, 2], [2, 2], [4, 1]]) {
  const rowsOut = (rows - 1) * stride + taps;
  testLayer(`transposedConvolution() of ${taps} taps and stride ${stride}`, {
    shapes: [[records * rows, width], [width, out, taps], [out]],
    layer: (x, weight, bias) =>
      transposedConvolution(
        x as tf.Tensor2D,
        records,
        weight as tf.Tensor3D,
        bias as tf.Tensor1D,
        stride,
      ),
    literal(x, weight, bias) {
      const y = Array.from({ length: records * rowsOut * out }, (_, at) => bias[at % out]);
      for (let r = 0; r < records * rows; r++) {
        const first = Math.floor(r / rows) * rowsOut + r % rows * stride;
        for (let i = 0; i < width; i++) {
          for (let o = 0; o < out; o++) {
            for (let tap = 0; tap < taps; tap++) {
              y[(first + tap) * out + o] += x[r * width + i] * weight[(i * out + o) * taps + tap];
            }
          }
        }
      }
      return y;
    },
  });
}
