/**
 * Answers about one comparison after the other, and what stands for figures that are not there because
 * there are too few records.
 *
 * @module
 */
import * as v from "valibot";
import { object, type Schema } from "../../../files/checked_json.ts";
import type { OnProgress } from "../../../progress.ts";
import type { Answer, Asked } from "../../measure.ts";
import { type LeftOut, leftOutSchema } from "../../not_measured.ts";
import { type Comparison, comparisons, fewestRecords } from "./samples.ts";

/** The figures of a measure that has none. */
export interface NothingMeasured {
  /** What is left out, and why. */
  left_out: LeftOut[];
}

/** Figures of a measure that may have nothing to say; undefined if it has. */
export function measured<Figures extends object>(
  figures: Figures | NothingMeasured | null | undefined,
): Figures | undefined {
  return figures === null || figures === undefined || "left_out" in figures ? undefined : figures;
}

const nothingSchema = object({ left_out: leftOutSchema });

/** Figures, or the reason why there are none; null for a cohort that lacks what is needed. */
export function orLeftOut<F>(schema: Schema<F>): Schema<F | NothingMeasured | null> {
  return v.nullable(v.union([schema, nothingSchema]));
}

/** The answer if there are too few records to compare. */
function tooFew({ records }: Comparison): Answer<NothingMeasured> | undefined {
  if (records >= fewestRecords) return undefined;
  const reason = `${records} records of each cohort, must be at least ${fewestRecords}`;
  return { figures: { left_out: [{ label: "all records", reason }] }, resampled: {} };
}

/** How the work on one comparison is told. */
interface Told {
  /** What it is called. */
  readonly stage: string;
  /** Steps that are told of each comparison; default only its end. */
  readonly steps?: number;
  readonly onProgress?: OnProgress | undefined;
}

/** A measure's answers, one comparison after the other. */
export async function comparedInTurn<F>(
  asked: Asked,
  answer: (comparison: Comparison, onStep: () => void) => Promise<Answer<F>>,
  { stage, steps = 1, onProgress }: Told,
): Promise<Answer<F | NothingMeasured>[]> {
  const all = comparisons(asked);
  const tell = (done: number) => onProgress?.({ stage, done, total: steps * all.length });
  const answers: Answer<F | NothingMeasured>[] = [];
  for (const [before, comparison] of all.entries()) {
    let done = before * steps;
    answers.push(tooFew(comparison) ?? await answer(comparison, () => tell(++done)));
    tell((before + 1) * steps);
  }
  return answers;
}
