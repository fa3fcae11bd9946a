/**
 * Do whole records take a realistic course? How varied their codes are, how often codes come back,
 * how long records last, and their longest gap, compared as distributions over patients.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { gapsOf } from "../../cohort/records.ts";
import { object } from "../../files/checked_json.ts";
import type { Measure } from "../measure.ts";
import {
  comparedDistributions,
  type DistributionDistances,
  maybeDistributionSchema,
} from "./compared_distributions.ts";
import { codesOfRecord } from "./length_distributions.ts";

/**
 * Of each record: Shannon's entropy of its codes in nats, 0 if all are the same code, log n if each of n
 * codes occurs equally often; and the share of its codes that an earlier visit has. NaN without codes.
 */
function varietyOf(cohort: Cohort): Record<"code_entropy" | "repeat_share", Float64Array> {
  const entropies = new Float64Array(cohort.recordCount).fill(NaN);
  const repeats = new Float64Array(cohort.recordCount).fill(NaN);
  const times = new Uint32Array(cohort.vocabulary.codes.length);
  for (let record = 0; record < cohort.recordCount; record++) {
    const codes = codesOfRecord(cohort, record);
    if (codes.length === 0) continue;
    for (let i = 0; i < codes.length; i++) times[codes[i]]++;
    const distinct: number[] = [];
    for (let i = 0; i < codes.length; i++) {
      if (times[codes[i]] > 0) distinct.push(times[codes[i]]);
      times[codes[i]] = 0;
    }
    // in one order, so that rounding tells no records with the same numbers apart
    distinct.sort((a, b) => a - b);
    let [entropy, last, term] = [0, 0, 0];
    for (const each of distinct) {
      if (each !== last) term = each / codes.length * Math.log(each / codes.length);
      last = each;
      entropy -= term;
    }
    entropies[record] = entropy;
    repeats[record] = 1 - distinct.length / codes.length;
  }
  return { code_entropy: entropies, repeat_share: repeats };
}

/**
 * Of each record: days from its first visit to its last, and its longest gap, NaN for a single visit. Both
 * are NaN in a cohort without days between visits.
 */
function timesOf(cohort: Cohort): Record<"days_covered" | "longest_gap_days", Float64Array> {
  const covered = new Float64Array(cohort.recordCount).fill(NaN);
  const longest = new Float64Array(cohort.recordCount).fill(NaN);
  const isTimed = cohort.gapDays.some((days) => days > 0);
  for (let record = 0; isTimed && record < cohort.recordCount; record++) {
    const gaps = gapsOf(cohort, record);
    let [sum, most] = [0, NaN];
    for (let i = 0; i < gaps.length; i++) {
      sum += gaps[i];
      most = i === 0 ? gaps[i] : Math.max(most, gaps[i]);
    }
    covered[record] = sum;
    longest[record] = most;
  }
  return { days_covered: covered, longest_gap_days: longest };
}

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
  ask: (asked, onProgress) =>
    comparedDistributions(asked, {
      names: ["code_entropy", "repeat_share", "days_covered", "longest_gap_days"],
      ofRecords: (cohort) => ({ ...varietyOf(cohort), ...timesOf(cohort) }),
    }, onProgress),
};
