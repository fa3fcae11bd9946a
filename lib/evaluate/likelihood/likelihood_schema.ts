/**
 * The form of a model's test metrics, when they are read from a file.
 *
 * @module
 */
import * as v from "valibot";
import { flag, object, type Schema, whole } from "../../files/checked_json.ts";
import { estimateSchema, figureSchema, maybeFigureSchema } from "../bootstrap.ts";
import type { Likelihood } from "../report.ts";

/** {@link Likelihood}, when it is read from a file. */
export const likelihoodSchema: Schema<Likelihood> = object({
  nll_per_visit: figureSchema,
  nll_is_bound: flag,
  bce: maybeFigureSchema,
  f1: maybeFigureSchema,
  precision: maybeFigureSchema,
  recall: maybeFigureSchema,
  accuracy: maybeFigureSchema,
  perplexity_per_visit: figureSchema,
  perplexity_per_code: figureSchema,
  perplexity_per_cell: maybeFigureSchema,
  nll_per_visit_low: figureSchema,
  nll_per_visit_high: figureSchema,
  unseen_code_occurrences: whole(0),
  nll_per_visit_with_unseen: v.optional(estimateSchema),
  nll_per_wait: v.optional(estimateSchema),
  nll_per_visit_with_waits: v.optional(estimateSchema),
  too_long: v.optional(object({ records: whole(1), of: whole(1), context: whole(1) })),
});
