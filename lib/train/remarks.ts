/**
 * What should be known before a run is passed on.
 *
 * @module
 */
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { measuredValues } from "../cohort/measured_values.ts";
import { showsSinglePatients } from "../cohort/small_cells.ts";
import type { Model } from "../models/interface/model.ts";
import type { Training } from "./options.ts";

/** Why a run must not leave the owner of its training records; undefined if nothing forbids it. */
function whyItMustStay(model: Model, { minCell }: Training): string | undefined {
  const rule = "it must not leave the owner of the data";
  if ("learn" in model) return `this run holds ${model.holds}: ${rule}`;
  const { schema, config } = model;
  if (schema === undefined || config.published !== true && !showsSinglePatients(minCell)) {
    return undefined;
  }
  return `this run's config holds extreme values of single patients: ${rule}`;
}

/** What was not learned because too few patients have it; undefined if nothing was left out. */
function leftOut({ schema }: { schema?: Model["schema"] }, cohort: Cohort, { minCell }: Training) {
  if (schema === undefined) return undefined;
  const codes = measuredValues(splitOf(cohort, "train")).size - schema.series.length;
  return codes === 0
    ? undefined
    : `not learned, since fewer than ${minCell} training patients have them: values of ${codes} codes`;
}

/**
 * Remarks on a run, by subject: `sharing` for files that hold training records or numbers of single
 * patients, `small_cells` for what too few patients have. What the parameters of a network know of
 * single patients is not looked into: that is a question for measures of privacy.
 */
export function runRemarks(
  model: Model,
  cohort: Cohort,
  training: Training,
): Readonly<Record<string, string>> {
  const sharing = whyItMustStay(model, training);
  const small_cells = leftOut(model, cohort, training);
  return { ...sharing && { sharing }, ...small_cells && { small_cells } };
}
