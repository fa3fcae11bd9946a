/**
 * The result of the study: a row of figures for each cohort and ε.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { isThere } from "../../lib/files/is_there.ts";

/** The figures of a row, by the head of their column. */
export const figureNames = {
  test_loss: "test loss",
  codes: "R² codes",
  pairs: "R² pairs within a visit",
  pairs_over_visits: "R² pairs over visits",
  labels: "R² labels",
  auroc: "AUROC",
  membership_by_likelihood: "membership by likelihood",
  membership_by_distance: "membership by distance",
  copying: "copying check",
} as const;

/** The name of a figure. */
export type FigureName = keyof typeof figureNames;

const estimate = v.object({ value: v.number(), low: v.number(), high: v.number() });

const rowSchema = v.object({
  /** Name of the real cohort. */
  cohort: v.string(),
  /** Its training patients. */
  patients: v.number(),
  /** Which records were judged: "independent" ones are the floor, "held out" ones the ceiling. */
  records: v.picklist(["independent", "private", "plain", "held out"]),
  /** The ε that training spent; null where it was not private. */
  epsilon: v.nullable(v.number()),
  /** Its noise multiplier. */
  noise: v.nullable(v.number()),
  /** Null where there is nothing to measure. */
  figures: v.object({
    test_loss: v.nullable(estimate),
    codes: v.nullable(estimate),
    pairs: v.nullable(estimate),
    pairs_over_visits: v.nullable(estimate),
    labels: v.nullable(estimate),
    auroc: v.nullable(estimate),
    membership_by_likelihood: v.nullable(estimate),
    membership_by_distance: v.nullable(estimate),
    copying: v.nullable(estimate),
  }),
  /** Judged records that have the same codes in the same visits as a training record. */
  identical: v.nullable(v.number()),
});

/** The content of a result file. */
export const resultSchema = v.object({
  /** How all rows were trained, in words. */
  training: v.string(),
  rows: v.array(rowSchema),
});

/** See {@link resultSchema}. */
export type Row = v.InferOutput<typeof rowSchema>;
/** See {@link resultSchema}. */
export type Result = v.InferOutput<typeof resultSchema>;

/** Where the results that docs/results.md shows are kept, a file for each cohort. */
export const resultsFolder = fileURLToPath(new URL("results/", import.meta.url));

/** Where results of other settings are kept, which docs/results.md shows beside these. */
export const settingsFolder = fileURLToPath(new URL("settings/", import.meta.url));

/** A result file; undefined if there is none. */
export async function readResult(path: string): Promise<Result | undefined> {
  if (!await isThere(path)) return undefined;
  return v.parse(resultSchema, JSON.parse(await Deno.readTextFile(path)));
}
