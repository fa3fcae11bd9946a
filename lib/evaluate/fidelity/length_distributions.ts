/**
 * Do lengths have the right distribution, not only the right mean?
 *
 * @see Theodorou et al. 2023 (HALO), densities of visits per record and codes per visit
 * @module
 */
import { distinctCodeCounts } from "../../cohort/code_counts.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { visitsOf } from "../../cohort/records.ts";
import { object } from "../../files/checked_json.ts";
import type { Measure } from "../measure.ts";
import {
  comparedDistributions,
  type DistributionDistances,
  maybeDistributionSchema,
} from "./compared_distributions.ts";

/** [codes] All codes of a record, visit after visit. */
export function codesOfRecord(
  { visitOffsets, codeOffsets, codes }: Cohort,
  record: number,
): Uint32Array {
  return codes.subarray(codeOffsets[visitOffsets[record]], codeOffsets[visitOffsets[record + 1]]);
}

/**
 * Distributions of visits per record, codes per visit, and codes per record: all of them, and each
 * code once. Every visit counts in codes per visit; resamples draw patients with all their visits.
 */
export const lengthDistributions: Measure<
  "length_distributions",
  DistributionDistances<
    "visits_per_record" | "codes_per_visit" | "codes_per_record" | "distinct_codes_per_record"
  >
> = {
  key: "length_distributions",
  question: "Do the lengths of records and visits have the right distribution?",
  schema: object({
    visits_per_record: maybeDistributionSchema,
    codes_per_visit: maybeDistributionSchema,
    codes_per_record: maybeDistributionSchema,
    distinct_codes_per_record: maybeDistributionSchema,
  }),
  ask: (asked, onProgress) =>
    comparedDistributions(asked, {
      names: [
        "visits_per_record",
        "codes_per_visit",
        "codes_per_record",
        "distinct_codes_per_record",
      ],
      ofRecords: (cohort) => {
        const each = (of: (record: number) => number) =>
          Float64Array.from({ length: cohort.recordCount }, (_, record) => of(record));
        return {
          visits_per_record: each((record) => visitsOf(cohort, record)),
          codes_per_record: each((record) => codesOfRecord(cohort, record).length),
          distinct_codes_per_record: distinctCodeCounts(cohort),
        };
      },
      ofVisits: {
        codes_per_visit({ visitOffsets, codeOffsets }, record, of) {
          for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
            of(codeOffsets[visit + 1] - codeOffsets[visit]);
          }
        },
      },
    }, onProgress),
};
