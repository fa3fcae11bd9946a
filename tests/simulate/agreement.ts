// Whether shares in a cohort are those that they should be, apart from chance.
import { type Cohort, visitCodes, visitsOf } from "ehrloom";

/**
 * By how many standard errors Σ hits / Σ chances is away from a share. Hits of one patient may depend
 * on each other, patients do not: the error is that of the patients' sums.
 */
export function errorsAway(hits: Float64Array, chances: Float64Array, wanted: number): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < hits.length; i++) {
    const away = hits[i] - wanted * chances[i];
    sum += away;
    squares += away * away;
  }
  return sum / Math.sqrt(squares);
}

/** [records] The number of visits, from the given one on. */
export function visitCounts(cohort: Cohort, from = 0): Float64Array {
  return Float64Array.from(
    { length: cohort.recordCount },
    (_, record) => Math.max(0, visitsOf(cohort, record) - from),
  );
}

/** [records] In how many visits, with the visit before, something holds. */
export function hitsOf(
  cohort: Cohort,
  holds: (visit: Uint32Array, before: Uint32Array | undefined) => boolean,
): Float64Array {
  return Float64Array.from({ length: cohort.recordCount }, (_, record) => {
    let hits = 0;
    for (let visit = 0; visit < visitsOf(cohort, record); visit++) {
      const before = visit === 0 ? undefined : visitCodes(cohort, record, visit - 1);
      if (holds(visitCodes(cohort, record, visit), before)) hits++;
    }
    return hits;
  });
}

/** What a test says of many figures: the farthest one, and the mean square, which should be near 1. */
export function spread(errors: readonly number[]): { farthest: number; meanSquare: number } {
  return {
    farthest: Math.max(...errors.map(Math.abs)),
    meanSquare: errors.reduce((sum, error) => sum + error * error, 0) / errors.length,
  };
}
