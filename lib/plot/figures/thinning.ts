/**
 * Which of many points to draw if drawing all would only put dots on dots.
 *
 * @module
 */

const finestGrid = 256;

/** The points that are kept, and how many points each of them represents. */
export interface Thinned {
  /** [kept] Indices of the points to draw, ascending. */
  readonly kept: Uint32Array;
  /** [kept] Points around each, itself included, divided by those of them that were kept; from 1. */
  readonly weights: Float32Array;
}

/**
 * At most `limit` points that show the same cloud: all isolated points are kept, dense areas are
 * thinned. The plane is divided into 256 × 256 cells (fewer if even one point per cell would be too
 * many); each cell keeps at most a quota of its points, spread evenly over their order, and the quota
 * is the largest that respects the limit. Deterministic.
 *
 * @param x [points] places along the axis as drawn, in [0, 1]
 * @param y [points] the same for the other axis
 */
export function thinned(x: ArrayLike<number>, y: ArrayLike<number>, limit: number): Thinned {
  if (x.length <= limit) {
    return {
      kept: Uint32Array.from(x, (_, index) => index),
      weights: new Float32Array(x.length).fill(1),
    };
  }
  for (let grid = finestGrid;; grid /= 2) {
    const cell = (value: number) => Math.min(grid - 1, Math.max(0, Math.floor(value * grid)));
    const cellOf = Uint32Array.from(x, (value, index) => cell(value) * grid + cell(y[index]));
    const counts = new Uint32Array(grid * grid);
    for (const index of cellOf) counts[index]++;
    const total = (quota: number) => counts.reduce((sum, count) => sum + Math.min(count, quota), 0);
    if (grid > 1 && total(1) > limit) continue;
    let quota = 1;
    let tooMany = limit + 1;
    while (tooMany - quota > 1) {
      const middle = (quota + tooMany) >> 1;
      if (total(middle) <= limit) quota = middle;
      else tooMany = middle;
    }
    const seen = new Uint32Array(grid * grid);
    const isKept = (index: number) => {
      const count = counts[cellOf[index]];
      const place = seen[cellOf[index]]++;
      const share = Math.min(count, quota) / count;
      return Math.floor((place + 1) * share + 1e-9) > Math.floor(place * share + 1e-9);
    };
    const kept = Uint32Array.from(cellOf.keys()).filter(isKept);
    const weights = Float32Array.from(kept, (index) => {
      const count = counts[cellOf[index]];
      return count / Math.min(count, quota);
    });
    return { kept, weights };
  }
}
