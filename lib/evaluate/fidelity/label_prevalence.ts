/**
 * Which share of records has each label.
 *
 * @module
 */
import { type Cohort, subset } from "../../cohort/cohort.ts";

/** [labels] Share of records with each label, in [0, 1]. */
export function labelPrevalence(cohort: Cohort): Float64Array {
  const labels = cohort.labelNames.length;
  const shares = new Float64Array(labels);
  for (let i = 0; i < cohort.labels.length; i++) shares[i % labels] += cohort.labels[i];
  return shares.map((count) => count / cohort.recordCount);
}

/**
 * The records that have a label, for figures of a subset: every figure of a cohort can be asked of
 * it.
 *
 * @throws {RangeError} If there is no such label; lists the known ones
 */
export function withLabel(cohort: Cohort, label: string): Cohort {
  const labels = cohort.labelNames.length;
  const wanted = cohort.labelNames.indexOf(label);
  if (wanted < 0) {
    throw new RangeError(
      `Cannot take the records with label "${label}": known are ${cohort.labelNames.join(", ")}`,
    );
  }
  const having: number[] = [];
  for (let record = 0; record < cohort.recordCount; record++) {
    if (cohort.labels[record * labels + wanted] === 1) having.push(record);
  }
  return subset(cohort, having);
}
