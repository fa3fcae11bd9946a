/**
 * The result of the study: a row for each figure, number of patients and candidate.
 *
 * @module
 */
import * as v from "valibot";
import { candidates } from "./study_cohorts.ts";

const number = v.nullable(v.number());

const rowSchema = v.object({
  suite: v.string(),
  figure: v.string(),
  /** Training patients. */
  patients: v.number(),
  candidate: v.picklist(candidates),
  /** As the suite gives it; NaN is null. */
  value: v.optional(number),
  /** 95% interval, where the suite gives one. */
  low: v.optional(number),
  high: v.optional(number),
  /** As the suite normalises it, from 0, the worst, to 1, the best, where it does. */
  score: v.optional(number),
  /** Processor time. */
  seconds: v.optional(number),
  /** Why there is no value. */
  reason: v.optional(v.string()),
  /** What the suite says about the value. */
  note: v.optional(v.string()),
});

/** What one suite gave. */
export const suiteResultSchema = v.object({ version: v.string(), rows: v.array(rowSchema) });

/** The result of the study: what all suites gave. */
export const resultSchema = v.object({
  versions: v.record(v.string(), v.string()),
  rows: v.array(rowSchema),
});

/** See {@link resultSchema}. */
export type Row = v.InferOutput<typeof rowSchema>;
/** See {@link resultSchema}. */
export type Result = v.InferOutput<typeof resultSchema>;

/** Where the result that docs/results.md shows is kept. */
export const resultFile = new URL("other_suites.json", import.meta.url);
