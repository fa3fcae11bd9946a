/**
 * Do lengths have the right distribution, not only the right mean?
 *
 * @see Theodorou et al. 2023 (HALO), densities of visits per record and codes per visit
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { object } from "../../files/checked_json.ts";
import type { Measure } from "../measure.ts";
import {
  comparedDistributions,
  type DistributionDistances,
  maybeDistributionSchema,
  type RecordValues,
} from "./compared_distributions.ts";

const visitsPerRecord: RecordValues = (
  { visitOffsets },
  record,
) => [visitOffsets[record + 1] - visitOffsets[record]];

const codesPerVisit: RecordValues = ({ visitOffsets, codeOffsets }, record) =>
  Uint32Array.from(
    { length: visitOffsets[record + 1] - visitOffsets[record] },
    (_, i) => codeOffsets[visitOffsets[record] + i + 1] - codeOffsets[visitOffsets[record] + i],
  );

/** [codes] All codes of a record, visit after visit. */
export function codesOfRecord(
  { visitOffsets, codeOffsets, codes }: Cohort,
  record: number,
): Uint32Array {
  return codes.subarray(codeOffsets[visitOffsets[record]], codeOffsets[visitOffsets[record + 1]]);
}

const codesPerRecord: RecordValues = (cohort, record) => [codesOfRecord(cohort, record).length];

/** The number of distinct codes of a record. */
export const distinctCodes: RecordValues = (
  cohort,
  record,
) => [new Set(codesOfRecord(cohort, record)).size];

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
      visits_per_record: visitsPerRecord,
      codes_per_visit: codesPerVisit,
      codes_per_record: codesPerRecord,
      distinct_codes_per_record: distinctCodes,
    }, onProgress),
};
