/** A run of records costs as much as this many rows, before its first row. */
const runCost = 200;

/**
 * Cuts records into runs of similar length. In a pass all records are as long as the longest; those of a
 * Poisson sample have any lengths, and cannot be sorted by them across steps as others are.
 *
 * @param rowsOf rows of a record; asked of the same one several times
 * @returns runs of all records, those with fewer rows first; none of no records
 */
export function evenRuns(
  records: Int32Array,
  rowsOf: (record: number) => number,
): Int32Array[] {
  return records.length === 0 ? [] : cut(records.toSorted((a, b) => rowsOf(a) - rowsOf(b)), rowsOf);
}

/** Cuts sorted records where that saves the most rows, as long as it saves more than a run costs. */
function cut(sorted: Int32Array, rowsOf: (record: number) => number): Int32Array[] {
  const longest = rowsOf(sorted[sorted.length - 1]);
  let [best, at] = [runCost, 0];
  for (let i = 1; i < sorted.length; i++) {
    const saved = i * (longest - rowsOf(sorted[i - 1]));
    if (saved > best) [best, at] = [saved, i];
  }
  if (at === 0) return [sorted];
  return [sorted.subarray(0, at), sorted.subarray(at)].flatMap((part) => cut(part, rowsOf));
}
