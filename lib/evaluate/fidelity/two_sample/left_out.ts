/**
 * Figures that are not there because there are too few records, with the reason.
 *
 * @module
 */
import * as v from "valibot";
import { object, type Schema } from "../../../files/checked_json.ts";
import type { Answer } from "../../measure.ts";
import { type LeftOut, leftOutSchema } from "../../not_measured.ts";
import { type Comparison, fewestRecords } from "./samples.ts";

/** The figures of a measure that has none. */
export interface NothingMeasured {
  /** What is left out, and why. */
  left_out: LeftOut[];
}

const nothingSchema = object({ left_out: leftOutSchema });

/** Figures, or the reason why there are none; null for a cohort that lacks what is needed. */
export function orLeftOut<F>(schema: Schema<F>): Schema<F | NothingMeasured | null> {
  return v.nullable(v.union([schema, nothingSchema]));
}

/** The answer if there are too few records to compare. */
export function tooFew({ records }: Comparison): Answer<NothingMeasured> | undefined {
  if (records >= fewestRecords) return undefined;
  const reason = `${records} records of each cohort, must be at least ${fewestRecords}`;
  return { figures: { left_out: [{ label: "all records", reason }] }, resampled: {} };
}
