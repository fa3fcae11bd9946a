/**
 * Are probabilities as large as the shares that they predict? The Brier score, the calibration line
 * (Cox 1958), and the expected calibration error (Naeini, Cooper & Hauskrecht 2015).
 *
 * @module
 */
import { sigmoid } from "../../nn/sigmoid.ts";

/**
 * The mean squared difference between probability and outcome (Brier 1950).
 *
 * @param probabilities [cases] in [0, 1]
 * @param isPositive [cases] 1 if positive, else 0
 * @param weights [cases] how often each case counts; default once
 * @returns in [0, 1]; 0 is best, 0.25 is what 0.5 for everyone gets
 */
export function brierScore(
  probabilities: ArrayLike<number>,
  isPositive: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  let [sum, all] = [0, 0];
  for (let i = 0; i < probabilities.length; i++) {
    const weight = weights?.[i] ?? 1;
    sum += weight * (probabilities[i] - isPositive[i]) ** 2;
    all += weight;
  }
  return sum / all;
}

/** Bins of equal width in {@link expectedCalibrationError}. */
const bins = 10;

/**
 * The mean absolute difference between mean probability and share of positives over ten bins of equal
 * width, weighted by their cases.
 *
 * @returns in [0, 1]; 0 is best. With few cases it is above 0 even for true probabilities
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  isPositive: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  const gaps = new Float64Array(bins);
  let all = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const weight = weights?.[i] ?? 1;
    const bin = Math.min(bins - 1, Math.floor(bins * probabilities[i]));
    gaps[bin] += weight * (probabilities[i] - isPositive[i]);
    all += weight;
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / all;
}

/** The line log odds of the outcome = intercept + slope × log odds predicted. */
export interface CalibrationLine {
  /** 0 is best: above it probabilities are too low. */
  readonly intercept: number;
  /** 1 is best: below it probabilities are too extreme. */
  readonly slope: number;
}

const none: CalibrationLine = { intercept: NaN, slope: NaN };

/** Probabilities are held this far from 0 and 1, whose log odds are infinite. */
const margin = 1e-7;

/** What {@link calibrationLine} sums over cases in a Newton step: gradient and Hessian. */
function newtonSums(
  { intercept, slope }: CalibrationLine,
  logOdds: Float64Array,
  isPositive: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): [g0: number, g1: number, h00: number, h01: number, h11: number] {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
  for (let i = 0; i < logOdds.length; i++) {
    const weight = weights?.[i] ?? 1;
    if (weight === 0) continue;
    const x = logOdds[i];
    const p = sigmoid(intercept + slope * x);
    const gap = weight * (isPositive[i] - p);
    const spread = weight * p * (1 - p);
    g0 += gap;
    g1 += gap * x;
    h00 += spread;
    h01 += spread * x;
    h11 += spread * x * x;
  }
  return [g0, g1, h00, h01, h11];
}

/**
 * Intercept and slope of a logistic regression of the outcome on the predicted log odds, by Newton's
 * method.
 *
 * @param probabilities [cases] in [0, 1]
 * @param isPositive [cases] 1 if positive, else 0
 * @param weights [cases] how often each case counts; default once
 * @param start where Newton's method begins, such as the line of all cases for a resample's
 * @returns NaN where there is no such line: a class is missing, probabilities are all equal, or they
 *   separate the classes perfectly
 */
export function calibrationLine(
  probabilities: ArrayLike<number>,
  isPositive: ArrayLike<number>,
  weights?: ArrayLike<number>,
  start: CalibrationLine = { intercept: 0, slope: 0 },
): CalibrationLine {
  const logOdds = Float64Array.from(probabilities, (p) => {
    const held = Math.min(1 - margin, Math.max(margin, p));
    return Math.log(held / (1 - held));
  });
  let line = Number.isNaN(start.slope) ? { intercept: 0, slope: 0 } : start;
  for (let step = 0; step < 50; step++) {
    const [g0, g1, h00, h01, h11] = newtonSums(line, logOdds, isPositive, weights);
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-12 * h00 * h11)) return none;
    const change0 = (h11 * g0 - h01 * g1) / determinant;
    const change1 = (h00 * g1 - h01 * g0) / determinant;
    line = { intercept: line.intercept + change0, slope: line.slope + change1 };
    if (Math.abs(line.slope) > 1e3 || Number.isNaN(line.slope)) return none;
    if (Math.abs(change0) + Math.abs(change1) < 1e-10) return line;
  }
  return none;
}
