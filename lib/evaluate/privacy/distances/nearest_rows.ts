/**
 * The nearest references of a range of records: what a thread does.
 *
 * @module
 */
import { type Compared, distanceRows } from "./distance_rows.ts";
import { recordCountOf } from "./record_sets.ts";

/**
 * Which references of a record are skipped: the one with its own index, where both sets are the same
 * records; or all at the distance 0, as published code does, which does not see copies.
 */
export type Skipped = "none" | "self" | "zeros";

/** Nearest references, nearest first; of equally near ones the earliest first. */
export interface Nearest {
  /** References per record. */
  readonly k: number;
  /** [records × k] Infinity where there are fewer references. */
  readonly distances: Float64Array;
  /** [records × k] Indices of references; −1 where there are fewer. */
  readonly indices: Int32Array;
}

/** Puts the k smallest numbers of a row where they belong, skipping some. */
function keepNearest(
  row: Float64Array,
  { k, distances, indices }: Nearest,
  at: number,
  isSkipped: (reference: number) => boolean,
): void {
  const last = at + k - 1;
  for (let reference = 0; reference < row.length; reference++) {
    const distance = row[reference];
    if (distance >= distances[last] || isSkipped(reference)) continue;
    let place = last;
    for (; place > at && distances[place - 1] > distance; place--) {
      distances[place] = distances[place - 1];
      indices[place] = indices[place - 1];
    }
    distances[place] = distance;
    indices[place] = reference;
  }
}

/**
 * Finds the nearest references of records.
 *
 * @param found overwritten at the records that are asked about
 * @returns called with a range of records
 */
export function nearestRows(
  compared: Compared,
  skipped: Skipped,
  found: Nearest,
): (from: number, to: number) => void {
  const fill = distanceRows(compared);
  const row = new Float64Array(recordCountOf(compared.references));
  return (from, to) => {
    for (let query = from; query < to; query++) {
      const at = query * found.k;
      fill(query, row);
      found.distances.fill(Infinity, at, at + found.k);
      found.indices.fill(-1, at, at + found.k);
      keepNearest(
        row,
        found,
        at,
        (reference) =>
          skipped === "self" && reference === query || skipped === "zeros" && row[reference] === 0,
      );
    }
  };
}
