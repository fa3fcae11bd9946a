/**
 * How much time passes between visits.
 *
 * @see docs/specs/continuous.md section 3
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../cohort/cohort.ts";
import type { Measure } from "../measure.ts";
import { answersFromSums } from "../ratio.ts";
import { type Aggregate, aggregateSchema, comparedMoments } from "./count_moments.ts";

/** Of one record: pairs of consecutive visits, the days between them, and the sum of their squares. */
function gapSums({ visitOffsets, gapDays }: Cohort, record: number): number[] {
  let days = 0;
  let squares = 0;
  const first = visitOffsets[record] + 1;
  const end = Math.max(first, visitOffsets[record + 1]);
  for (let visit = first; visit < end; visit++) {
    days += gapDays[visit];
    squares += gapDays[visit] ** 2;
  }
  return [end - first, days, squares];
}

/** Days from a visit to the next one; null unless both cohorts have them. */
export const gapDays: Measure<"gap_days", Aggregate | null> = {
  key: "gap_days",
  question: "How much time passes between visits?",
  needs: ["days"],
  schema: v.nullable(aggregateSchema),
  ask: (asked) =>
    answersFromSums(asked, gapSums, (real, synthetic) => {
      const { aggregate, means } = comparedMoments(real, synthetic);
      return { figures: aggregate, resampled: { synthetic_mean: means } };
    }),
};
