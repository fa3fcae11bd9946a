import * as tf from "@tensorflow/tfjs-core";
import { blockLayer } from "ehrloom/nn/block_layer.ts";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { numbers, testLayer } from "./layer.ts";

const [rows, front, rank, columns] = [3, 2, 2, 8];

/** The layer by its definition; only what T's mask shows counts. */
function literal(
  [fronts, x, weight, bias, summary]: readonly Float64Array[],
  block: number,
  seesOwn: boolean,
): Float64Array {
  const inputs = front + rank + block;
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [row, c] = [Math.floor(at / columns), at % columns];
    const own = weight.subarray(c * inputs, (c + 1) * inputs);
    const start = c - c % block;
    let sum = bias[c];
    for (let i = 0; i < front; i++) sum += own[i] * fronts[row * front + i];
    for (let earlier = 0; earlier < start; earlier++) {
      for (let i = 0; i < rank; i++) {
        sum += own[front + i] * summary[earlier * rank + i] * x[row * columns + earlier];
      }
    }
    for (let other = start; other < c + (seesOwn ? 1 : 0); other++) {
      sum += own[front + rank + other - start] * x[row * columns + other];
    }
    return sum;
  });
}

/** Numbers of a weight, with zeros where T's mask has them. */
function weightOf(block: number, seesOwn: boolean): Float64Array {
  const inputs = front + rank + block;
  return numbers([columns, inputs], 7).map((value, at) => {
    const c = Math.floor(at / inputs);
    return at % inputs < front + rank + c % block + (seesOwn ? 1 : 0) ? value : 0;
  });
}

const lists = [[0, 4, 6], [], [1, 2, 7]];

for (
  const [block, seesOwn] of [[3, true], [3, false], [4, true], [8, false], [1, false]] as const
) {
  const inputs = front + rank + block;
  const shapes = { weight: [columns, inputs], bias: [columns], summary: [columns, rank] };
  const given = [
    weightOf(block, seesOwn),
    numbers(shapes.bias, 8),
    numbers(shapes.summary, 9),
  ];
  const about = `blocks of ${block}, ${
    seesOwn ? "columns up to its own" : "columns before its own"
  }`;
  testLayer(`blockLayer(): ${about}`, {
    shapes: [[rows, front], [rows, columns], ...Object.values(shapes)],
    inputs: [numbers([rows, front]), numbers([rows, columns], 6), ...given],
    layer: (fronts, x, weight, bias, summary) =>
      blockLayer(
        fronts as tf.Tensor2D,
        x as tf.Tensor2D,
        {
          weight: weight as tf.Tensor2D,
          bias: bias as tf.Tensor1D,
          summary: summary as tf.Tensor2D,
        },
        seesOwn,
      ),
    literal: (...all) => literal(all, block, seesOwn),
  });
  testLayer(`blockLayer() of sparse rows: ${about}`, {
    shapes: [[rows, front], ...Object.values(shapes)],
    inputs: [numbers([rows, front]), ...given],
    layer: (fronts, weight, bias, summary) =>
      blockLayer(
        fronts as tf.Tensor2D,
        rowsFrom(lists),
        {
          weight: weight as tf.Tensor2D,
          bias: bias as tf.Tensor1D,
          summary: summary as tf.Tensor2D,
        },
        seesOwn,
      ),
    literal: (fronts, ...weights) => {
      const x = Float64Array.from(
        { length: rows * columns },
        (_, at) => lists[Math.floor(at / columns)].includes(at % columns) ? 1 : 0,
      );
      return literal([fronts, x, ...weights], block, seesOwn);
    },
  });
}
