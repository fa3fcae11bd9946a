/**
 * Figures that are not there because there are too few records, with the reason.
 *
 * @module
 */
import * as v from "valibot";
import { list, object, type Schema, text } from "../../../files/checked_json.ts";
import type { Answer } from "../../measure.ts";
import { type Comparison, fewestRecords } from "./samples.ts";

/** What is left out of a measure's figures. */
export interface LeftOut {
  /** What, and why. */
  left_out: { label: string; reason: string }[];
}

const leftOutSchema = object({ left_out: list(object({ label: text, reason: text })) });

/** Figures, or the reason why there are none; null for a cohort that lacks what is needed. */
export function orLeftOut<F>(schema: Schema<F>): Schema<F | LeftOut | null> {
  return v.nullable(v.union([schema, leftOutSchema]));
}

/** The answer if there are too few records to compare. */
export function tooFew({ records }: Comparison): Answer<LeftOut> | undefined {
  if (records >= fewestRecords) return undefined;
  const reason = `${records} records of each cohort, must be at least ${fewestRecords}`;
  return { figures: { left_out: [{ label: "all records", reason }] }, resampled: {} };
}
