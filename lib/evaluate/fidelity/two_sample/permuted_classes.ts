/**
 * Classes in random order, as if nothing told the records of two cohorts apart.
 *
 * @module
 */
import { stream } from "../../../random.ts";

/**
 * The same classes in another order.
 *
 * @param classes [records] such as 0 for held-out and 1 for synthetic records
 * @param permutation from 0; the same order for the same seed
 */
export function permutedClasses<T extends Int8Array | Uint8Array>(
  classes: T,
  seed: number,
  permutation: number,
): T {
  return stream("permutations", seed, permutation).shuffle(classes.slice() as T);
}
