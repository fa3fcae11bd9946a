/**
 * Exact nearest neighbours, row by row: no matrix of distances is held.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import type { Points } from "./points.ts";

/**
 * Squared Euclidean distances from one point to all points of a list. Differences are squared, not
 * lengths subtracted, so that equal points have exactly the distance 0.
 *
 * @param squares [to.count] overwritten
 */
export function squaredDistances(
  from: Points,
  row: number,
  to: Points,
  squares: Float32Array | Float64Array,
): void {
  const { width } = from;
  const own = from.coordinates.subarray(row * width, (row + 1) * width);
  for (let j = 0; j < to.count; j++) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += (own[k] - to.coordinates[j * width + k]) ** 2;
    squares[j] = sum;
  }
}

/**
 * Gives each point of a list with its squared distances to all points of another one.
 *
 * @param use called with the point's index and [to.count] squared distances, valid until it returns
 */
export async function eachRow(
  from: Points,
  to: Points,
  use: (row: number, squares: Float64Array) => void,
): Promise<void> {
  const squares = new Float64Array(to.count);
  for (let row = 0; row < from.count; row++) {
    await breathe();
    squaredDistances(from, row, to, squares);
    use(row, squares);
  }
}

/** The k-th smallest number, leaving out the one at an index. */
function kthSmallest(numbers: Float64Array, k: number, without: number): number {
  const smallest = new Float64Array(k).fill(Infinity); // ascending
  for (let i = 0; i < numbers.length; i++) {
    if (i === without || numbers[i] >= smallest[k - 1]) continue;
    let at = k - 1;
    for (; at > 0 && smallest[at - 1] > numbers[i]; at--) smallest[at] = smallest[at - 1];
    smallest[at] = numbers[i];
  }
  return smallest[k - 1];
}

/**
 * [count] The squared distance of each point to its k-th nearest neighbour among the others. Points
 * are left out by their index: an equal one is a neighbour at distance 0.
 */
export async function neighbourRadii(points: Points, k: number): Promise<Float64Array> {
  const radii = new Float64Array(points.count);
  await eachRow(points, points, (row, squares) => radii[row] = kthSmallest(squares, k, row));
  return radii;
}

/** The nearest point of another list. */
export interface Nearest {
  /** [from.count] Its index; the first one of several. */
  readonly indices: Uint32Array;
  /** [from.count] Its squared distance. */
  readonly squares: Float64Array;
}

/** For each point of a list the nearest one of another list. */
export async function nearestIn(from: Points, to: Points): Promise<Nearest> {
  const indices = new Uint32Array(from.count);
  const nearest = new Float64Array(from.count).fill(Infinity);
  await eachRow(from, to, (row, squares) => {
    for (let j = 0; j < squares.length; j++) {
      if (squares[j] >= nearest[row]) continue;
      nearest[row] = squares[j];
      indices[row] = j;
    }
  });
  return { indices, squares: nearest };
}
