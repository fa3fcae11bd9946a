/**
 * Principal axes of training records (Pearson 1901): features are standardised by the training
 * records' means and standard deviations, and turned so that the first coordinates vary most there.
 *
 * Turning changes no distance and no ridge-penalised classifier. The first eight coordinates are the
 * embedding in which distances between records are taken: in many dimensions all distances are alike,
 * and central records are the nearest of all others. On the Synthea sample the coverage of independent
 * marginals is 0.54 in 8 dimensions where that of real records is 0.99; in 32 it is 0.84 and 0.96.
 *
 * @module
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Points } from "./points.ts";

/** Coordinates in which distances between records are taken. */
export const embeddingWidth = 8;

/** Standardises features and turns them. */
export interface PrincipalAxes {
  /** Features that vary among training records. */
  readonly features: readonly number[];
  /** [features] */
  readonly means: Float64Array;
  /** [features] */
  readonly deviations: Float64Array;
  /** [features × features] Row by row, the axes of largest variance in the first columns. */
  readonly axes: Float64Array;
}

/** Means and standard deviations of all features. */
function momentsOf({ count, width, coordinates }: Points): [Float64Array, Float64Array] {
  const means = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let i = 0; i < coordinates.length; i++) means[i % width] += coordinates[i] / count;
  for (let i = 0; i < coordinates.length; i++) {
    squares[i % width] += (coordinates[i] - means[i % width]) ** 2 / count;
  }
  return [means, squares.map(Math.sqrt)];
}

/** [count × features] Standardised features that vary. */
function standardised(
  points: Points,
  { features, means, deviations }: Omit<PrincipalAxes, "axes">,
): Float64Array {
  const kept = features.length;
  const numbers = new Float64Array(points.count * kept);
  for (let row = 0; row < points.count; row++) {
    for (let k = 0; k < kept; k++) {
      const number = points.coordinates[row * points.width + features[k]];
      numbers[row * kept + k] = (number - means[k]) / deviations[k];
    }
  }
  return numbers;
}

/** [width × width] Mean products of the columns. */
function meanProducts(numbers: Float64Array, rows: number, width: number): Matrix {
  const sums = new Float64Array(width * width);
  for (let row = 0; row < rows; row++) {
    const own = numbers.subarray(row * width, (row + 1) * width);
    for (let i = 0; i < width; i++) {
      const factor = own[i] / rows;
      for (let j = 0; j <= i; j++) sums[i * width + j] += factor * own[j];
    }
  }
  const products = Matrix.zeros(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      products.set(i, j, sums[i * width + j]);
      products.set(j, i, sums[i * width + j]);
    }
  }
  return products;
}

/** The principal axes of training records' features. */
export function principalAxes(training: Points): PrincipalAxes {
  const [allMeans, allDeviations] = momentsOf(training);
  const features = [...allDeviations.keys()].filter((feature) => allDeviations[feature] > 1e-6);
  const scales = {
    features,
    means: Float64Array.from(features, (feature) => allMeans[feature]),
    deviations: Float64Array.from(features, (feature) => allDeviations[feature]),
  };
  const width = features.length;
  const axes = new Float64Array(width * width);
  if (width === 0) return { ...scales, axes };
  const products = meanProducts(standardised(training, scales), training.count, width);
  const { eigenvectorMatrix } = new EigenvalueDecomposition(products, { assumeSymmetric: true });
  for (let i = 0; i < width; i++) {
    for (let k = 0; k < width; k++) axes[i * width + k] = eigenvectorMatrix.get(i, width - 1 - k);
  }
  return { ...scales, axes };
}

/** Records' features in principal axes. */
export function inPrincipalAxes(points: Points, axes: PrincipalAxes): Points {
  const width = axes.features.length;
  const numbers = standardised(points, axes);
  const coordinates = new Float32Array(points.count * width);
  const sums = new Float64Array(width);
  for (let row = 0; row < points.count; row++) {
    sums.fill(0);
    for (let i = 0; i < width; i++) {
      const number = numbers[row * width + i];
      for (let k = 0; k < width; k++) sums[k] += number * axes.axes[i * width + k];
    }
    coordinates.set(sums, row * width);
  }
  return { count: points.count, width, coordinates };
}
