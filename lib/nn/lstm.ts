/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997) in PyTorch's form: gates input, forget,
 * cell and output beside each other, two biases.
 *
 * What does not wait for the step before is one product for all steps at once; a step is one product
 * of the last states and one loop over the gates. An operation of our own takes all steps at once, and
 * TensorFlow has one for all of it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { hostKernel, isOnHost } from "./host.ts";
import { hasKernels, lstmGradientKernel, lstmKernel } from "./kernels.ts";
import { layer, type WayBack } from "./layer.ts";
import { columnSums, product, transposed } from "./linear.ts";
import { matrix, type NamedTensors, vector } from "./parameters.ts";
import { sigmoid } from "./sigmoid.ts";
import { ofProduct, ofSum } from "./squared_norms.ts";
import { blockLstm, blockLstmGradient, isOnTensorflow } from "./tensorflow_ops.ts";

/** Weights of one layer. */
export interface LstmWeights {
  /** [4 × width, in] */
  readonly input: tf.Tensor2D;
  /** [4 × width, width] */
  readonly hidden: tf.Tensor2D;
  /** [4 × width] */
  readonly inputBias: tf.Tensor1D;
  /** [4 × width] */
  readonly hiddenBias: tf.Tensor1D;
}

/**
 * The weights of a layer by PyTorch's names.
 *
 * @param name of the stack of layers, such as "lstm"
 * @param layer "l0" for the first, "l0_reverse" where it goes backwards
 */
export function lstmWeights(parameters: NamedTensors, name: string, layer: string): LstmWeights {
  return {
    input: matrix(parameters, `${name}.weight_ih_${layer}`),
    hidden: matrix(parameters, `${name}.weight_hh_${layer}`),
    inputBias: vector(parameters, `${name}.bias_ih_${layer}`),
    hiddenBias: vector(parameters, `${name}.bias_hh_${layer}`),
  };
}

/** What a layer hands on from step to step, each [records, width]. */
export interface LstmState {
  /** The output. */
  readonly output: tf.Tensor2D;
  /** The cell. */
  readonly cell: tf.Tensor2D;
}

/** One step's output, cell, squashed cell [records, width] and open gates [records, 4 × width]. */
type Step = [output: tf.Tensor2D, cell: tf.Tensor2D, squashed: tf.Tensor2D, gates: tf.Tensor2D];

/**
 * One step.
 *
 * @param given [steps × records, 4 × width] what the inputs add to the gates, step by step
 * @param step which of them
 * @param recurrent [records, 4 × width] what the last outputs add
 * @param before [records, width] the last cells
 */
function stepOf(
  given: tf.Tensor2D,
  step: number,
  recurrent: tf.Tensor2D,
  before: tf.Tensor2D,
): Step {
  const [records, width] = before.shape;
  if (!isOnHost()) {
    const sum = tf.add(tf.slice(given, [step * records, 0], [records, 4 * width]), recurrent);
    const [i, f, g, o]: tf.Tensor2D[] = tf.split(sum, 4, 1);
    const gates = [tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)];
    const cell: tf.Tensor2D = tf.add(tf.mul(gates[1], before), tf.mul(gates[0], gates[2]));
    const squashed = tf.tanh(cell);
    return [tf.mul(gates[3], squashed), cell, squashed, tf.concat(gates, 1)];
  }
  const shapes = [
    [records, width],
    [records, width],
    [records, width],
    [records, 4 * width],
  ] as const;
  return hostKernel(
    [given, recurrent, before],
    shapes,
    ([given, recurrent, before], [output, cell, squashed, gates]) => {
      const from = step * records * 4 * width;
      for (let r = 0; r < records; r++) {
        for (let j = 0; j < width; j++) {
          const at = r * width + j;
          const unit = r * 4 * width + j;
          const sum = (gate: number) =>
            given[from + unit + gate * width] + recurrent[unit + gate * width];
          const i = gates[unit] = sigmoid(sum(0));
          const f = gates[unit + width] = sigmoid(sum(1));
          const g = gates[unit + 2 * width] = Math.tanh(sum(2));
          const o = gates[unit + 3 * width] = sigmoid(sum(3));
          cell[at] = f * before[at] + i * g;
          squashed[at] = Math.tanh(cell[at]);
          output[at] = o * squashed[at];
        }
      }
    },
  );
}

/**
 * The way back through {@link stepOf}.
 *
 * @param dy [steps × records, width] gradient at all outputs
 * @param step which of them
 * @param later gradients that come from the step after, at its output and cell
 * @param before [records, width] the last cells
 * @returns gradients at the gates' sums [records, 4 × width] and at the last cells
 */
function stepGradient(
  dy: tf.Tensor2D,
  step: number,
  later: LstmState,
  before: tf.Tensor2D,
  squashed: tf.Tensor2D,
  gates: tf.Tensor2D,
): [dGates: tf.Tensor2D, dCell: tf.Tensor2D] {
  const [records, width] = before.shape;
  if (!isOnHost()) {
    const [i, f, g, o]: tf.Tensor2D[] = tf.split(gates, 4, 1);
    const dOutput = tf.add(tf.slice(dy, [step * records, 0], [records, width]), later.output);
    const slope = tf.sub(1, tf.square(squashed));
    const dCell = tf.add(later.cell, tf.mul(tf.mul(dOutput, o), slope));
    const ofSigmoid = (d: tf.Tensor, s: tf.Tensor): tf.Tensor2D =>
      tf.mul(d, tf.mul(s, tf.sub(1, s)));
    const dGates = tf.concat<tf.Tensor2D>([
      ofSigmoid(tf.mul(dCell, g), i),
      ofSigmoid(tf.mul(dCell, before), f),
      tf.mul(tf.mul(dCell, i), tf.sub(1, tf.square(g))),
      ofSigmoid(tf.mul(dOutput, squashed), o),
    ], 1);
    return [dGates, tf.mul(dCell, f)];
  }
  return hostKernel(
    [dy, later.output, later.cell, before, squashed, gates],
    [[records, 4 * width], [records, width]],
    ([dy, laterOutput, laterCell, before, squashed, gates], [dGates, dBefore]) => {
      const from = step * records * width;
      for (let r = 0; r < records; r++) {
        for (let j = 0; j < width; j++) {
          const at = r * width + j;
          const unit = r * 4 * width + j;
          const i = gates[unit];
          const f = gates[unit + width];
          const g = gates[unit + 2 * width];
          const o = gates[unit + 3 * width];
          const s = squashed[at];
          const dOutput = dy[from + at] + laterOutput[at];
          const dCell = laterCell[at] + dOutput * o * (1 - s * s);
          dGates[unit] = dCell * g * i * (1 - i);
          dGates[unit + width] = dCell * before[at] * f * (1 - f);
          dGates[unit + 2 * width] = dCell * i * (1 - g * g);
          dGates[unit + 3 * width] = dOutput * s * o * (1 - o);
          dBefore[at] = dCell * f;
        }
      }
    },
  );
}

/** What was before each step: the outputs a step later, from zeros. */
function outputsBefore(y: tf.Tensor2D, records: number): tf.Tensor2D {
  const [rows, width] = y.shape;
  return tf.concat([tf.zeros([records, width]), tf.slice(y, 0, rows - records)]);
}

/** Gradients at the gates' sums of all steps, [steps × records, 4 × width]. */
function gateGradients(
  dy: tf.Tensor2D,
  hidden: tf.Tensor2D,
  states: readonly tf.Tensor2D[],
  records: number,
): tf.Tensor2D {
  const zeros = tf.zeros<tf.Rank.R2>([records, hidden.shape[1]]);
  const dGates: tf.Tensor2D[] = [];
  let later = { output: zeros, cell: zeros };
  for (let step = states.length / 3 - 1; step >= 0; step--) {
    const before = step === 0 ? zeros : states[3 * (step - 1)];
    const [, squashed, gates] = states.slice(3 * step, 3 * step + 3);
    const [dGate, cell] = stepGradient(dy, step, later, before, squashed, gates);
    dGates.unshift(dGate);
    later = { output: tf.matMul(dGate, hidden), cell };
  }
  return tf.concat(dGates);
}

/**
 * Rows in the other order: [outer × inner, columns] → [inner × outer, columns]. The layer wants the first
 * rows of all records, then the second ones; others want record by record.
 *
 * @param inner how many rows of x come before the next outer one
 */
export function reordered(x: tf.Tensor2D, inner: number): tf.Tensor2D {
  const [rows, columns] = x.shape;
  const apart: tf.Tensor3D = tf.reshape(x, [rows / inner, inner, columns]);
  return tf.reshape(tf.transpose(apart, [1, 0, 2]), [rows, columns]);
}

/** What is saved for the way back: x [steps × records, in], the weight of inputs, the outputs, and more. */
type Saved<More extends readonly tf.Tensor[]> = readonly [
  x: tf.Tensor2D,
  input: tf.Tensor2D,
  y: tf.Tensor2D,
  ...more: More,
];

/** The way back from gradients at the gates' sums. */
function wayBack<More extends readonly tf.Tensor[]>(records: number): WayBack<Saved<More>> {
  return {
    isByStep: true,
    inputs: (dGates, [, input]) => [product(dGates, input)],
    parameters(dGates, [x, , y]) {
      const dBias = columnSums(dGates);
      const before = outputsBefore(y, records);
      return [product(dGates, x, "T"), product(dGates, before, "T"), dBias, tf.clone(dBias)];
    },
    squaredNorms(dGates, [x, , y]) {
      const seen: tf.Tensor2D = tf.concat([x, outputsBefore(y, records)], 1);
      const atGates = reordered(dGates, records);
      const ofWeights = ofProduct(reordered(seen, records), atGates, records);
      return tf.add(ofWeights, tf.mul(2, ofSum(atGates, records))); // both biases get the same
    },
  };
}

/**
 * A layer over whole records, from zero states.
 *
 * @param x [steps × records, in] step by step: the first rows of all records, then the second ones
 * @param records how many
 * @returns [steps × records, width] the outputs, in the same order
 */
export function lstm(x: tf.Tensor2D, records: number, weights: LstmWeights): tf.Tensor2D {
  if (hasKernels()) return kernelLstm(x, records, weights);
  if (isOnTensorflow()) return lstmAtOnce(x, records, weights);
  const { input, hidden, inputBias, hiddenBias } = weights;
  const width = hidden.shape[1];
  const steps = x.shape[0] / records;
  return layer(
    [x],
    [input, hidden, inputBias, hiddenBias],
    (): { value: tf.Tensor2D; saved: Saved<tf.Tensor2D[]> } => {
      const given: tf.Tensor2D = tf.add(product(x, input, "N", "T"), tf.add(inputBias, hiddenBias));
      const turned = transposed(hidden);
      const done: Step[] = [];
      const zeros = tf.zeros<tf.Rank.R2>([records, width]);
      for (let step = 0; step < steps; step++) {
        const [output, cell] = step === 0 ? [zeros, zeros] : done[step - 1];
        done.push(stepOf(given, step, tf.matMul(output, turned), cell));
      }
      const value = tf.concat(done.map(([output]) => output));
      const states = done.flatMap(([, ...rest]) => rest);
      return { value, saved: [x, input, value, hidden, ...states] };
    },
    {
      ...wayBack(records),
      within: (dy, [, , , hidden, ...states]) => gateGradients(dy, hidden, states, records),
    },
  );
}

/** {@link lstm} by our own operation for the steps. */
function kernelLstm(x: tf.Tensor2D, records: number, weights: LstmWeights): tf.Tensor2D {
  const { input, hidden, inputBias, hiddenBias } = weights;
  return layer(
    [x],
    [input, hidden, inputBias, hiddenBias],
    (): { value: tf.Tensor2D; saved: Saved<[tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]> } => {
      const given = product(x, input, "N", "T", tf.add(inputBias, hiddenBias));
      const [value, cells, gates] = lstmKernel(given, hidden, records);
      return { value, saved: [x, input, value, hidden, cells, gates] };
    },
    {
      ...wayBack(records),
      within: (dy, [, , , hidden, cells, gates]) =>
        lstmGradientKernel(dy, hidden, cells, gates, records),
    },
  );
}

/** {@link lstm} by TensorFlow's operation for all steps, 12 times as fast at width 32. */
function lstmAtOnce(x: tf.Tensor2D, records: number, weights: LstmWeights): tf.Tensor2D {
  const { input, hidden, inputBias, hiddenBias } = weights;
  const [units, inputs] = input.shape;
  const width = units / 4;
  const steps = x.shape[0] / records;
  const byStep = (rows: tf.Tensor2D): tf.Tensor3D =>
    tf.reshape(rows, [steps, records, rows.shape[1]]);
  const flat = (tensor: tf.Tensor3D): tf.Tensor2D =>
    tf.reshape(tensor, [steps * records, tensor.shape[2]]);
  return layer(
    [x],
    [input, hidden, inputBias, hiddenBias],
    (): { value: tf.Tensor2D; saved: Saved<[tf.Tensor2D, tf.Tensor1D, ...tf.Tensor3D[]]> } => {
      const weight: tf.Tensor2D = tf.transpose(tf.concat([input, hidden], 1));
      const bias: tf.Tensor1D = tf.add(inputBias, hiddenBias);
      const done = blockLstm(byStep(x), weight, bias);
      const value = flat(done[6]);
      return { value, saved: [x, input, value, weight, bias, ...done] };
    },
    {
      ...wayBack(records),
      within(dy, [, , , weight, bias, ...done]) {
        // Of inputs that are added to the gates' sums as they are, the gradient is that of the sums
        const asGiven: tf.Tensor2D = tf.concat([tf.eye(units), tf.slice(weight, inputs, width)]);
        const given = tf.zeros<tf.Rank.R3>([steps, records, units]);
        return flat(blockLstmGradient(given, asGiven, bias, done, byStep(dy))[0]);
      },
      all(dy, [x, , , weight, bias, ...done]) {
        const [dx, dWeight, dBias] = blockLstmGradient(byStep(x), weight, bias, done, byStep(dy));
        const turned = tf.transpose(dWeight);
        return [
          flat(dx),
          tf.slice(turned, [0, 0], [units, inputs]),
          tf.slice(turned, [0, inputs], [units, width]),
          dBias,
          tf.clone(dBias),
        ];
      },
    },
  );
}

/**
 * {@link lstm} for one more step of each record.
 *
 * @param x [records, in]
 * @param state after the last step, undefined before the first
 */
export function lstmNext(
  x: tf.Tensor2D,
  state: LstmState | undefined,
  { input, hidden, inputBias, hiddenBias }: LstmWeights,
): LstmState {
  const [output, cell] = tf.tidy(() => {
    const zeros = () => tf.zeros<tf.Rank.R2>([x.shape[0], hidden.shape[1]]);
    const given: tf.Tensor2D = tf.add(product(x, input, "N", "T"), tf.add(inputBias, hiddenBias));
    const recurrent = product(state?.output ?? zeros(), hidden, "N", "T");
    const [output, cell] = stepOf(given, 0, recurrent, state?.cell ?? zeros());
    return [output, cell];
  });
  return { output, cell };
}
