/**
 * The conclusion of a report: a row for each thing that was judged, with a verdict, and sentences.
 *
 * @module
 */
import type { PartialReport, Summary } from "../report.ts";
import type { FromCeiling } from "../scale.ts";
import { summaryRows } from "./rows.ts";
import { sentencesOf } from "./sentences.ts";

/**
 * The conclusion of a report, by rules alone: the same figures give the same sentences.
 *
 * @param report its figures
 * @param fromCeiling how far the synthetic records are from the ceiling, at equal numbers of patients
 * @returns undefined if nothing was asked of which there is a conclusion
 */
export function summaryOf(report: PartialReport, fromCeiling: FromCeiling): Summary | undefined {
  const rows = summaryRows(report, fromCeiling);
  if (rows.length === 0) return undefined;
  return { sentences: sentencesOf(report, rows), rows, patients_each: fromCeiling.patients };
}
