/**
 * What should be known before a run is passed on.
 *
 * @module
 */
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

/**
 * Remarks on a run, by subject: `sharing` for files that hold training records or numbers of single
 * patients. What the parameters of a network know of single patients is not looked into: that is a
 * question for measures of privacy.
 */
export function runRemarks(model: Model, training: Training): Readonly<Record<string, string>> {
  const sharing = whyItMustStay(model, training);
  return sharing === undefined ? {} : { sharing };
}
