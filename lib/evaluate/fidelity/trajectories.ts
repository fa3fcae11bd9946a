/**
 * Do whole records take a realistic course? How varied their codes are, how often codes come back,
 * how long records last, and their longest gap, compared as distributions over patients.
 *
 * @module
 */
import { gapsOf } from "../../cohort/records.ts";
import { object } from "../../files/checked_json.ts";
import type { Measure } from "../measure.ts";
import {
  comparedDistributions,
  type DistributionDistances,
  maybeDistributionSchema,
  type RecordValues,
} from "./compared_distributions.ts";
import { codesOfRecord } from "./length_distributions.ts";

/**
 * Shannon's entropy of a record's codes, in nats: 0 if all are the same code, log n if each of n codes
 * occurs equally often. NaN without codes.
 */
const codeEntropy: RecordValues = (cohort, record) => {
  const codes = codesOfRecord(cohort, record);
  if (codes.length === 0) return [NaN];
  const times = new Map<number, number>();
  for (const code of codes) times.set(code, (times.get(code) ?? 0) + 1);
  // in one order, so that rounding tells no records with the same numbers apart
  const shares = [...times.values()].sort((a, b) => a - b).map((each) => each / codes.length);
  return [shares.reduce((entropy, share) => entropy - share * Math.log(share), 0)];
};

/** Share of a record's codes that an earlier visit of it has; NaN without codes. */
const repeatShare: RecordValues = (cohort, record) => {
  const codes = codesOfRecord(cohort, record);
  return [1 - new Set(codes).size / codes.length];
};

const daysCovered: RecordValues = (
  cohort,
  record,
) => [gapsOf(cohort, record).reduce((sum, days) => sum + days, 0)];

const longestGap: RecordValues = (cohort, record) => {
  const own = gapsOf(cohort, record);
  return [own.length === 0 ? NaN : own.reduce((longest, days) => Math.max(longest, days))];
};

/**
 * Distributions over records: the entropy of their codes in nats, the share of codes that are repeats
 * of an earlier visit's, days from the first visit to the last, and the longest gap in days, of
 * records with at least two visits. The last two are null unless both cohorts have days between
 * visits.
 */
export const trajectories: Measure<
  "trajectories",
  DistributionDistances<"code_entropy" | "repeat_share" | "days_covered" | "longest_gap_days">
> = {
  key: "trajectories",
  question: "Do records take a realistic course as a whole?",
  schema: object({
    code_entropy: maybeDistributionSchema,
    repeat_share: maybeDistributionSchema,
    days_covered: maybeDistributionSchema,
    longest_gap_days: maybeDistributionSchema,
  }),
  ask(asked, onProgress) {
    const cohorts = [asked.real, ...asked.others].map(({ cohort }) => cohort);
    const timed = new Set(cohorts.filter(({ gapDays }) => gapDays.some((days) => days > 0)));
    const ifTimed = (values: RecordValues): RecordValues => (cohort, record) =>
      timed.has(cohort) ? values(cohort, record) : [];
    return comparedDistributions(asked, {
      code_entropy: codeEntropy,
      repeat_share: repeatShare,
      days_covered: ifTimed(daysCovered),
      longest_gap_days: ifTimed(longestGap),
    }, onProgress);
  },
};
