/**
 * Logistic regression with a ridge penalty, by Newton's method whose steps are solved by conjugate
 * gradients (Lin, Weng & Keerthi 2008): many features, for which `utility/logistic_regression.ts` would
 * need their products in pairs. The library for it, ml-logistic-regression 2.0,
 * descends by fixed steps, without a penalty or an intercept.
 *
 * @module
 */
import { sigmoid, softplus } from "../../../nn/sigmoid.ts";
import type { Points } from "./points.ts";

/** The probability of the second class given coordinates. */
export interface Logistic {
  /** Log odds at the origin. */
  readonly intercept: number;
  /** [width] */
  readonly weights: Float64Array;
}

/** What is fitted. */
interface Fit {
  readonly points: Points;
  /** Points that are fitted. */
  readonly rows: ArrayLike<number>;
  /** [rows] 1 for the second class. */
  readonly targets: ArrayLike<number>;
  readonly penalty: number;
}

const mostSteps = 30;
/** The gradient is small enough at this share of the number of points. */
const tolerance = 1e-6;

/** intercept + coordinates · weights, where the intercept stands first. */
function logit({ coordinates, width }: Points, row: number, numbers: Float64Array): number {
  const from = row * width;
  let sum = numbers[0];
  for (let k = 0; k < width; k++) sum += coordinates[from + k] * numbers[k + 1];
  return sum;
}

/** Adds a multiple of (1, coordinates). */
function add({ coordinates, width }: Points, row: number, factor: number, sums: Float64Array) {
  const from = row * width;
  sums[0] += factor;
  for (let k = 0; k < width; k++) sums[k + 1] += factor * coordinates[from + k];
}

/** Negative log-likelihood plus half the penalty times the squared weights. */
function objective({ points, rows, targets, penalty }: Fit, numbers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) {
    const score = logit(points, rows[i], numbers) * (targets[i] === 1 ? 1 : -1);
    sum += softplus(-score);
  }
  for (let k = 1; k < numbers.length; k++) sum += penalty / 2 * numbers[k] ** 2;
  return sum;
}

/** The gradient of the objective, and what its matrix of second derivatives is made of. */
function slopes({ points, rows, targets, penalty }: Fit, numbers: Float64Array) {
  const gradient = numbers.map((number, k) => k === 0 ? 0 : penalty * number);
  const diagonal = numbers.map((_, k) => k === 0 ? 0 : penalty);
  const curvatures = new Float64Array(rows.length);
  const { coordinates, width } = points;
  for (let i = 0; i < rows.length; i++) {
    const probability = sigmoid(logit(points, rows[i], numbers));
    const curvature = curvatures[i] = probability * (1 - probability);
    add(points, rows[i], probability - targets[i], gradient);
    diagonal[0] += curvature;
    const from = rows[i] * width;
    for (let k = 0; k < width; k++) diagonal[k + 1] += curvature * coordinates[from + k] ** 2;
  }
  return { gradient, diagonal: diagonal.map((each) => each + 1e-12), curvatures };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** The matrix of second derivatives times a vector. */
function curved(
  { points, rows, penalty }: Fit,
  curvatures: Float64Array,
  vector: Float64Array,
): Float64Array {
  const product = vector.map((number, k) => k === 0 ? 0 : penalty * number);
  for (let i = 0; i < rows.length; i++) {
    add(points, rows[i], curvatures[i] * logit(points, rows[i], vector), product);
  }
  return product;
}

/** Newton's step to within a share of the gradient, by conjugate gradients. */
function newtonStep(
  fit: Fit,
  { gradient, diagonal, curvatures }: ReturnType<typeof slopes>,
  share: number,
): Float64Array {
  const step = new Float64Array(gradient.length);
  const residual = gradient.map((number) => -number);
  const scaled = () => residual.map((number, k) => number / diagonal[k]);
  let conditioned = scaled();
  let direction = conditioned;
  let size = dot(residual, conditioned);
  const wanted = share * Math.sqrt(dot(gradient, gradient));
  for (let i = 0; i < 2 * gradient.length; i++) {
    if (Math.sqrt(dot(residual, residual)) <= wanted) break;
    const product = curved(fit, curvatures, direction);
    const length = size / dot(direction, product);
    for (let k = 0; k < step.length; k++) {
      step[k] += length * direction[k];
      residual[k] -= length * product[k];
    }
    conditioned = scaled();
    const next = dot(residual, conditioned);
    const kept = direction;
    direction = conditioned.map((number, k) => number + next / size * kept[k]);
    size = next;
  }
  return step;
}

/**
 * The logistic regression of some points.
 *
 * @param rows indices of the points that are fitted
 * @param targets [rows] 1 for points of the second class, 0 for those of the first
 * @param penalty factor on half the sum of squared weights, above 0; the intercept has none
 */
export function fitLogistic(
  points: Points,
  rows: ArrayLike<number>,
  targets: ArrayLike<number>,
  penalty: number,
): Logistic {
  const fit = { points, rows, targets, penalty };
  let numbers = new Float64Array(1 + points.width);
  let value = objective(fit, numbers);
  for (let i = 0; i < mostSteps; i++) {
    const around = slopes(fit, numbers);
    const size = Math.sqrt(dot(around.gradient, around.gradient));
    if (size <= tolerance * rows.length) break;
    const step = newtonStep(fit, around, Math.min(0.1, size / rows.length));
    let [length, next, nextValue] = [1, numbers, Infinity];
    for (; nextValue > value && length > 1e-6; length /= 2) {
      next = numbers.map((number, k) => number + length * step[k]);
      nextValue = objective(fit, next);
    }
    if (!(nextValue < value)) break; // rounding is all that is left
    [numbers, value] = [next, nextValue];
  }
  return { intercept: numbers[0], weights: numbers.slice(1) };
}

/** [rows] Probabilities of the second class. */
export function probabilities(
  { intercept, weights }: Logistic,
  points: Points,
  rows: ArrayLike<number>,
): Float64Array {
  const numbers = Float64Array.of(intercept, ...weights);
  return Float64Array.from(rows, (row) => sigmoid(logit(points, row, numbers)));
}
