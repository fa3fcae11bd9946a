import type { MultiHot } from "../nn/multi_hot.ts";

/** Sparse rows from a list of columns for each. */
export function rowsFrom(lists: readonly ArrayLike<number>[]): MultiHot {
  const offsets = new Int32Array(lists.length + 1);
  for (let r = 0; r < lists.length; r++) offsets[r + 1] = offsets[r] + lists[r].length;
  const columns = new Int32Array(offsets[lists.length]);
  for (let r = 0; r < lists.length; r++) columns.set(lists[r], offsets[r]);
  return { rows: lists.length, offsets, columns };
}
