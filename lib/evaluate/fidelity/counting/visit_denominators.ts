import type { Cohort } from "../../../cohort/cohort.ts";
import type { CodeKind } from "./key_rows.ts";

/**
 * [columns] By what counts of a kind are divided to be shares of visits: visits, or for the
 * sequential kind pairs of consecutive visits, Σ max(0, visits − 1). A visit without codes counts.
 *
 * @param weights [records × columns] how often each record counts; once when left out
 */
export function visitDenominators(
  { visitOffsets, recordCount }: Cohort,
  kind: CodeKind,
  weights: ArrayLike<number> = new Uint8Array(recordCount).fill(1),
  columns = 1,
): Float64Array {
  const sums = new Float64Array(columns);
  for (let record = 0; record < recordCount; record++) {
    const visits = visitOffsets[record + 1] - visitOffsets[record];
    const count = kind === "sequential_bigram" ? Math.max(0, visits - 1) : visits;
    for (let column = 0; column < columns; column++) {
      sums[column] += count * weights[record * columns + column];
    }
  }
  return sums;
}
