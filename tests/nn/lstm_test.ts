import * as tf from "@tensorflow/tfjs-core";
import { lstm, lstmNext, type LstmState, type LstmWeights } from "ehrloom/nn/lstm.ts";
import { testOnBackends } from "../golden.ts";
import { assertClose, numbers, testLayer } from "./layer.ts";

const [steps, records, inputs, width] = [3, 2, 4, 3];
const shapes = [
  [steps * records, inputs],
  [4 * width, inputs],
  [4 * width, width],
  [4 * width],
  [4 * width],
] as const;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const weightsOf = ([input, hidden, inputBias, hiddenBias]: tf.Tensor[]): LstmWeights => ({
  input: input as tf.Tensor2D,
  hidden: hidden as tf.Tensor2D,
  inputBias: inputBias as tf.Tensor1D,
  hiddenBias: hiddenBias as tf.Tensor1D,
});

/** The definition, unit by unit. */
function literal(...[x, input, hidden, inputBias, hiddenBias]: Float64Array[]): number[] {
  const y: number[] = [];
  const output = new Float64Array(records * width);
  const cell = new Float64Array(records * width);
  for (let step = 0; step < steps; step++) {
    const last = output.slice();
    for (let r = 0; r < records; r++) {
      for (let j = 0; j < width; j++) {
        const sums = [0, 1, 2, 3].map((gate) => {
          const unit = gate * width + j;
          let sum = inputBias[unit] + hiddenBias[unit];
          for (let k = 0; k < inputs; k++) {
            sum += input[unit * inputs + k] * x[(step * records + r) * inputs + k];
          }
          for (let k = 0; k < width; k++) sum += hidden[unit * width + k] * last[r * width + k];
          return sum;
        });
        const at = r * width + j;
        cell[at] = sigmoid(sums[1]) * cell[at] + sigmoid(sums[0]) * Math.tanh(sums[2]);
        output[at] = sigmoid(sums[3]) * Math.tanh(cell[at]);
      }
    }
    y.push(...output);
  }
  return y;
}

testLayer("lstm()", {
  shapes,
  layer: (x, ...weights) => lstm(x as tf.Tensor2D, records, weightsOf(weights)),
  literal,
});

testOnBackends("lstmNext() step by step gives what lstm() gives at once", async () => {
  const given = shapes.map((shape, i) => numbers(shape, i));
  const [x, ...weights] = given.map((array, i) =>
    tf.tensor(Float32Array.from(array), [...shapes[i]])
  );
  const found: number[] = [];
  let state: LstmState | undefined;
  for (let step = 0; step < steps; step++) {
    const rows = tf.slice(x, [step * records, 0], [records, inputs]) as tf.Tensor2D;
    const next = lstmNext(rows, state, weightsOf(weights));
    found.push(...await next.output.data());
    tf.dispose([rows, state?.output ?? [], state?.cell ?? []]);
    state = next;
  }
  assertClose(found, literal(...given), "outputs");
  tf.dispose([x, weights, state?.output ?? [], state?.cell ?? []]);
});
