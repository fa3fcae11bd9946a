/**
 * What a dossier says of the real patients: counts, without what few of them have.
 *
 * @module
 */
import { recordCounts } from "../../cohort/code_counts.ts";
import { type Cohort, type Split, splitNames, splitOf } from "../../cohort/cohort.ts";
import { isShownCell } from "../../cohort/small_cells.ts";
import { valueCount } from "../../cohort/measured_values.ts";
import { recordOf } from "../../evaluate/record_of.ts";

/** A label and how many patients have it. */
export interface LabelFacts {
  /** Its name. */
  readonly label: string;
  /** Training patients who have it. */
  readonly patients: number;
}

/** Counts of a cohort. */
export interface CohortFacts {
  /** Patients of each split. */
  readonly patients: Readonly<Record<Split, number>>;
  /** Visits of all patients. */
  readonly visits: number;
  /** Codes of all visits. */
  readonly events: number;
  /** Measured values beside them. */
  readonly values: number;
  /** Codes that occur. */
  readonly codes: number;
  /** Labels that enough training patients have and lack. */
  readonly labels: readonly LabelFacts[];
  /** Number of the other labels, which are not named. */
  readonly rareLabels: number;
  /** Codes that training patients have, but fewer of them than a small cell. */
  readonly rareCodes: number;
  /** Training patients who have at least one of these. */
  readonly patientsWithRareCodes: number;
}

/** [codes] Whether a code is had by some records, but by fewer than N. */
function rareCodesOf(training: Cohort, minCell: number): boolean[] {
  return Array.from(recordCounts(training), (count) => count > 0 && !isShownCell(minCell, count));
}

/** Records that hold at least one of some codes. */
function holdersOf({ visitOffsets, codeOffsets, codes, recordCount }: Cohort, isOne: boolean[]) {
  const holds = (_: unknown, record: number) =>
    codes.subarray(codeOffsets[visitOffsets[record]], codeOffsets[visitOffsets[record + 1]])
      .some((code) => isOne[code]);
  return Array.from({ length: recordCount }).filter(holds).length;
}

/**
 * Counts of a cohort.
 *
 * @param cohort with splits
 * @param minCell N: labels that fewer than N training patients have or lack are not named, as in a
 *   report; counts of other splits could be subtracted from those that a report has
 */
export function cohortFacts(cohort: Cohort, minCell: number): CohortFacts {
  const training = splitOf(cohort, "train");
  const { recordCount, labelNames, labels } = training;
  const isRare = rareCodesOf(training, minCell);
  const patientsWith = new Uint32Array(labelNames.length);
  for (let i = 0; i < labels.length; i++) patientsWith[i % labelNames.length] += labels[i];
  const counted = labelNames.map((label, index) => ({ label, patients: patientsWith[index] }));
  const shown = counted.filter(({ patients }) =>
    isShownCell(minCell, patients, recordCount - patients)
  );
  return {
    patients: recordOf(splitNames, (split) => splitOf(cohort, split).recordCount),
    visits: cohort.visitCount,
    events: cohort.codes.length,
    values: valueCount(cohort),
    codes: new Set(cohort.codes).size,
    labels: shown,
    rareLabels: counted.length - shown.length,
    rareCodes: isRare.filter((each) => each).length,
    patientsWithRareCodes: holdersOf(training, isRare),
  };
}
