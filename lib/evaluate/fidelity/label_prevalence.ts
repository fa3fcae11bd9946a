/**
 * The share of records that have each label.
 *
 * @module
 */
import * as v from "valibot";
import { type Cohort, subset } from "../../cohort/cohort.ts";
import { isShownCell } from "../../cohort/small_cells.ts";
import { list, object, text, whole } from "../../files/checked_json.ts";
import {
  type Estimate,
  estimate,
  estimateSchema,
  maybeFigureSchema,
  r2Estimate,
} from "../bootstrap.ts";
import type { Answer, Measure } from "../measure.ts";
import { minus } from "../paired_differences.ts";
import { answersFromSums, type Sums } from "../ratio.ts";
import { r2 } from "./r2.ts";

/** Shares of records with each label. */
export interface LabelPrevalence {
  /** R² over the labels, real as truth; null for fewer than two labels, or if no record has any. */
  r2: number | null;
  /** Lower end of the 95% interval, moved as that of a `ProbabilityFidelity` is. */
  r2_low: number | null;
  /** Upper end of the 95% interval. */
  r2_high: number | null;
  /**
   * Labels without a row, since fewer than `min_cell` real patients have them, or lack them; absent
   * if every label has a row.
   */
  rare_labels?: number | undefined;
  /**
   * One row per label, shares in [0, 1] with intervals; `difference` is the synthetic share minus the
   * real one, its interval is from the same resamples. Intervals are not corrected for the number of
   * labels: about one in 20 excludes 0 although nothing differs.
   */
  labels: { label: string; real: Estimate; synthetic: Estimate; difference: Estimate }[];
}

/** Of one record: 1, then 1 for each label that it has. */
function labelSums({ labels, labelNames: { length } }: Cohort, record: number): number[] {
  return [1, ...labels.subarray(record * length, (record + 1) * length)];
}

/** [labels] */
function shares([records, ...having]: number[]): number[] {
  return having.map((count) => count / records);
}

/** R² of the shares of labels; NaN where no record of either cohort has a label. */
function labelR2(real: readonly number[], synthetic: readonly number[]): number {
  const isThere = (share: number) => share > 0;
  return real.some(isThere) || synthetic.some(isThere) ? r2(real, synthetic) : NaN;
}

/** Whether enough patients have a label, and enough lack it. */
function isCommon([patients, ...having]: Sums, label: number, minCell: number): boolean {
  return isShownCell(minCell, having[label], patients - having[label]);
}

function compared(
  names: readonly string[],
  [realSums, syntheticSums]: readonly (readonly Sums[])[],
  isShown: (label: number) => boolean,
): Answer<LabelPrevalence> {
  const [real, synthetic] = [realSums, syntheticSums].map((all) =>
    all.map((sums) => shares(Array.from(sums)))
  );
  const column = (all: readonly number[][], label: number) =>
    Float64Array.from(all, (resample) => resample[label]);
  const labels = names.map((label, i) => ({
    label,
    real: estimate(column(real, i)),
    synthetic: estimate(column(synthetic, i)),
    difference: estimate(minus(column(synthetic, i), column(real, i))),
  })).filter((_, i) => isShown(i));
  const rare_labels = names.length - labels.length;
  const listed = { ...rare_labels > 0 && { rare_labels }, labels };
  const found = Float64Array.from(real, (each, resample) => labelR2(each, synthetic[resample]));
  if (names.length < 2 || Number.isNaN(found[0])) {
    return { figures: { r2: null, r2_low: null, r2_high: null, ...listed }, resampled: {} };
  }
  const { value, low, high } = r2Estimate(found);
  return {
    figures: { r2: value, r2_low: low, r2_high: high, ...listed },
    resampled: { r2: found },
  };
}

/** Shares of records with each label. */
export const labelFidelity: Measure<"label_prevalence", LabelPrevalence> = {
  key: "label_prevalence",
  question: "Are labels as common as in real records?",
  schema: object({
    r2: maybeFigureSchema,
    r2_low: maybeFigureSchema,
    r2_high: maybeFigureSchema,
    rare_labels: v.optional(whole(1)),
    labels: list(object({
      label: text,
      real: estimateSchema,
      synthetic: estimateSchema,
      difference: estimateSchema,
    })),
  }),
  ask: (asked) =>
    answersFromSums(asked, labelSums, (real, other, role) => {
      const { real: { cohort: { labelNames } }, minCell = 1 } = asked;
      const ofPatients = role === "held_out" ? [real[0], other[0]] : [real[0]];
      const isShown = (label: number) => ofPatients.every((sums) => isCommon(sums, label, minCell));
      return compared(labelNames, [real, other], isShown);
    }),
};

/** [labels] Share of records with each label, in [0, 1]. */
export function labelPrevalence(cohort: Cohort): Float64Array {
  const labels = cohort.labelNames.length;
  const counts = new Float64Array(labels);
  for (let i = 0; i < cohort.labels.length; i++) counts[i % labels] += cohort.labels[i];
  return counts.map((count) => count / cohort.recordCount);
}

/**
 * The records that have a label, as a cohort, so that every figure can be computed for them.
 *
 * @throws {RangeError} If there is no such label; the message lists the known ones
 */
export function withLabel(cohort: Cohort, label: string): Cohort {
  const labels = cohort.labelNames.length;
  const wanted = cohort.labelNames.indexOf(label);
  if (wanted < 0) {
    throw new RangeError(
      `Cannot select the records with label "${label}": there is no such label; known: ${
        cohort.labelNames.join(", ")
      }`,
    );
  }
  const having: number[] = [];
  for (let record = 0; record < cohort.recordCount; record++) {
    if (cohort.labels[record * labels + wanted] === 1) having.push(record);
  }
  return subset(cohort, having);
}
