/**
 * Figures that cannot be computed from the records at hand, each with its reason.
 *
 * @module
 */
import { list, object, type Schema, text } from "../files/checked_json.ts";

/** A figure that is left out. */
export interface LeftOut {
  /** Which one. */
  label: string;
  /** Why: a clause. */
  reason: string;
}

/** Figures that are left out, when they are read from a file. */
export const leftOutSchema: Schema<LeftOut[]> = list(object({ label: text, reason: text }));
