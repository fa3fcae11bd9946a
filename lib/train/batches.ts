import type { Random } from "../nn/random.ts";

/** Batches that are sorted by length together; the more, the less padding and the less mixing. */
const window = 24;

/**
 * One epoch's batches: every record once, records of similar length together, in random order.
 *
 * Records are shuffled, sorted by length within windows of 24 batches and cut; then the batches are
 * shuffled. The last batch may be short.
 *
 * @param lengths [records] rows of each record
 * @param batch records to a batch
 * @param random gives the order
 * @returns indices of records
 */
export function epochBatches(
  lengths: ArrayLike<number>,
  batch: number,
  random: Random,
): Int32Array[] {
  const order = random.shuffle(Int32Array.from(lengths, (_, record) => record));
  const batches: Int32Array[] = [];
  for (let from = 0; from < order.length; from += batch * window) {
    const part = order.subarray(from, from + batch * window)
      .toSorted((a, b) => lengths[a] - lengths[b]);
    for (let i = 0; i < part.length; i += batch) batches.push(part.slice(i, i + batch));
  }
  return random.shuffle(batches);
}
