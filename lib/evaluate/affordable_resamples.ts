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
