import type { Cohort } from "./cohort.ts";

/**
 * Whether a cohort has an order of visits and no times: no record has a first day, and no time passes
 * between visits. Records of models that learn no times are such, and sources without dates.
 */
export function isOrderOnly(
  { startDays, gapDays }: Pick<Cohort, "startDays" | "gapDays">,
): boolean {
  return gapDays.every((days) => days === 0) && startDays.every(Number.isNaN);
}
