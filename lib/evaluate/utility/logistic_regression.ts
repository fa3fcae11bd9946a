/**
 * Logistic regression with a ridge penalty, by Newton's method with step halving: few features, many
 * cases, each of which is read once a step. For many features see `fidelity/two_sample/logistic.ts`.
 *
 * @module
 */
import { sigmoid, softplus } from "../../nn/sigmoid.ts";

/** Cases of a regression. */
export interface RegressionCases {
  /** [cases × width] Row by row; the first feature of each is 1, for the intercept. */
  readonly features: Float64Array;
  /** Number of features, with the intercept. */
  readonly width: number;
  /** [cases] 1 if positive, else 0. */
  readonly isPositive: ArrayLike<number>;
}

/** The linear score of a case: its log odds. */
export function linearScore(
  { features, width }: Pick<RegressionCases, "features" | "width">,
  i: number,
  coefficients: Float64Array,
): number {
  let sum = 0;
  for (let j = 0; j < width; j++) sum += features[i * width + j] * coefficients[j];
  return sum;
}

/** Penalised negative log-likelihood. */
function lossOf(cases: RegressionCases, coefficients: Float64Array, ridge: number): number {
  let loss = 0;
  for (let i = 0; i < cases.isPositive.length; i++) {
    const score = linearScore(cases, i, coefficients);
    loss += softplus(score) - cases.isPositive[i] * score;
  }
  for (let j = 1; j < cases.width; j++) loss += ridge / 2 * coefficients[j] ** 2;
  return loss;
}

/** Gradient and Hessian as the rows of a linear system [width × (width + 1)]. */
function newtonSystem(
  cases: RegressionCases,
  coefficients: Float64Array,
  ridge: number,
): Float64Array[] {
  const { features, width, isPositive } = cases;
  const rows = Array.from({ length: width }, () => new Float64Array(width + 1));
  for (let i = 0; i < isPositive.length; i++) {
    const p = sigmoid(linearScore(cases, i, coefficients));
    const gap = isPositive[i] - p;
    const spread = p * (1 - p);
    for (let j = 0; j < width; j++) {
      const x = features[i * width + j];
      if (x === 0) continue;
      rows[j][width] += gap * x;
      for (let k = 0; k <= j; k++) rows[j][k] += spread * x * features[i * width + k];
    }
  }
  for (let j = 0; j < width; j++) {
    for (let k = 0; k < j; k++) rows[k][j] = rows[j][k];
    rows[j][j] += j === 0 ? 1e-9 : ridge;
    if (j > 0) rows[j][width] -= ridge * coefficients[j];
  }
  return rows;
}

/** Solves a positive definite system by elimination; overwrites it. */
function solved(rows: Float64Array[]): Float64Array {
  const width = rows.length;
  for (let j = 0; j < width; j++) {
    for (let i = j + 1; i < width; i++) {
      const factor = rows[i][j] / rows[j][j];
      for (let k = j; k <= width; k++) rows[i][k] -= factor * rows[j][k];
    }
  }
  const solution = new Float64Array(width);
  for (let j = width - 1; j >= 0; j--) {
    let rest = rows[j][width];
    for (let k = j + 1; k < width; k++) rest -= rows[j][k] * solution[k];
    solution[j] = rest / rows[j][j];
  }
  return solution;
}

/**
 * The coefficients of a logistic regression.
 *
 * @param ridge half of it times the sum of squared coefficients is added to the negative
 *   log-likelihood; the intercept is free. Above 0, so that separated classes have a solution
 * @returns [width]
 */
export function logisticRegression(cases: RegressionCases, ridge = 1): Float64Array {
  let coefficients = new Float64Array(cases.width);
  let loss = lossOf(cases, coefficients, ridge);
  for (let step = 0; step < 50; step++) {
    const change = solved(newtonSystem(cases, coefficients, ridge));
    for (let length = 1; length > 1e-6; length /= 2) {
      const moved = coefficients.map((each, j) => each + length * change[j]);
      const next = lossOf(cases, moved, ridge);
      if (!(next <= loss)) continue;
      const gain = loss - next;
      coefficients = moved;
      loss = next;
      if (gain < 1e-10 * (1 + loss)) return coefficients;
      break;
    }
  }
  return coefficients;
}
