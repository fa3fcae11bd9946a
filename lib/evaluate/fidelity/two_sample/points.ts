/**
 * Records as points: rows of coordinates between which distances are taken.
 *
 * @module
 */

/** Points, each with the same number of coordinates. */
export interface Points {
  /** How many there are. */
  readonly count: number;
  /** Coordinates of each. */
  readonly width: number;
  /** [count × width] */
  readonly coordinates: Float32Array;
}

/**
 * The points at the given indices, in that order.
 *
 * @param width how many of their coordinates, the first ones; default all
 */
export function pointsAt(
  points: Points,
  indices: ArrayLike<number>,
  width: number = points.width,
): Points {
  const coordinates = new Float32Array(indices.length * width);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * points.width;
    coordinates.set(points.coordinates.subarray(from, from + width), i * width);
  }
  return { count: indices.length, width, coordinates };
}

/** Each point reduced to its first coordinates. */
export function firstCoordinates(points: Points, width: number): Points {
  if (width >= points.width) return points;
  return pointsAt(points, Uint32Array.from({ length: points.count }, (_, i) => i), width);
}

/** The points of one list, followed by those of another one of the same width. */
export function joinedPoints(first: Points, second: Points): Points {
  const coordinates = new Float32Array(first.coordinates.length + second.coordinates.length);
  coordinates.set(first.coordinates);
  coordinates.set(second.coordinates, first.coordinates.length);
  return { count: first.count + second.count, width: first.width, coordinates };
}
