/**
 * The density of waits: a mixture of log-normals whose probabilities, means and deviations a network
 * gives, relative to those that it starts from. With outputs of 0 it is the start.
 *
 * Of component k, with start w, m, s and outputs a, u, v: the probability is ∝ w exp(a), the mean of log
 * days m + s u, their deviation s exp(v). So a step of training moves a component in proportion to its
 * own width, be it months or the one day that many wait for.
 *
 * @see docs/specs/continuous.md section 4
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "../../nn/differentiable.ts";
import { normalInterval } from "../../nn/normal_interval.ts";
import { toldWait, type WaitStart } from "./wait_start.ts";

/** The times that a wait stands for, on the scale of log days. */
interface Cell {
  readonly middle: number;
  readonly width: number;
  /** -1 without a lower end, 1 without an upper end, 0 with both. */
  readonly open: -1 | 0 | 1;
}

/**
 * The times that are told as this wait: those nearer to its number of steps than to another's, of 0 all
 * shorter ones, and of the longest wait all longer ones.
 */
function cellOf(start: WaitStart, wait: number): Cell {
  const { step, longest } = start;
  const told = toldWait(start, wait);
  if (told === 0) return { middle: Math.log(step / 2), width: 1, open: -1 };
  const [low, high] = [told - step / 2, told + step / 2];
  if (told >= longest) return { middle: Math.log(low), width: 1, open: 1 };
  return { middle: Math.log(low * high) / 2, width: Math.log(high / low), open: 0 };
}

/** [rows, 1] each: what waits stand for, and 1 for rows that have one. */
function cellTensors(start: WaitStart, waits: Float64Array) {
  const cells = Array.from(waits, (wait) => cellOf(start, Number.isNaN(wait) ? 0 : wait));
  const column = (of: (cell: Cell, row: number) => number) =>
    tf.tensor2d(Float32Array.from(cells, of), [cells.length, 1]);
  return {
    middles: column(({ middle }) => middle),
    widths: column(({ width }) => width),
    open: column(({ open }) => open),
    counts: column((_, row) => Number.isNaN(waits[row]) ? 0 : 1),
  };
}

/**
 * The natural logarithm of the density of waits, per day: the probability of the times that a wait stands
 * for, divided by the step.
 *
 * @param outputs [rows, 3 × components] the network's: a of all components, then u, then v
 * @param waits [rows] days; NaN for a row without a wait
 * @returns [rows] 0 for a row without a wait
 */
export function waitLogDensities(
  outputs: tf.Tensor2D,
  waits: Float64Array,
  start: WaitStart,
): tf.Tensor1D {
  return differentiable(
    [outputs],
    () => {
      const [weights, shifts, growths] = tf.split(outputs, 3, 1);
      const shrink = tf.exp(tf.neg(growths));
      const scales = tf.div(shrink, rowOf(start.deviations)); // 1 / (s exp(v))
      const { middles, widths, open, counts } = cellTensors(start, waits);
      const all = tf.zerosLike(scales);
      const middle = tf.sub(
        tf.mul(tf.sub(middles, rowOf(start.means)), scales),
        tf.mul(shifts, shrink),
      );
      const width = tf.mul(widths, scales);
      const mass = normalInterval({ middle, width, open: tf.add(open, all) });
      const logits = tf.add(weights, rowOf(start.weights.map(Math.log)));
      const joint = tf.add(tf.logSoftmax(logits), mass.log);
      const log = tf.logSumExp(joint, 1, true);
      const shares = tf.exp(tf.sub(joint, log)); // of each component in the wait
      const gradient = tf.concat([
        tf.sub(shares, tf.softmax(logits)),
        tf.neg(tf.mul(shares, tf.mul(mass.byMiddle, shrink))),
        tf.neg(tf.mul(
          shares,
          tf.add(tf.mul(middle, mass.byMiddle), tf.mul(width, mass.byWidth)),
        )),
      ], 1);
      const value: tf.Tensor1D = tf.squeeze(
        tf.mul(tf.sub(log, Math.log(start.step)), counts),
        [1],
      );
      return { value, saved: [tf.mul(gradient, counts)] };
    },
    (dy, [gradient]) => [tf.mul(gradient, tf.expandDims(dy, 1))],
  );
}

/** Numbers of components, as a row. */
function rowOf(numbers: readonly number[]): tf.Tensor2D {
  return tf.tensor2d([...numbers], [1, numbers.length], "float32");
}

/** Uniform numbers behind a drawn wait. */
export const waitUniforms = 3;

/**
 * A wait drawn from the density of one row, told in steps.
 *
 * @param outputs [3 × components] of the row
 * @param uniforms [3] in [0, 1): which component, and two behind a normal number (Box–Muller)
 * @returns days
 */
export function drawnWait(
  outputs: Float32Array,
  [choice, radius, angle]: ArrayLike<number> & Iterable<number>,
  start: WaitStart,
): number {
  const { weights, means, deviations } = start;
  const components = weights.length;
  const most = outputs.slice(0, components).reduce((most, output) => Math.max(most, output));
  const odds = weights.map((weight, k) => weight * Math.exp(outputs[k] - most));
  let left = choice * odds.reduce((sum, own) => sum + own, 0);
  let component = odds.findIndex((own) => (left -= own) < 0);
  if (component === -1) component = components - 1; // rounding
  const [shift, growth] = [outputs[components + component], outputs[2 * components + component]];
  const normal = Math.sqrt(-2 * Math.log(1 - radius)) * Math.cos(2 * Math.PI * angle);
  const log = means[component] + deviations[component] * (shift + Math.exp(growth) * normal);
  return toldWait(start, Math.exp(log));
}
