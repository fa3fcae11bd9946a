/**
 * The classifier two-sample test by logistic regression on summary features.
 *
 * @module
 */
import type { Measure } from "../../measure.ts";
import { type Classify, twoSampleSchema, type TwoSampleTest, twoSampleTests } from "./c2st.ts";
import { type NothingMeasured, orLeftOut } from "./left_out.ts";
import { fitLogistic, probabilities } from "./logistic.ts";
import { joinedPoints } from "./points.ts";

/**
 * The ridge penalty: as if the log odds of records had a standard deviation of 2 before any record is
 * seen, whatever the number of features.
 *
 * @param features of variance 1
 */
export function penaltyFor(features: number): number {
  return Math.max(1, features / 4);
}

/** Fits both samples' training records; the second sample's are the second class. */
const byLogistic: Classify = ({ first, second }, training, test) => {
  const points = joinedPoints(first.points, second.points);
  const inSecond = (records: Uint32Array) => records.map((record) => first.points.count + record);
  const rows = Uint32Array.of(...training, ...inSecond(training));
  const targets = rows.map((row) => Number(row >= first.points.count));
  const fitted = fitLogistic(points, rows, targets, penaltyFor(points.width));
  return {
    first: probabilities(fitted, points, test),
    second: probabilities(fitted, points, inSecond(test)),
  };
};

/** How well logistic regression on summary features tells synthetic from held-out records. */
export const c2st: Measure<"c2st", TwoSampleTest | NothingMeasured | null> = {
  key: "c2st",
  question: "Can synthetic records be told from real ones by counts of codes and visits?",
  needs: ["held_out"],
  schema: orLeftOut(twoSampleSchema),
  ask: (asked, onProgress) => twoSampleTests(asked, byLogistic, { onProgress }),
};
