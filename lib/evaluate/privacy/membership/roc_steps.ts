/**
 * A ROC curve of an attack with few points, each of which stands for enough patients.
 *
 * @module
 */
import { list, object, type Schema } from "../../../files/checked_json.ts";
import { figureSchema } from "../../bootstrap.ts";
import type { RankedCases } from "../../classification/ranked_cases.ts";
import { rocCurve } from "../../classification/roc.ts";

/** Some points of a ROC curve, from the lowest false-positive rate to (1, 1). */
export interface RocSteps {
  /** [points] Share of non-members that are called members, in (0, 1], ascending. */
  fpr: number[];
  /** [points] Share of members that are called members, in (0, 1], ascending. */
  tpr: number[];
}

/** {@link RocSteps}, when they are read from a file. */
export const rocStepsSchema: Schema<RocSteps> = object({
  fpr: list(figureSchema),
  tpr: list(figureSchema),
});

/** Non-members between two points at least: fewer false positives give no rate. */
const leastNonMembers = 10;

/** Points lie at least this factor apart on one of the axes, so there are at most about 150. */
const apart = 1.1;

/**
 * Points of the curve with at least `minCell` non-members between them, and never fewer than 10; the
 * last is (1, 1).
 */
export function rocSteps(cases: RankedCases, minCell = leastNonMembers): RocSteps {
  const { isPositive } = cases;
  const nonMembers = isPositive.reduce((sum, each) => sum + 1 - each, 0);
  const least = Math.max(leastNonMembers, minCell);
  const steps: RocSteps = { fpr: [], tpr: [] };
  let [lastFpr, lastTpr] = [0, 0];
  for (const { falsePositiveRate: fpr, truePositiveRate: tpr } of rocCurve(cases)) {
    const isEnough = [fpr - lastFpr, 1 - fpr]
      .every((share) => Math.round(share * nonMembers) >= least);
    const isApart = fpr >= apart * lastFpr || tpr >= apart * lastTpr;
    const isLast = fpr === 1 && tpr === 1;
    if (!isLast && !(isEnough && isApart)) continue;
    steps.fpr.push(fpr);
    steps.tpr.push(tpr);
    [lastFpr, lastTpr] = [fpr, tpr];
  }
  return steps;
}
