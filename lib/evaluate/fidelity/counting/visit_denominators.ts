import type { Cohort } from "../../../cohort/cohort.ts";
import type { CodeKind } from "./key_rows.ts";

/** A record's part of the denominator of {@link visitDenominators}. */
export function visitsOf({ visitOffsets }: Cohort, kind: CodeKind, record: number): number {
  const visits = visitOffsets[record + 1] - visitOffsets[record];
  return kind === "sequential_bigram" ? Math.max(0, visits - 1) : visits;
}

/**
 * [columns] By what counts of a kind are divided to be shares of visits: visits, or for the
 * sequential kind pairs of consecutive visits, Σ max(0, visits − 1). A visit without codes counts.
 *
 * @param weights [records × columns] how often each record counts; once when left out
 */
export function visitDenominators(
  cohort: Cohort,
  kind: CodeKind,
  weights: ArrayLike<number> = new Uint8Array(cohort.recordCount).fill(1),
  columns = 1,
): Float64Array {
  const sums = new Float64Array(columns);
  for (let record = 0; record < cohort.recordCount; record++) {
    const count = visitsOf(cohort, kind, record);
    for (let column = 0; column < columns; column++) {
      sums[column] += count * weights[record * columns + column];
    }
  }
  return sums;
}
