/**
 * How long records and visits are: visits per record and codes per visit.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { object } from "../../files/checked_json.ts";
import type { Measure } from "../measure.ts";
import { answersFromSums, type Sums } from "../ratio.ts";
import {
  type Aggregate,
  aggregateSchema,
  comparedMoments,
  type Moments,
  moments,
} from "./count_moments.ts";

/** Lengths of records and visits. */
export interface AggregateStatistics {
  /** Over records. */
  readonly visitsPerRecord: Moments;
  /** Over visits; a visit without codes counts as one of length 0. */
  readonly codesPerVisit: Moments;
}

/** Of one record: 1, its visits, their square; visits, codes, sum of squares of codes per visit. */
function lengthSums({ visitOffsets, codeOffsets }: Cohort, record: number): number[] {
  const [from, to] = [visitOffsets[record], visitOffsets[record + 1]];
  const visits = to - from;
  let squares = 0;
  for (let visit = from; visit < to; visit++) {
    squares += (codeOffsets[visit + 1] - codeOffsets[visit]) ** 2;
  }
  return [1, visits, visits ** 2, visits, codeOffsets[to] - codeOffsets[from], squares];
}

const ofRecords = (sums: Sums) => sums.subarray(0, 3);
const ofVisits = (sums: Sums) => sums.subarray(3);

/** Visits per record and codes per visit; NaN for a cohort without records, or without visits. */
export function aggregateStatistics(cohort: Cohort): AggregateStatistics {
  const sums = new Float64Array(6);
  for (let record = 0; record < cohort.recordCount; record++) {
    lengthSums(cohort, record).forEach((each, i) => sums[i] += each);
  }
  return { visitsPerRecord: moments(ofRecords(sums)), codesPerVisit: moments(ofVisits(sums)) };
}

/** Lengths of records and visits. */
export const aggregate: Measure<
  "aggregate",
  { visits_per_record: Aggregate; codes_per_visit: Aggregate }
> = {
  key: "aggregate",
  question: "Do records and visits have the right length?",
  schema: object({ visits_per_record: aggregateSchema, codes_per_visit: aggregateSchema }),
  ask: (asked) =>
    answersFromSums(asked, lengthSums, (real, synthetic) => {
      const visits = comparedMoments(real.map(ofRecords), synthetic.map(ofRecords));
      const codes = comparedMoments(real.map(ofVisits), synthetic.map(ofVisits));
      return {
        figures: { visits_per_record: visits.aggregate, codes_per_visit: codes.aggregate },
        resampled: {
          "visits_per_record.synthetic_mean": visits.means,
          "codes_per_visit.synthetic_mean": codes.means,
        },
      };
    }),
};
