/** Additions and products over all resamples of a cohort: one to two seconds. */
const mostOperations = 1e9;
/** Resamples that intervals have however long they take, if so many are asked. */
const fewest = 50;

/**
 * Resamples that a measure uses whose time would otherwise grow out of seconds; it says in its figures
 * how many they are.
 *
 * @param asked for
 * @param operations that one of them takes, in the largest cohort
 */
export function affordableResamples(asked: number, operations: number): number {
  return Math.min(asked, Math.max(fewest, Math.floor(mostOperations / operations)));
}

/**
 * Figures of the resamples that were used, as long as if all that were asked had been: the others have
 * none (NaN), and intervals leave them out.
 *
 * @param figures [used + 1]
 * @param asked for
 * @returns [asked + 1]
 */
export function padded(figures: Float64Array, asked: number): Float64Array {
  const all = new Float64Array(asked + 1).fill(NaN);
  all.set(figures);
  return all;
}
