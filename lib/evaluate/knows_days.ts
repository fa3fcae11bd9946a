import type { Cohort } from "../cohort/cohort.ts";

/** Whether any time passes between visits; where none is known, none does. */
export function knowsDays({ visitOffsets, gapDays, recordCount }: Cohort): boolean {
  for (let record = 0; record < recordCount; record++) {
    for (let visit = visitOffsets[record] + 1; visit < visitOffsets[record + 1]; visit++) {
      if (gapDays[visit] > 0) return true;
    }
  }
  return false;
}
